/** Documents people prove with who they are and what they may do (PC-03): the holder's side. */
import type { Readable } from 'node:stream'
import {
  maxCredentialFiles, maxCredentials, type Credential, type CredentialAction, type CredentialEvent, type CredentialFile, type CredentialFileType,
  type CredentialKind, type CredentialPatch, type CredentialRequest, type CredentialState,
} from '@isocenter/contracts'
import type { Sealing } from '../identity/index.ts'
import { assertVersion } from '../organisations/index.ts'
import { rows, type Db, type Trx } from '../platform/db.ts'
import { homeOf, lockHolder, noteOwn, type Holder } from './common.ts'
import { record } from '../audit/index.ts'
import type { CredentialFiles } from './credential-files.ts'
import { credentialLife, credentialMovers, editableStates } from './credential-states.ts'
import { credentialStateRefused, invalidCredential, noSuchCredential, noSuchCredentialFile } from './problems.ts'
import { endWait, tellOfSubmission } from './tell-of-credentials.ts'

export interface CredentialsDeps {
  readonly db: Db
  readonly sealing: Sealing
  readonly files: CredentialFiles
  /** IANA name: the day of organisations that have not said where they are. */
  readonly timeZone: string
  readonly now: () => Date
}

/** Bytes of one file, on their way. */
export interface OpenedFile {
  readonly contentType: CredentialFileType
  readonly byteLength: number
  readonly bytes: Readable
}

export interface Credentials {
  /** The latest first. */
  readonly list: (holder: Holder) => Promise<Credential[]>
  /** @throws noSuchCredential 404 */
  readonly find: (holder: Holder, credentialId: string) => Promise<Credential>
  /** @throws invalidCredential 422 */
  readonly create: (holder: Holder, request: CredentialRequest) => Promise<Credential>
  /** @throws noSuchCredential 404, credentialStateRefused 409, changedMeanwhile 412, invalidCredential 422 */
  readonly change: (holder: Holder, credentialId: string, patch: CredentialPatch, version: number | undefined) => Promise<Credential>
  /** Submits, calls back or discards. @throws noSuchCredential 404, credentialStateRefused 409, invalidCredential 422 */
  readonly move: (holder: Holder, credentialId: string, event: 'submit' | 'recall' | 'discard') => Promise<Credential | undefined>
  /** @throws noSuchCredential 404, credentialStateRefused 409, invalidCredential 422, and what `CredentialFiles.write` throws */
  readonly addFile: (holder: Holder, credentialId: string, contentType: CredentialFileType, bytes: AsyncIterable<Uint8Array>) => Promise<Credential>
  /** @throws noSuchCredential 404, noSuchCredentialFile 404, credentialStateRefused 409 */
  readonly removeFile: (holder: Holder, credentialId: string, fileId: string) => Promise<Credential>
  /** @throws noSuchCredential 404, noSuchCredentialFile 404 */
  readonly openFile: (holder: Holder, credentialId: string, fileId: string) => Promise<OpenedFile>
  /** Ends what is no longer good; answers how many. */
  readonly expire: () => Promise<number>
}

export interface CredentialRow {
  readonly credential_id: string
  readonly account_id: string
  readonly kind: CredentialKind
  readonly state: CredentialState
  readonly title: string | null
  readonly number_sealed: Buffer | null
  readonly number_sealed_with: string | null
  readonly valid_until: string | null
  readonly submitted_at: Date | null
  readonly version: number
  readonly files: readonly { readonly file_id: string; readonly content_type: CredentialFileType; readonly byte_length: number }[]
}

/** With what is needed to show it. */
export const credentialRows = (db: Db) => db('credential')
  .select<CredentialRow[]>('credential.credential_id', 'credential.account_id', 'credential.kind', 'credential.state', 'credential.title', 'credential.number_sealed', 'credential.number_sealed_with',
    db.raw("to_char(credential.valid_until, 'YYYY-MM-DD') as valid_until"), 'credential.submitted_at', 'credential.version',
    db.raw(`coalesce((select json_agg(json_build_object('file_id', file_id, 'content_type', content_type, 'byte_length', byte_length) order by created_at, file_id)
      from credential_file where credential_file.credential_id = credential.credential_id), '[]') as files`))

/** As its holder sees it: with what every organisation has decided. */
interface OwnRow extends CredentialRow {
  readonly decisions: readonly { readonly state: 'verified' | 'rejected'; readonly decided_at: string; readonly organisation: string; readonly reason: string | null }[]
}

const numberPurpose = (credentialId: string) => `credential-number:${credentialId}`

/** What is shown of a document; its number only to who may read it. */
export function toCredential(row: CredentialRow, actions: readonly CredentialAction[], number: string | undefined, files: readonly CredentialFile[]): Omit<Credential, 'decisions'> {
  return {
    credentialId: row.credential_id, kind: row.kind, state: row.state, version: row.version, actions: [...actions], files: [...files],
    ...(row.title === null ? {} : { title: row.title }), ...(number === undefined ? {} : { number }), ...(row.valid_until === null ? {} : { validUntil: row.valid_until }),
    ...(row.submitted_at === null ? {} : { submittedAt: row.submitted_at.toISOString() }),
  }
}

export const filesOf = ({ files }: CredentialRow): CredentialFile[] => files.map(({ file_id, content_type, byte_length }) => ({ fileId: file_id, contentType: content_type, byteLength: byte_length }))

export function numberOf(sealing: Sealing, { credential_id, number_sealed, number_sealed_with }: CredentialRow): string | undefined {
  return number_sealed === null || number_sealed_with === null ? undefined : sealing.open({ kid: number_sealed_with, bytes: number_sealed }, numberPurpose(credential_id))
}

export interface FileRow {
  readonly file_id: string
  readonly blob_key: string
  readonly key_sealed: Buffer
  readonly key_sealed_with: string
  readonly content_type: CredentialFileType
  readonly byte_length: number
}

/** One file of a document that the caller was found to be allowed to see. @throws noSuchCredentialFile 404 */
export async function fileOf(db: Db, credentialId: string, fileId: string): Promise<FileRow> {
  const row = await db('credential_file').where({ credential_id: credentialId, file_id: fileId }).first<FileRow | undefined>('file_id', 'blob_key', 'key_sealed', 'key_sealed_with', 'content_type', 'byte_length')
  if (row === undefined) throw noSuchCredentialFile('The document has no file of this id.')
  return row
}

/** Its bytes, once it is in the trail who looks at them. */
export const openFileOf = async (files: CredentialFiles, { blob_key, key_sealed, key_sealed_with, content_type, byte_length }: FileRow): Promise<OpenedFile> =>
  ({ contentType: content_type, byteLength: byte_length, bytes: await files.read({ blobKey: blob_key, sealed: key_sealed, sealedWith: key_sealed_with }) })

export const stateRefused = (state: CredentialState) => credentialStateRefused(`The document is ${state}.`, { state })

function holdersActions({ state }: CredentialRow): CredentialAction[] {
  const moves = (['submit', 'recall', 'discard'] as const satisfies readonly CredentialEvent[]).filter((event) => credentialMovers[event] === 'holder' && credentialLife[state][event] !== undefined)
  return ['view', ...(editableStates.has(state) ? ['edit'] as const : []), ...moves]
}

const isDay = (text: string): boolean => !Number.isNaN(Date.parse(`${text}T00:00:00Z`)) && new Date(`${text}T00:00:00Z`).toISOString().startsWith(text)

export function createCredentials({ db, sealing, files, timeZone, now }: CredentialsDeps): Credentials {
  const shown = (row: OwnRow): Credential => ({
    ...toCredential(row, holdersActions(row), numberOf(sealing, row), filesOf(row)),
    decisions: row.decisions.map(({ state, decided_at, organisation, reason }) => ({ state, decidedAt: new Date(decided_at).toISOString(), organisation, ...(reason === null ? {} : { reason }) })),
  })
  const ownRows = (db: Db) => credentialRows(db).select<OwnRow[]>(db.raw(`coalesce((
    select json_agg(json_build_object('state', decision.state, 'decided_at', decision.decided_at, 'organisation', organisation.name, 'reason', decision.reason) order by decision.decided_at desc)
    from credential_decision decision join organisation using (organisation_id) where decision.credential_id = credential.credential_id), '[]') as decisions`))

  const find = async (db: Db, { accountId }: Holder, credentialId: string): Promise<OwnRow> => {
    const [row] = await ownRows(db).where({ 'credential.account_id': accountId, 'credential.credential_id': credentialId })
    if (row === undefined) throw noSuchCredential('You have no document of this id.')
    return row
  }

  /** Under the lock of its holder, in a state in which it may be changed. */
  const editable = async (trx: Trx, holder: Holder, credentialId: string): Promise<OwnRow> => {
    await lockHolder(trx, holder.accountId)
    const row = await find(trx, holder, credentialId)
    if (!editableStates.has(row.state)) throw stateRefused(row.state)
    return row
  }

  const columnsOf = (credentialId: string, { title, number, validUntil }: CredentialPatch): Record<string, unknown> => {
    if (validUntil !== undefined && validUntil !== '' && !isDay(validUntil)) throw invalidCredential('"validUntil" is no day.')
    const sealed = number === undefined || number.trim() === '' ? undefined : sealing.seal(number.trim(), numberPurpose(credentialId))
    return {
      ...(title === undefined ? {} : { title: title.trim() === '' ? null : title.trim() }),
      ...(number === undefined ? {} : { number_sealed: sealed?.bytes ?? null, number_sealed_with: sealed?.kid ?? null }),
      ...(validUntil === undefined ? {} : { valid_until: validUntil === '' ? null : validUntil }),
    }
  }

  const update = async (trx: Trx, credentialId: string, columns: object): Promise<void> => {
    // What is being mended waits for nobody until it is submitted again.
    await trx('credential').where({ credential_id: credentialId }).update({ submitted_at: null, ...columns, version: trx.raw('version + 1') })
  }

  const note = (trx: Trx, { accountId }: Holder, credentialId: string, detail: object) => noteOwn(trx, accountId, 'credential.change', { credentialId, ...detail })

  return {
    list: async ({ accountId }) => (await ownRows(db).where('credential.account_id', accountId).orderBy([{ column: 'credential.created_at', order: 'desc' }, 'credential.credential_id'])).map(shown),

    find: async (holder, credentialId) => shown(await find(db, holder, credentialId)),

    create: (holder, { kind, ...fields }) => db.transaction(async (trx) => {
      const { accountId } = holder
      await lockHolder(trx, accountId)
      const [held] = await rows<{ count: string }>(trx, 'select count(*) from credential where account_id = ?', [accountId])
      if (Number(held?.count) >= maxCredentials) throw invalidCredential('Discard one first; there are too many.')
      const [row] = await trx('credential').insert({ account_id: accountId, kind, created_at: now() }).returning<{ credential_id: string }[]>('credential_id')
      const credentialId = String(row?.credential_id)
      const columns = columnsOf(credentialId, fields)
      if (Object.keys(columns).length > 0) await trx('credential').where({ credential_id: credentialId }).update(columns)
      await note(trx, holder, credentialId, { kind })
      return shown(await find(trx, holder, credentialId))
    }),

    change: (holder, credentialId, patch, version) => db.transaction(async (trx) => {
      const row = await editable(trx, holder, credentialId)
      assertVersion(row.version, version)
      await update(trx, credentialId, columnsOf(credentialId, patch))
      await note(trx, holder, credentialId, { fields: Object.keys(patch) })
      return shown(await find(trx, holder, credentialId))
    }),

    move: (holder, credentialId, event) => db.transaction(async (trx) => {
      await lockHolder(trx, holder.accountId)
      const row = await find(trx, holder, credentialId)
      const state = credentialLife[row.state][event]
      if (state === undefined) throw stateRefused(row.state)
      if (event === 'submit') assertWhole(row)
      await trx('credential_decision').where({ credential_id: credentialId }).delete()
      if (state === 'removed') await trx('credential').where({ credential_id: credentialId }).delete()
      else await update(trx, credentialId, { state, ...(event === 'submit' ? { submitted_at: now(), decided_at: null, decided_by: null, decided_in: null, reason: null } : {}) })
      if (event === 'submit') await tellOfSubmission(trx, { credentialId, accountId: holder.accountId })
      else await endWait(trx, credentialId, 'withdrawn')
      await note(trx, holder, credentialId, { state })
      return state === 'removed' ? undefined : shown(await find(trx, holder, credentialId))
    }),

    addFile: async (holder, credentialId, contentType, bytes) => {
      const before = await find(db, holder, credentialId)
      if (!editableStates.has(before.state)) throw stateRefused(before.state)
      // No transaction is open while bytes move. What is written and then not wanted, the sweep finds.
      const { blobKey, sealed, sealedWith, byteLength } = await files.write(await homeOf(db, holder.accountId), contentType, bytes)
      return db.transaction(async (trx) => {
        const row = await editable(trx, holder, credentialId)
        if (row.files.length >= maxCredentialFiles) throw invalidCredential(`A document has ${String(maxCredentialFiles)} files at most.`)
        await trx('credential_file').insert({ credential_id: credentialId, blob_key: blobKey, key_sealed: sealed, key_sealed_with: sealedWith, content_type: contentType, byte_length: byteLength, created_at: now() })
        await update(trx, credentialId, {})
        await note(trx, holder, credentialId, { contentType, byteLength })
        return shown(await find(trx, holder, credentialId))
      })
    },

    removeFile: (holder, credentialId, fileId) => db.transaction(async (trx) => {
      await editable(trx, holder, credentialId)
      if (await trx('credential_file').where({ credential_id: credentialId, file_id: fileId }).delete() === 0) throw noSuchCredentialFile('The document has no file of this id.')
      await update(trx, credentialId, {})
      await note(trx, holder, credentialId, { fileId, isRemoved: true })
      return shown(await find(trx, holder, credentialId))
    }),

    openFile: async (holder, credentialId, fileId) => {
      await find(db, holder, credentialId)
      const file = await fileOf(db, credentialId, fileId)
      await db.transaction((trx) => noteOwn(trx, holder.accountId, 'credential.view', { credentialId, fileId }))
      return openFileOf(files, file)
    },

    // The last day counts in the time zone of the organisation that made the account.
    expire: () => db.transaction(async (trx) => {
      const ended = await rows<{ credential_id: string; account_id: string; organisation_id: string }>(trx, `
        update credential set state = 'expired', version = credential.version + 1
        from account join organisation using (organisation_id)
        where account.account_id = credential.account_id and credential.state in ('submitted', 'verified')
          and credential.valid_until < (?::timestamptz at time zone coalesce(organisation.time_zone, ?))::date
        returning credential_id, account.account_id, account.organisation_id`, [now(), timeZone])
      for (const { credential_id } of ended) await endWait(trx, credential_id, 'withdrawn')
      await record(trx, ended.map(({ credential_id, account_id, organisation_id }) => ({
        organisationId: organisation_id, actor: 'command:calendar', action: 'credential.change', outcome: 'success', detail: { credentialId: credential_id, accountId: account_id, state: 'expired' },
      })))
      return ended.length
    }),
  }
}

/** @throws invalidCredential 422 */
function assertWhole({ kind, title, files }: CredentialRow): void {
  if (files.length === 0) throw invalidCredential('Add a picture or a PDF of it first.')
  if (kind === 'other' && title === null) throw invalidCredential('Say what it is: "title".')
}
