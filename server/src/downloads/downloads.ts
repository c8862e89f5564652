/** Downloads of people: asked for, made while they are fetched or in the background, fetched, forgotten. */
import { randomBytes } from 'node:crypto'
import { defaultPageSize, directExportRows, maxExportRows, type Download, type DownloadPage, type DownloadQuery, type DownloadRequest, type ExportFields } from '@isocenter/contracts'
import { Type } from 'typebox'
import { record } from '../audit/index.ts'
import { noSuchStudy } from '../catalogue/index.ts'
import { forbidden, reachesStudy, type Access } from '../identity/index.ts'
import { addJob } from '../jobs/index.ts'
import { decodeCursor, encodeCursor } from '../platform/cursor.ts'
import { rows, type Db } from '../platform/db.ts'
import { harmlessName } from '../platform/file-names.ts'
import { tooManyRequests } from '../platform/rate-limit.ts'
import { sweepFiles } from '../storage/index.ts'
import type { KnownList, Lists } from './lists.ts'
import { createMaking, tellChange, type MakingDeps } from './making.ts'
import { downloadNotReady, downloadOutdated, downloadQuotaReached, exportTooLarge, noSuchDownload, nothingToDownload } from './problems.ts'
import { accessesOf, mayHave, type Holder } from './reach.ts'
import { addDownload, contentsOf, downloadsOf, findDownload, isAnyWaiting, keptBytesOf, lockAccount, recordIdOf, waitingOf, type DownloadRow, type ListWanted, type NewDownload } from './store.ts'
import { studyZip } from './study-zip.ts'

export const makeDownloadsTask = 'make-downloads'

export interface DownloadsDeps extends Omit<MakingDeps, 'lists' | 'now'> {
  /** Postgres connection string, for the queue. */
  readonly database: string
  readonly lists: Lists
  /** Up to so many stored bytes a zip is made while it is fetched. */
  readonly directBytes: number
  /** Of the kept files of one person. */
  readonly quotaBytes: number
  readonly now?: () => Date
}

/** A file on its way to whoever fetches it. */
export interface FetchedFile {
  readonly row: DownloadRow
  /** Of a kept file; undefined of one that is made now. */
  readonly byteLength: number | undefined
  readonly read: (range: { readonly offset: number; readonly length: number } | undefined, signal: AbortSignal) => Promise<AsyncIterable<Uint8Array | string>>
}

export type Downloads = ReturnType<typeof createDownloads>

const Position = Type.Tuple([Type.String({ pattern: '^[1-9][0-9]{0,17}$' })])
const hourMs = 3_600_000
/** Longer than anybody writes on a file: a blob that no row names by then is nobody's. */
const orphanMs = 24 * hourMs

export const endingOf = ({ list }: Pick<DownloadRow, 'list'>): string => list?.format ?? 'zip'

/** Downloads of one person that wait to be made. */
const mostWaiting = 20

export function createDownloads({ now = () => new Date(), ...deps }: DownloadsDeps) {
  const { db, blobs, recipients, lists, database, keptHours, directBytes, quotaBytes } = deps
  const making = createMaking({ ...deps, now })

  const holderOf = ({ actor }: Access, vouchedBy: string | undefined): Holder => {
    if (actor.kind !== 'account') throw forbidden('Downloads are of persons; a program uses the DICOMweb service.')
    return { accountId: actor.id, vouchedBy }
  }
  const begin = (): Promise<void> => addJob(database, makeDownloadsTask, {}, makeDownloadsTask)
  /** Where the word is lost the task that looks every minute finds what waits. */
  const beginSoon = (downloadId: string): Promise<void> => begin().catch((error: unknown) => { deps.onFailure(error, { downloadId }) })

  const note = (
    handle: Db,
    row: Pick<DownloadRow, 'download_id' | 'organisation_id' | 'account_id' | 'studies' | 'mask_secret' | 'list'>,
    action: 'download.request' | 'download.fetch' | 'download.remove',
    detail: Readonly<Record<string, unknown>> = {},
    outcome: 'success' | 'failed' = 'success',
  ) => {
    const common = { organisationId: row.organisation_id, actor: `account:${row.account_id}`, action, outcome }
    const told = { downloadId: row.download_id, ...(row.list === null ? { isAnonymised: row.mask_secret !== null } : { list: row.list.name }), ...detail }
    return record(handle, row.studies.length === 0 ? [{ ...common, detail: told }] : row.studies.map((StudyInstanceUID) => ({ ...common, StudyInstanceUID, detail: told })))
  }

  const toDownload = (row: DownloadRow, isAllowed: boolean): Download => {
    const state = row.state === 'ready' && (row.is_outdated || !isAllowed) ? 'outdated' : row.state
    return {
      downloadId: row.download_id, organisationId: row.organisation_id, kind: row.kind, fileName: `${row.file_name}.${endingOf(row)}`, state, isBackground: row.is_background,
      ...(row.failure !== null && { failure: row.failure }),
      ...(row.kind === 'studies' && { isAnonymised: row.mask_secret !== null, studies: row.studies.length, instances: row.instances ?? 0, leftOut: row.left_out ?? 0 }),
      ...(row.byte_length !== null && { byteLength: Number(row.byte_length) }), doneBytes: Number(row.done_bytes),
      createdAt: row.created_at.toISOString(), expiresAt: row.expires_at.toISOString(), fetches: row.fetches,
      actions: [...(state === 'ready' ? ['fetch' as const] : []), ...(isAllowed && (state === 'failed' || (state === 'outdated' && row.is_background)) ? ['retry' as const] : []), 'remove'],
    }
  }
  const found = async (holder: Holder, downloadId: string): Promise<{ readonly row: DownloadRow; readonly access: Access }> => {
    const row = await findDownload(db, holder.accountId, downloadId, now())
    const access = row && (await accessesOf(db, recipients, holder)).get(row.organisation_id)
    // Who is out of an organisation has nothing of it.
    if (row === undefined || access === undefined) throw noSuchDownload('You have no such download; it may have come to its end.')
    return { row, access }
  }
  /** Who is vouched for by one organisation's provider alone is neither told of what he has elsewhere nor kept from downloads by it. */
  const assertQuota = async (handle: Db, { accountId, vouchedBy }: Holder, bytes: number) => {
    const kept = await keptBytesOf(handle, accountId, vouchedBy, now())
    if (kept + bytes > quotaBytes) throw downloadQuotaReached('Remove downloads you have fetched, or take fewer studies at once.', { keptBytes: kept, quotaBytes })
  }

  const add = async (holder: Holder, given: Omit<NewDownload, 'account_id' | 'created_at' | 'expires_at'>, noteAlso: (trx: Db, row: DownloadRow) => Promise<void>): Promise<Download> => {
    const createdAt = now()
    const row = await db.transaction(async (trx) => {
      if (given.is_background) {
        await lockAccount(trx, holder.accountId)
        await assertQuota(trx, holder, given.byteLength ?? 0)
        // They are made one after another: a person's many would keep everybody else's from being made.
        if (await waitingOf(trx, holder.accountId) >= mostWaiting) throw tooManyRequests(`${String(mostWaiting)} of yours wait to be made: wait for them, or remove some.`, {}, { 'retry-after': '60' })
      }
      const downloadId = await addDownload(trx, { ...given, account_id: holder.accountId, created_at: createdAt, expires_at: new Date(createdAt.getTime() + keptHours * hourMs) })
      const made = await findDownload(trx, holder.accountId, downloadId, createdAt)
      if (made === undefined) throw new Error('The download was not added.')
      await noteAlso(trx, made)
      await tellChange(trx, made)
      return made
    })
    if (row.is_background) await beginSoon(row.download_id)
    return toDownload(row, true)
  }

  return {
    /**
     * Studies as a zip.
     * @param vouchedBy of the caller's session
     * @throws noSuchStudy 404, forbidden 403 for headers with names where the caller may not see them, nothingToDownload and downloadQuotaReached 409, tooManyRequests 429
     */
    create: async (access: Access, { studies, isAnonymised, fileName }: DownloadRequest, vouchedBy?: string): Promise<Download> => {
      const holder = holderOf(access, vouchedBy)
      const seesIdentities = access.permissions.has('study.view_identity')
      const isMasked = isAnonymised ?? !seesIdentities
      if (!isMasked && !seesIdentities) throw forbidden('Who may not see identities downloads without them.', { missing: 'study.view_identity' })
      const contents = await contentsOf(db, access.organisationId, studies, isMasked)
      if (!studies.every((uid) => reachesStudy(access, uid) && contents.present.has(uid))) throw noSuchStudy('A study of these is not there.')
      if (contents.instances === 0) throw nothingToDownload('All of it is hidden from outside, or consists of documents, which an anonymised download leaves out.')
      const typed = harmlessName(fileName ?? '')
      const [only = ''] = studies
      const usual = isMasked
        ? `anonymised-${randomBytes(4).toString('hex')}`
        : studies.length === 1
          ? await recordIdOf(db, access.organisationId, only)
          : `studies-${String(studies.length)}-${randomBytes(4).toString('hex')}`
      return add(holder, {
        organisation_id: access.organisationId, kind: 'studies', file_name: typed === '' ? usual : typed, is_background: contents.bytes > directBytes, mask_secret: isMasked ? randomBytes(32) : null,
        instances: contents.instances, left_out: contents.leftOut, list: null, byteLength: contents.bytes, studies,
      }, (trx, row) => note(trx, row, 'download.request', { instances: contents.instances, leftOut: contents.leftOut, byteLength: contents.bytes, isBackground: row.is_background }))
    },

    /** What a list may be exported with by the caller. */
    fieldsOf: (access: Access, name: string): ExportFields => listOf(name).fields(access),

    /** A list as a spreadsheet. @param vouchedBy of the caller's session @throws badRequest 400, exportTooLarge and downloadQuotaReached 409, searchTooBroad 413, tooManyRequests 429 */
    exportList: async (access: Access, wanted: ListWanted, vouchedBy?: string): Promise<Download> => {
      const holder = holderOf(access, vouchedBy)
      const list = listOf(wanted.name)
      list.assertWritable(access, wanted)
      const filter = list.settle(wanted.filter, now())
      const count = await list.count(access, filter, maxExportRows + 1)
      if (count > maxExportRows) throw exportTooLarge(`A file has room for ${String(maxExportRows)} rows; narrow the list.`, { maxRows: maxExportRows })
      const { format, language, timeZone, fields } = wanted
      return add(holder, {
        organisation_id: access.organisationId, kind: 'list', file_name: `${list.title(language)} ${now().toISOString().slice(0, 10)}`, is_background: count > directExportRows, mask_secret: null,
        instances: null, left_out: null, list: { name: wanted.name, format, language, timeZone, fields, filter }, byteLength: undefined, studies: [],
      }, (trx, row) => record(trx, [{
        organisationId: row.organisation_id,
        actor: `account:${holder.accountId}`,
        action: 'list.export',
        outcome: 'success',
        detail: { downloadId: row.download_id, list: wanted.name, format, fields: [...fields], rows: count, isBackground: row.is_background },
      }]))
    },

    /** One's own, the latest first. */
    list: async (holder: Holder, { cursor, limit = defaultPageSize, organisationId }: DownloadQuery): Promise<DownloadPage> => {
      const { accountId } = holder
      const accesses = await accessesOf(db, recipients, holder)
      const organisationIds = [...accesses.keys()].filter((one) => organisationId === undefined || one === organisationId)
      const page = await downloadsOf(db, accountId, organisationIds, now(), decodeCursor(cursor, Position)?.[0], limit + 1)
      const last = page.length > limit ? page[limit - 1] : undefined
      const items = page.slice(0, limit).map((row) => toDownload(row, mayHave(accesses.get(row.organisation_id), row, lists)))
      return { items, ...(last && { next: encodeCursor([last.download_key]) }), keptBytes: await keptBytesOf(db, accountId, holder.vouchedBy, now()), quotaBytes }
    },

    /** @throws noSuchDownload 404 */
    find: async (holder: Holder, downloadId: string): Promise<Download> => {
      const { row, access } = await found(holder, downloadId)
      return toDownload(row, mayHave(access, row, lists))
    },

    /** Makes one anew that failed or is outdated. @throws noSuchDownload 404, downloadNotReady and downloadQuotaReached 409, downloadOutdated 410 */
    retry: async (holder: Holder, downloadId: string): Promise<Download> => {
      const { row, access } = await found(holder, downloadId)
      if (!toDownload(row, mayHave(access, row, lists)).actions.includes('retry')) throw downloadNotReady('It cannot be made anew now.')
      if (row.kind === 'studies') {
        const contents = await contentsOf(db, row.organisation_id, row.studies, row.mask_secret !== null)
        if (!row.studies.every((uid) => contents.present.has(uid)) || contents.instances === 0) throw downloadOutdated('A study of these is not there any more.')
        await db('download').where({ download_key: row.download_key }).update({ instances: contents.instances, left_out: contents.leftOut, byte_length: contents.bytes })
      }
      await db.transaction(async (trx) => {
        await lockAccount(trx, row.account_id)
        if (row.state === 'failed') await assertQuota(trx, holder, Number(row.byte_length ?? 0))
        await trx('download')
          .where({ download_key: row.download_key })
          .whereIn('state', ['failed', 'ready'])
          .update({
            state: 'waiting',
            failure: null,
            attempts: 0,
            done_bytes: 0,
            made_from: null,
            expires_at: new Date(now().getTime() + keptHours * hourMs),
          })
        await note(trx, row, 'download.request', { isAgain: true })
        await tellChange(trx, row)
      })
      await beginSoon(downloadId)
      return toDownload((await found(holder, downloadId)).row, true)
    },

    /** Forgets one and its file, and ends its making. @throws noSuchDownload 404 */
    remove: async (holder: Holder, downloadId: string): Promise<void> => {
      const { row } = await found(holder, downloadId)
      const gone = await db.transaction(async (trx) => {
        await note(trx, row, 'download.remove')
        await tellChange(trx, row)
        return trx('download').where({ download_key: row.download_key }).delete().returning<{ blob_key: string | null }[]>('blob_key')
      })
      for (const { blob_key } of gone) if (blob_key !== null) await blobs.delete(blob_key)
    },

    /**
     * What is fetched, decided now: what may be had by whom was perhaps another when it was made.
     * @throws noSuchDownload 404, downloadNotReady 409, downloadOutdated 410
     */
    file: async (holder: Holder, downloadId: string): Promise<FetchedFile> => {
      const { row, access } = await found(holder, downloadId)
      if (row.state !== 'ready') throw downloadNotReady('It is still being made, or failed.', { state: row.state })
      if (!mayHave(access, row, lists)) throw downloadOutdated('You are not allowed to have it any more.')
      if (row.is_outdated) throw downloadOutdated('Something in it has been deleted or hidden since.')
      const { list } = row
      return {
        row, byteLength: row.is_background && row.byte_length !== null ? Number(row.byte_length) : undefined,
        read: async (range, signal) => {
          let leftOut = 0
          const chunks = row.is_background ? await blobs.read(row.blob_key ?? '', range, signal)
            : list === null ? studyZip(deps, access, row, { signal, onLeftOut: () => { leftOut++ } }) : listOf(list.name).file(access, list)
          return untilGone(chunks, async (isWhole, sentBytes) => {
            const detail = { ...(range && { offset: range.offset }), ...(leftOut > 0 && { leftOut }), ...(!isWhole && { sentBytes }) }
            await db.transaction(async (trx) => {
              if (isWhole) await trx('download').where({ download_key: row.download_key }).increment('fetches', 1)
              await note(trx, row, 'download.fetch', detail, isWhole ? 'success' : 'failed')
              if (isWhole) await tellChange(trx, row)
            })
          }, (error) => { deps.onFailure(error, { downloadId }) })
        },
      }
    },

    /** Work of the background. */
    makeAll: making.makeAll,
    /** Puts the making of what waits into the queue, where its word was lost or its maker died. */
    makeWhatWaits: async (): Promise<void> => { if (await isAnyWaiting(db, now())) await begin() },
    /** Removes what has come to its end, and files that no row names. */
    forget: async (): Promise<void> => {
      for (;;) {
        const over = await rows<{ download_key: string; blob_key: string | null }>(
          db,
          `select download_key, blob_key from download where expires_at <= ? and (state <> 'making' or leased_until < ?) order by expires_at limit 200`,
          [now(), now()],
        )
        if (over.length === 0) break
        for (const { blob_key } of over) if (blob_key !== null) await blobs.delete(blob_key)
        await db('download').whereIn('download_key', over.map(({ download_key }) => download_key)).delete()
      }
      await sweepFiles({
        blobs, folder: 'downloads/', before: new Date(now().getTime() - orphanMs),
        namedAmong: (keys) => db('download').whereIn('blob_key', keys).pluck<string[]>('blob_key'),
      })
    },
  }

  function listOf(name: string): KnownList {
    const list = lists[name]
    if (list === undefined) throw new Error(`There is no list ${name}.`)
    return list
  }
}

/**
 * The bytes as they are, and what became of them: told before the last is over, so that an answer is not whole that nobody has noted, or when whoever reads
 * has gone or the source has failed.
 */
async function* untilGone(chunks: AsyncIterable<Uint8Array | string>, ended: (isWhole: boolean, sentBytes: number) => Promise<void>, onFailure: (error: unknown) => void): AsyncGenerator<Uint8Array | string> {
  let sentBytes = 0
  let isWhole = false
  try {
    for await (const chunk of chunks) {
      sentBytes += typeof chunk === 'string' ? Buffer.byteLength(chunk) : chunk.length
      yield chunk
    }
    isWhole = true
  } finally {
    if (!isWhole) await ended(false, sentBytes).catch(onFailure)
  }
  await ended(true, sentBytes)
}
