/** Files that take longer: made once, into the blob store, one at a time in a process. What a crash interrupts begins anew; half a file is never shown. */
import { tell, publish, type Recipients } from '../notifications/index.ts'
import type { Db, Trx } from '../platform/db.ts'
import { giveBack, newFileBlobKey, type BlobWriter } from '../storage/index.ts'
import type { Lists } from './lists.ts'
import { accessesOf, CannotBeMade, mayHave } from './reach.ts'
import { endLease, endMadeBefore, renewLease, takeNext, type DownloadRow, type Lease } from './store.ts'
import { studyZip, type StudyZipDeps } from './study-zip.ts'

/** Then it is given up. */
const mostAttempts = 5
/** So often at most its progress is written down, which renews the lease, and told. */
const tellEveryMs = 1_000

export interface MakingDeps extends StudyZipDeps {
  readonly recipients: Pick<Recipients, 'placesOf'>
  readonly lists: Lists
  readonly keptHours: number
  readonly now: () => Date
  readonly onFailure: (err: unknown, fields: { readonly downloadId: string }) => void
}

/** The lease was lost: nobody wants what was being made, or another makes it. */
class Unwanted extends Error {}

/** Tells the person's open pages that a download has changed. */
export const tellChange = (db: Db, { organisation_id, account_id, download_id }: Pick<DownloadRow, 'organisation_id' | 'account_id' | 'download_id'>): Promise<void> =>
  tell(db, 'download.changed', { accountIds: [account_id] }, { organisationId: organisation_id, downloadId: download_id })

/** Ends what was made of a deletion that is removed for good; its people see that it has gone. */
export async function endPurgedDownloads(trx: Trx, deletedStudyId: string): Promise<void> {
  for (const row of await endMadeBefore(trx, deletedStudyId)) await tellChange(trx, row)
}

export function createMaking(deps: MakingDeps) {
  const { db, blobs, lists, recipients, now, onFailure } = deps
  let isBusy = false

  const filling = async (row: DownloadRow, signal: AbortSignal, onLeftOut: () => void): Promise<AsyncIterable<Uint8Array | string>> => {
    const access = (await accessesOf(db, recipients, { accountId: row.account_id })).get(row.organisation_id)
    if (!mayHave(access, row, lists)) throw new CannotBeMade('notAllowed')
    if (row.list !== null) {
      const list = lists[row.list.name]
      if (list === undefined) throw new CannotBeMade('gone')
      return list.file(access, row.list)
    }
    if (row.is_outdated) throw new CannotBeMade('gone')
    return studyZip(deps, access, row, { signal, onLeftOut })
  }

  /** @throws Unwanted, CannotBeMade, and what reading and writing fail with */
  const write = async (writer: BlobWriter, held: Lease, signal: AbortSignal): Promise<{ leftOut: number }> => {
    let doneBytes = 0
    let leftOut = 0
    let toldAt = performance.now()
    const chunks = await filling(held.row, signal, () => { leftOut++ })
    for await (const chunk of chunks) {
      signal.throwIfAborted()
      const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk
      await writer.write(bytes)
      doneBytes += bytes.length
      // A fresh buffer for every slice would fill the memory faster than it is collected.
      if (writer.isCopying === true) giveBack(bytes)
      if (performance.now() - toldAt < tellEveryMs) continue
      toldAt = performance.now()
      if (!await renewLease(db, held, doneBytes, now())) throw new Unwanted()
      await tellChange(db, held.row)
    }
    return { leftOut }
  }

  const fail = (held: Lease, failure: string) => db.transaction(async (trx) => {
    if (!await endLease(trx, held, { state: 'failed', failure, blob_key: null, done_bytes: 0 })) return
    await publish(trx, { event: 'download.failed', organisationId: held.row.organisation_id, accountId: held.row.account_id, recordId: held.row.download_id, details: {}, expiresAt: held.row.expires_at })
    await tellChange(trx, held.row)
  })
  const succeed = (held: Lease, byteLength: number, leftOut: number) => db.transaction(async (trx) => {
    const { row } = held
    const expiresAt = new Date(now().getTime() + deps.keptHours * 3_600_000)
    if (!await endLease(trx, held, {
      state: 'ready',
      byte_length: byteLength,
      done_bytes: byteLength,
      expires_at: expiresAt,
      ...(leftOut > 0 && { left_out: (row.left_out ?? 0) + leftOut, instances: (row.instances ?? 0) - leftOut }),
    })) throw new Unwanted()
    await publish(trx, { event: 'download.ready', organisationId: row.organisation_id, accountId: row.account_id, recordId: row.download_id, details: { hours: deps.keptHours }, expiresAt })
    await tellChange(trx, row)
  })

  const make = async (held: Lease, stop: AbortSignal): Promise<void> => {
    const { row } = held
    const blobKey = row.blob_key
    if (blobKey === null) throw new Error('A download that is made has a key.')
    const own = new AbortController()
    const signal = AbortSignal.any([stop, own.signal])
    let writer: BlobWriter | undefined
    try {
      if (row.attempts > mostAttempts) throw new CannotBeMade('broken')
      writer = await blobs.create(blobKey)
      const { leftOut } = await write(writer, held, signal)
      const { byteLength } = await writer.commit()
      writer = undefined
      await succeed(held, byteLength, leftOut)
    } catch (error) {
      own.abort()
      await writer?.abort()
      // Committed and not wanted any more: it must not stay behind.
      if (writer === undefined) await blobs.delete(blobKey)
      if (error instanceof Unwanted) return
      if (stop.aborted) await endLease(db, held, { state: 'waiting', attempts: row.attempts - 1, done_bytes: 0, blob_key: null })
      else if (error instanceof CannotBeMade) await fail(held, error.failure)
      else if (error instanceof RangeError && row.kind === 'list') await fail(held, 'tooManyRows')
      else {
        onFailure(error, { downloadId: row.download_id })
        if (row.attempts >= mostAttempts) await fail(held, 'broken')
        // Later, by the task that looks every minute: what is wrong now may not be then.
        else await endLease(db, held, { state: 'waiting', done_bytes: 0, blob_key: null })
        return
      }
    }
  }

  return {
    /** Makes what waits, one after the other, until nothing does or the process stops. Called twice in a process, the second call leaves it to the first. */
    makeAll: async (stop: AbortSignal): Promise<void> => {
      if (isBusy) return
      isBusy = true
      try {
        const tried = new Set<string>()
        while (!stop.aborted) {
          const held = await takeNext(db, (organisationId) => newFileBlobKey('downloads/', organisationId, now()), now())
          if (held === undefined) return
          if (held.lostBlobKey !== null) await blobs.delete(held.lostBlobKey)
          await tellChange(db, held.row)
          await make(held, stop)
          // It failed and waits again: not in a circle.
          if (tried.has(held.row.download_id)) return
          tried.add(held.row.download_id)
        }
      } finally {
        isBusy = false
      }
    },
  }
}
