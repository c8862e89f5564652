/**
 * Documents of people as administrators of their organisations see them (PC-03, D-86): that they are there and how they stand, to every administrator of
 * members; what is in them, to the one who verifies them. An organisation decides for itself, and sees nothing of what others have decided.
 */
import type { CredentialAction, CredentialState, MemberCredential, WaitingCredentialPage } from '@isocenter/contracts'
import { Type } from 'typebox'
import { record, type AuditAction } from '../audit/index.ts'
import { actorOf, type Access, type Sealing } from '../identity/index.ts'
import { assertVersion } from '../organisations/index.ts'
import { decodeCursor, encodeCursor, exactly } from '../platform/cursor.ts'
import type { Db, Trx } from '../platform/db.ts'
import { accountIn, lockHolder } from './common.ts'
import type { CredentialFiles } from './credential-files.ts'
import { credentialLife, credentialMovers } from './credential-states.ts'
import { credentialRows, fileOf, filesOf, numberOf, openFileOf, stateRefused, toCredential, type CredentialRow, type OpenedFile } from './credentials.ts'
import { noSuchCredential, noSuchCredentialFile, ownCredential } from './problems.ts'
import { endWaitIn, tellOfDecision } from './tell-of-credentials.ts'

export interface Verification {
  /** Of one member, drafts left out. @throws noSuchCredential 404 where nobody of the organisation has this id */
  readonly list: (access: Access, membershipId: string) => Promise<MemberCredential[]>
  /** What waits to be looked at, the longest waiting first. */
  readonly waiting: (access: Access, page: { readonly cursor: string | undefined; readonly limit: number }) => Promise<WaitingCredentialPage>
  /** One file, to who verifies the document; every look stands in the trail. @throws noSuchCredential 404, noSuchCredentialFile 404 */
  readonly openFile: (access: Access, membershipId: string, credentialId: string, fileId: string) => Promise<OpenedFile>
  /** @throws noSuchCredential 404, ownCredential 403, credentialStateRefused 409, changedMeanwhile 412 where it is no longer what was looked at */
  readonly decide: (
    access: Access,
    membershipId: string,
    credentialId: string,
    decision: { readonly event: 'verify' } | { readonly event: 'reject'; readonly reason: string },
    version: number,
  ) => Promise<MemberCredential>
}

interface MemberRow extends CredentialRow {
  readonly membership_id: string
  readonly holder_name: string
  /** What this organisation has decided. */
  readonly decision: 'verified' | 'rejected' | null
  readonly decided_at: Date | null
  readonly decided_by: string | null
  readonly decided_by_name: string | null
  readonly reason: string | null
  readonly place: string
}

const Position = Type.Tuple([Type.String({ maxLength: 40, format: 'date-time' }), Type.String({ format: 'uuid' })])

/** Documents of the organisation's active members; a draft, or what was never decided here and is not submitted, is nobody's but its holder's. */
const ofMembers = (db: Db, { organisationId }: Access) => credentialRows(db).join('membership', 'membership.account_id', 'credential.account_id').join('account', 'account.account_id', 'credential.account_id')
  .leftJoin('credential_decision as decision', (on) => { on.on('decision.credential_id', 'credential.credential_id').on('decision.organisation_id', db.raw('?', [organisationId])) })
  .leftJoin('account as decider', 'decider.account_id', 'decision.decided_by')
  .where({ 'membership.organisation_id': organisationId, 'membership.state': 'active' }).whereNot('credential.state', 'none')
  .where((one) => one.whereNotNull('credential.submitted_at').orWhereNotNull('decision.state'))
  .select<MemberRow[]>('membership.membership_id', 'account.name as holder_name', 'decision.state as decision', 'decision.decided_at', 'decision.decided_by', 'decider.name as decided_by_name', 'decision.reason', db.raw(
    `${exactly('credential.submitted_at')} as place`,
  ))

/** How a document stands for the organisation: as it has decided, and to be decided on until then. */
const stateHere = ({ state, decision }: MemberRow): CredentialState => (state === 'expired' ? 'expired' : decision ?? 'submitted')

export function createVerification({ db, sealing, files, now }: { readonly db: Db; readonly sealing: Sealing; readonly files: CredentialFiles; readonly now: () => Date }): Verification {
  /** True of who is to verify a document, or has verified or rejected it for this organisation. */
  const mayLookInside = (access: Access, row: MemberRow): boolean =>
    access.actor.kind === 'account' && access.actor.id !== row.account_id && row.submitted_at !== null && (stateHere(row) === 'submitted' || row.decided_by === access.actor.id)

  const actionsOn = (access: Access, row: MemberRow): CredentialAction[] => {
    if (!mayLookInside(access, row)) return []
    return ['view', ...(['verify', 'reject'] as const).filter((event) => credentialMovers[event] === 'administrator' && stateHere(row) === 'submitted' && credentialLife[row.state][event] !== undefined)]
  }

  const shown = (access: Access, row: MemberRow): MemberCredential => {
    const isOpen = mayLookInside(access, row)
    return {
      ...toCredential(row, actionsOn(access, row), isOpen ? numberOf(sealing, row) : undefined, isOpen ? filesOf(row) : []), state: stateHere(row), holder: { membershipId: row.membership_id, name: row.holder_name },
      ...(row.decision === null || row.decided_at === null ? {} : {
        decision: { state: row.decision, decidedAt: row.decided_at.toISOString(), ...(row.decided_by_name === null ? {} : { decidedBy: row.decided_by_name }), ...(row.reason === null ? {} : { reason: row.reason }) },
      }),
    }
  }

  const find = async (db: Db, access: Access, membershipId: string, credentialId: string): Promise<MemberRow> => {
    const [row] = await ofMembers(db, access).where({ 'membership.membership_id': membershipId, 'credential.credential_id': credentialId })
    if (row === undefined) throw noSuchCredential('No member of your organisation has a document of this id.')
    return row
  }

  const note = (trx: Trx, access: Access, action: AuditAction, detail: Readonly<Record<string, unknown>>) =>
    record(trx, [{ organisationId: access.organisationId, actor: actorOf(access), action, outcome: 'success', detail }])

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
      const query = ofMembers(db, access)
        .whereIn('credential.state', ['submitted', 'verified', 'rejected'])
        .whereNotNull('credential.submitted_at')
        .whereNull('decision.state')
        .orderBy(['credential.submitted_at', 'credential.credential_id'])
        .limit(limit + 1)
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
      const next = credentialLife[row.state][decision.event]
      if (stateHere(row) !== 'submitted' || next === undefined) throw stateRefused(stateHere(row))
      assertVersion(row.version, version)
      const state = decision.event === 'verify' ? 'verified' : 'rejected'
      const decided = { decided_at: now(), decided_by: decider, reason: decision.event === 'reject' ? decision.reason.trim() : null }
      await trx('credential_decision').insert({ ...decided, credential_id: credentialId, organisation_id: access.organisationId, state })
      // The document is as it was: its version stays, so that others decide on what they have looked at.
      if (next === state) await trx('credential').where({ credential_id: credentialId }).update({ ...decided, state, decided_in: access.organisationId })
      await endWaitIn(trx, access.organisationId, credentialId)
      await tellOfDecision(trx, { credentialId, accountId: account_id }, access.organisationId, decision.event === 'reject' ? decision.reason : undefined)
      await note(trx, access, 'credential.decide', { membershipId, credentialId, state })
      return shown(access, await find(trx, access, membershipId, credentialId))
    }),
  }
}
