/**
 * Documents of people as administrators of their organisations see them (PC-03, D-86): that they are there and how they stand, to every administrator of
 * members; what is in them, to the one who verifies them.
 */
import type { CredentialAction, MemberCredential, WaitingCredentialPage } from '@isocenter/contracts'
import { Type } from 'typebox'
import { record, type AuditAction } from '../audit/index.ts'
import type { Access, Sealing } from '../identity/index.ts'
import { assertVersion } from '../organisations/index.ts'
import { decodeCursor, encodeCursor } from '../platform/cursor.ts'
import type { Db, Trx } from '../platform/db.ts'
import { accountIn, lockHolder } from './common.ts'
import type { CredentialFiles } from './credential-files.ts'
import { credentialLife, credentialMovers } from './credential-states.ts'
import { credentialRows, fileOf, filesOf, numberOf, openFileOf, stateRefused, toCredential, type CredentialRow, type OpenedFile } from './credentials.ts'
import { noSuchCredential, noSuchCredentialFile, ownCredential } from './problems.ts'
import { endWait, tellOfDecision } from './tell-of-credentials.ts'

export interface Verification {
  /** Of one member, drafts left out. @throws noSuchCredential 404 where nobody of the organisation has this id */
  readonly list: (access: Access, membershipId: string) => Promise<MemberCredential[]>
  /** What waits to be looked at, the longest waiting first. */
  readonly waiting: (access: Access, page: { readonly cursor: string | undefined; readonly limit: number }) => Promise<WaitingCredentialPage>
  /** One file, to who verifies the document; every look stands in the trail. @throws noSuchCredential 404, noSuchCredentialFile 404 */
  readonly openFile: (access: Access, membershipId: string, credentialId: string, fileId: string) => Promise<OpenedFile>
  /** @throws noSuchCredential 404, ownCredential 403, credentialStateRefused 409, changedMeanwhile 412 where it is no longer what was looked at */
  readonly decide: (access: Access, membershipId: string, credentialId: string, decision: { readonly event: 'verify' } | { readonly event: 'reject'; readonly reason: string }, version: number) => Promise<MemberCredential>
}

interface MemberRow extends CredentialRow {
  readonly membership_id: string
  readonly holder_name: string
  readonly place: string
}

const Position = Type.Tuple([Type.String({ maxLength: 40, format: 'date-time' }), Type.String({ format: 'uuid' })])

/** Documents of the organisation's active members; a draft is nobody's but its holder's. */
const ofMembers = (db: Db, { organisationId }: Access) => credentialRows(db).join('membership', 'membership.account_id', 'credential.account_id').join('account', 'account.account_id', 'credential.account_id')
  .where({ 'membership.organisation_id': organisationId, 'membership.state': 'active' }).whereNot('credential.state', 'none')
  .select<MemberRow[]>('membership.membership_id', 'account.name as holder_name', db.raw(`to_char(credential.submitted_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.USZ') as place`))

export function createVerification({ db, sealing, files, now }: { readonly db: Db; readonly sealing: Sealing; readonly files: CredentialFiles; readonly now: () => Date }): Verification {
  /** True of who is to verify a document, or has verified or rejected it for this organisation. */
  const mayLookInside = (access: Access, row: CredentialRow): boolean =>
    access.actor.kind === 'account' && access.actor.id !== row.account_id
    && (row.state === 'submitted' || (row.decided_by === access.actor.id && row.decided_in === access.organisationId))

  const actionsOn = (access: Access, row: CredentialRow): CredentialAction[] => {
    if (!mayLookInside(access, row)) return []
    return ['view', ...(['verify', 'reject'] as const).filter((event) => credentialMovers[event] === 'administrator' && credentialLife[row.state][event] !== undefined)]
  }

  const shown = (access: Access, row: MemberRow): MemberCredential => {
    const isOpen = mayLookInside(access, row)
    return { ...toCredential(row, actionsOn(access, row), isOpen ? numberOf(sealing, row) : undefined, isOpen ? filesOf(row) : []), holder: { membershipId: row.membership_id, name: row.holder_name } }
  }

  const find = async (db: Db, access: Access, membershipId: string, credentialId: string): Promise<MemberRow> => {
    const [row] = await ofMembers(db, access).where({ 'membership.membership_id': membershipId, 'credential.credential_id': credentialId })
    if (row === undefined) throw noSuchCredential('No member of your organisation has a document of this id.')
    return row
  }

  const note = (trx: Trx, access: Access, action: AuditAction, detail: Readonly<Record<string, unknown>>) =>
    record(trx, [{ organisationId: access.organisationId, actor: `${access.actor.kind}:${access.actor.id}`, action, outcome: 'success', detail }])

  return {
    list: async (access, membershipId) => {
      const member = await db('membership').where({ organisation_id: access.organisationId, membership_id: membershipId, state: 'active' }).first<object | undefined>('membership_id')
      if (member === undefined) throw noSuchCredential('No active member of your organisation has this id.')
      const found = await ofMembers(db, access).where('membership.membership_id', membershipId).orderBy([{ column: 'credential.created_at', order: 'desc' }, 'credential.credential_id'])
      await db.transaction((trx) => note(trx, access, 'credential.read', { membershipId, documents: found.length }))
      return found.map((row) => shown(access, row))
    },

    waiting: async (access, { cursor, limit }) => {
      const after = decodeCursor(cursor, Position)
      const query = ofMembers(db, access).where('credential.state', 'submitted').orderBy(['credential.submitted_at', 'credential.credential_id']).limit(limit + 1)
      // One's own are for somebody else to look at.
      if (access.actor.kind === 'account') void query.whereNot('credential.account_id', access.actor.id)
      if (after) void query.whereRaw('(credential.submitted_at, credential.credential_id) > (?::timestamptz, ?::uuid)', [...after])
      const found = await query
      const last = found.length > limit ? found[limit - 1] : undefined
      await db.transaction((trx) => note(trx, access, 'credential.read', { documents: Math.min(found.length, limit) }))
      return { items: found.slice(0, limit).map((row) => shown(access, row)), ...(last ? { next: encodeCursor([last.place, last.credential_id]) } : {}) }
    },

    openFile: async (access, membershipId, credentialId, fileId) => {
      const row = await find(db, access, membershipId, credentialId)
      if (!mayLookInside(access, row)) throw noSuchCredentialFile('What is in the document is shown to who verifies it.')
      const file = await fileOf(db, credentialId, fileId)
      await db.transaction((trx) => note(trx, access, 'credential.view', { membershipId, credentialId, fileId }))
      return openFileOf(files, file)
    },

    decide: (access, membershipId, credentialId, decision, version) => db.transaction(async (trx) => {
      const { account_id } = await find(trx, access, membershipId, credentialId)
      const decider = accountIn(access)
      if (account_id === decider) throw ownCredential('Another administrator has to look at yours.')
      await lockHolder(trx, account_id)
      const row = await find(trx, access, membershipId, credentialId)
      const state = credentialLife[row.state][decision.event]
      if (state === undefined) throw stateRefused(row.state)
      assertVersion(row.version, version)
      await trx('credential').where({ credential_id: credentialId }).update({
        state, decided_at: now(), decided_by: decider, decided_in: access.organisationId, reason: decision.event === 'reject' ? decision.reason.trim() : null, version: trx.raw('version + 1'),
      })
      await endWait(trx, credentialId, 'done')
      await tellOfDecision(trx, { credentialId, accountId: account_id }, access.organisationId, decision.event === 'reject' ? decision.reason : undefined)
      await note(trx, access, 'credential.decide', { membershipId, credentialId, state })
      return shown(access, await find(trx, access, membershipId, credentialId))
    }),
  }
}
