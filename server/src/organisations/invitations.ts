/** Invitations by phone number. What an administrator is answered is the same whether or not anybody has the number. */
import { timingSafeEqual } from 'node:crypto'
import {
  InvitationParams, type Invitation, type InvitationEvent, type InvitationMade, type InvitationPage, type InvitationRequest, type InvitationState,
  type OrganisationKind, type OwnInvitations,
} from '@isocenter/contracts'
import { Type } from 'typebox'
import { accountProofRequired, readPhone } from '../accounts/index.ts'
import { actorOf, type AccountSession, type Access } from '../identity/index.ts'
import { record } from '../audit/index.ts'
import { closeTodo, openTodo, publish, tell, type Outbox } from '../notifications/index.ts'
import { decodeCursor, encodeCursor, exactly } from '../platform/cursor.ts'
import type { Db, Trx } from '../platform/db.ts'
import { ProblemError } from '../platform/problem.ts'
import { createSharedRateLimit } from '../platform/shared-rate-limit.ts'
import { newTypedCode, typedCodeHash } from '../platform/typed-code.ts'
import { lockOwn, note } from './common.ts'
import { lockOrganisation } from './memberships.ts'
import { alreadyMember, invalidPhone, invitationCodeNeeded, invitationCodeRefused, invitationStateRefused, memberStateRefused, noSuchInvitation } from './problems.ts'
import { assertMayGive, assertMayHandle, roleInOrganisation } from './roles.ts'
import { invitationLife, membershipLife, withTime } from './states.ts'

/** NTF-09 */
const validDays = 7
const validMs = validDays * 24 * 60 * 60_000
/** Later the inviter has handed the code over himself. */
const codeMessageMs = 24 * 60 * 60_000
/** Of 2^50 codes: who does not have it does not find it. */
const codeShape = { groups: 2, groupLength: 5 }
const triesPerCode = 10

export interface Invitations {
  readonly list: (access: Access, page: { readonly cursor: string | undefined; readonly limit: number }) => Promise<InvitationPage>
  /** Inviting a number again is one invitation, with the newer role and time. @throws invalidPhone 422, alreadyMember 409, noSuchRole 404, fullRoleNeeded 403, roleBeyondOwn 403, tooManyRequests 429 */
  readonly invite: (access: Access, request: InvitationRequest) => Promise<InvitationMade>
  /** The same in the caller's transaction. */
  readonly inviteWithin: (trx: Trx, access: Access, request: InvitationRequest) => Promise<InvitationMade>
  /** Its former code is good no longer. @throws noSuchInvitation 404, invitationStateRefused 409, tooManyRequests 429 */
  readonly inviteAgain: (access: Access, invitationId: string) => Promise<InvitationMade>
  /** @throws noSuchInvitation 404, invitationStateRefused 409, fullRoleNeeded 403 */
  readonly withdraw: (access: Access, invitationId: string) => Promise<void>
  /** Those that wait for the answer of who is signed in. */
  readonly own: (session: AccountSession) => Promise<OwnInvitations>
  /**
   * Makes who is signed in a member; answers the membership. The invitation is of a phone, and whoever made the account may have typed that number:
   * so the phone has been proven, or the code is given that went to it or came from the inviter's hand. And an organisation's provider does not join another in his name.
   * @throws noSuchInvitation 404, accountProofRequired 403, invitationStateRefused 409, memberStateRefused 409, invitationCodeNeeded 403, invitationCodeRefused 403
   */
  readonly accept: (session: AccountSession, invitationId: string, code?: string) => Promise<{ membershipId: string }>
  /** @throws noSuchInvitation 404, invitationStateRefused 409 */
  readonly decline: (session: AccountSession, invitationId: string) => Promise<void>
}

interface InvitationRow {
  readonly invitation_id: string
  readonly organisation_id: string
  readonly phone: string
  readonly role_id: string | null
  readonly state: Exclude<InvitationState, 'expired'>
  readonly sent_at: Date
  readonly expires_at: Date
  readonly code_sha256: Buffer | null
  readonly wrong_codes: number
}

interface ListedRow extends InvitationRow {
  readonly role_name: string | null
  readonly built_in: string | null
  readonly place: string
}

const Position = Type.Tuple([Type.String({ maxLength: 40, format: 'date-time' }), InvitationParams.properties.invitationId])

export function createInvitations({ db, outbox, now }: { readonly db: Db; readonly outbox: Pick<Outbox, 'add'>; readonly now: () => Date }): Invitations {
  // Who floods phones with messages is slowed down; by organisation, whoever of it asks.
  const send = (trx: Trx, organisationId: string) => createSharedRateLimit(trx, 'invitations', { burst: 100, refillMs: 30_000 }).take(organisationId)
  const expiry = () => new Date(now().getTime() + validMs)

  const toInvitation = (access: Access, row: ListedRow): Invitation => {
    const state = withTime<InvitationState>(row.state, 'open', row.expires_at, now())
    const actions = (['withdraw', 'inviteAgain'] as const).filter((event) => access.permissions.has('org.member') && invitationLife[state][event] !== undefined)
    return {
      invitationId: row.invitation_id, phone: row.phone, state, invitedAt: row.sent_at.toISOString(), expiresAt: row.expires_at.toISOString(), actions,
      ...(row.role_id === null ? {} : { role: { roleId: row.role_id, name: row.role_name ?? '', ...(row.built_in === null ? {} : { builtIn: row.built_in }) } }),
    }
  }
  const select = (db: Db, organisationId: string) => db('invitation').where('invitation.organisation_id', organisationId)
    .leftJoin('role', 'role.role_id', 'invitation.role_id').select<ListedRow[]>('invitation.*', 'role.name as role_name', 'role.built_in', db.raw(`${exactly('invitation.created_at')} as place`))
  const find = async (db: Db, access: Access, invitationId: string): Promise<Invitation> => {
    const [row] = await select(db, access.organisationId).where('invitation_id', invitationId)
    if (row === undefined) throw noSuchInvitation('No invitation of your organisation has this id.')
    return toInvitation(access, row)
  }

  const assertOpenTo = (row: InvitationRow, event: InvitationEvent): InvitationState => {
    const state = withTime<InvitationState>(row.state, 'open', row.expires_at, now())
    const next = invitationLife[state][event]
    if (next === undefined) throw invitationStateRefused(`The invitation is ${state}.`, { state })
    return next
  }
  const lock = async (trx: Trx, which: Record<string, string>): Promise<InvitationRow> => {
    const row = await trx('invitation').where(which).forUpdate().first<InvitationRow | undefined>()
    if (row === undefined) throw noSuchInvitation('There is no invitation of this id, or it is not yours.')
    return row
  }

  /** Locks the invitation's organisation, then the invitation, for the person who is invited. */
  const lockForInvitee = async (trx: Trx, { accountId }: AccountSession, invitationId: string): Promise<InvitationRow> => {
    const { phone } = await trx('account').where({ account_id: accountId }).first<{ phone: string }>('phone')
    const found = await trx('invitation').where({ invitation_id: invitationId, phone }).first<InvitationRow | undefined>()
    if (found === undefined) throw noSuchInvitation('There is no invitation of this id, or it is not yours.')
    await lockOrganisation(trx, found.organisation_id)
    return lock(trx, { invitation_id: invitationId, phone })
  }
  const noteAnswer = (trx: Trx, { accountId }: AccountSession, { organisation_id, invitation_id, role_id }: InvitationRow, answer: string) =>
    record(trx, [{ organisationId: organisation_id, actor: `account:${accountId}`, action: 'invitation.answer', outcome: 'success', detail: { invitationId: invitation_id, answer, roleId: role_id } }])

  /** A message to who has the number; to nobody, and as long, where nobody has it. */
  const tellInvitee = async (trx: Trx, { organisationId }: Access, invitationId: string, { phone, organisation, code }: {
    readonly phone: string
    readonly organisation: string
    readonly code: string
  }): Promise<void> => {
    const account = await trx('account').where({ phone }).first<{ account_id: string } | undefined>('account_id')
    const about = { organisationId, accountId: account?.account_id, recordId: invitationId, expiresAt: expiry() }
    await publish(trx, { ...about, event: 'invitation.received', details: { organisation, days: validDays } })
    await openTodo(trx, { ...about, kind: 'invitation.answer', details: { organisation } })
    // To the phone and nowhere else: what the account has beside may be of who made it.
    await outbox.add(trx, {
      kind: 'invitation-code',
      values: { organisation, code, days: validDays },
      accountId: account?.account_id,
      to: { channel: 'sms', address: phone },
      expiresAt: new Date(now().getTime() + codeMessageMs),
    })
  }
  const closeTodoOf = (trx: Trx, { organisation_id, invitation_id }: Pick<InvitationRow, 'organisation_id' | 'invitation_id'>, outcome: 'done' | 'withdrawn') =>
    closeTodo(trx, { kind: 'invitation.answer', organisationId: organisation_id, recordId: invitation_id, outcome })
  /** Tells those who invite what became of it. */
  const tellInviters = async (trx: Trx, { accountId }: AccountSession, { organisation_id }: InvitationRow, event: 'invitation.accepted' | 'invitation.declined', recordId: string): Promise<void> => {
    const { name: person } = await trx('account').where({ account_id: accountId }).first<{ name: string }>('name')
    const { name: organisation } = await trx('organisation').where({ organisation_id }).first<{ name: string }>('name')
    await publish(trx, { event, organisationId: organisation_id, exceptAccountId: accountId, recordId, details: { organisation, person } })
  }

  /** An offer of the full role is taken back, or put in another's place, by who could make it. @throws fullRoleNeeded 403 */
  const assertMayTakeBack = async (trx: Trx, access: Access, offered: Pick<InvitationRow, 'role_id'> | undefined): Promise<void> => {
    if (offered !== undefined && offered.role_id !== null) await assertMayHandle(trx, access, await roleInOrganisation(trx, access, offered.role_id))
  }

  /** What an invitation that is made or made anew begins with; the code is kept as its hash. */
  const begin = () => {
    const code = newTypedCode(codeShape)
    return { code, columns: { sent_at: now(), expires_at: expiry(), answered_at: null, code_sha256: typedCodeHash(code), wrong_codes: 0 } }
  }

  /** Why an invitation is not accepted with what was given; counted in this transaction, which therefore has to commit. */
  const refusalOf = async (trx: Trx, { accountId }: AccountSession, invitation: InvitationRow, code: string | undefined): Promise<ProblemError | undefined> => {
    const { phone_proven_at } = await trx('account').where({ account_id: accountId }).first<{ phone_proven_at: Date | null }>('phone_proven_at')
    if (phone_proven_at !== null) return undefined
    if (code === undefined) return invitationCodeNeeded('Your account has not proven that it holds this phone: give the code of the invitation, which its organisation hands over.')
    const { organisation_id, invitation_id, code_sha256, wrong_codes } = invitation
    const triesLeft = code_sha256 === null ? 0 : triesPerCode - wrong_codes
    if (code_sha256 !== null && triesLeft > 0 && timingSafeEqual(code_sha256, typedCodeHash(code))) return undefined
    if (triesLeft > 0) await trx('invitation').where({ invitation_id }).update({ wrong_codes: wrong_codes + 1 })
    await record(trx, [{ organisationId: organisation_id, actor: `account:${accountId}`, action: 'invitation.answer', outcome: 'refused', detail: { invitationId: invitation_id, answer: 'wrong code' } }])
    return invitationCodeRefused('Check the code, or ask to be invited again.', { triesLeft: Math.max(0, triesLeft - 1) })
  }

  const inviteWithin = async (trx: Trx, access: Access, { phone: typed, roleId }: InvitationRequest): Promise<InvitationMade> => {
    const phone = readPhone(typed)
    if (phone === undefined) throw invalidPhone('"phone" is no phone number.')
    const { name } = await lockOwn(trx, access)
    await assertMayGive(trx, access, await roleInOrganisation(trx, access, roleId))
    const member = await trx('membership').join('account', 'account.account_id', 'membership.account_id').where({ 'membership.organisation_id': access.organisationId, 'account.phone': phone })
      .whereNot('membership.state', 'removed').first<{ membership_id: string } | undefined>('membership.membership_id')
    if (member !== undefined) throw alreadyMember('A member of your organisation has this phone number.', { membershipId: member.membership_id })
    const offered = await trx('invitation').where({ organisation_id: access.organisationId, phone }).whereIn('state', ['open', 'declined']).first<Pick<InvitationRow, 'role_id'> | undefined>('role_id')
    await assertMayTakeBack(trx, access, offered)
    await send(trx, access.organisationId)
    const { code, columns } = begin()
    const [row] = await trx('invitation').insert({ organisation_id: access.organisationId, phone, role_id: roleId, state: 'open', created_by: actorOf(access), ...columns })
      .onConflict(trx.raw("(organisation_id, phone) where state in ('open', 'declined')"))
      .merge({ role_id: roleId, state: 'open', ...columns }).returning<{ invitation_id: string }[]>('invitation_id')
    const invitationId = String(row?.invitation_id)
    await tellInvitee(trx, access, invitationId, { phone, organisation: name, code })
    await note(trx, access, 'member.invite', { invitationId, roleId })
    return { ...await find(trx, access, invitationId), acceptanceCode: code }
  }

  return {
    list: async (access, { cursor, limit }) => {
      const after = decodeCursor(cursor, Position)
      const query = select(db, access.organisationId).whereNot('invitation.state', 'withdrawn')
        .orderBy([{ column: 'invitation.created_at', order: 'desc' }, { column: 'invitation_id', order: 'desc' }]).limit(limit + 1)
      if (after) void query.whereRaw('(invitation.created_at, invitation_id) < (?::timestamptz, ?::uuid)', [...after])
      const found = await query
      const last = found.length > limit ? found[limit - 1] : undefined
      return { items: found.slice(0, limit).map((row) => toInvitation(access, row)), ...(last ? { next: encodeCursor([last.place, last.invitation_id]) } : {}) }
    },

    inviteWithin,
    invite: (access, request) => db.transaction((trx) => inviteWithin(trx, access, request)),

    inviteAgain: (access, invitationId) => db.transaction(async (trx) => {
      const { name } = await lockOwn(trx, access)
      const row = await lock(trx, { organisation_id: access.organisationId, invitation_id: invitationId })
      const state = assertOpenTo(row, 'inviteAgain')
      await assertMayGive(trx, access, await roleInOrganisation(trx, access, String(row.role_id)))
      await send(trx, access.organisationId)
      const { code, columns } = begin()
      await trx('invitation').where({ invitation_id: invitationId }).update({ state, ...columns })
      await tellInvitee(trx, access, invitationId, { phone: row.phone, organisation: name, code })
      await note(trx, access, 'member.invite', { invitationId, roleId: row.role_id })
      return { ...await find(trx, access, invitationId), acceptanceCode: code }
    }),

    withdraw: (access, invitationId) => db.transaction(async (trx) => {
      await lockOwn(trx, access)
      const row = await lock(trx, { organisation_id: access.organisationId, invitation_id: invitationId })
      const state = assertOpenTo(row, 'withdraw')
      await assertMayTakeBack(trx, access, row)
      await trx('invitation').where({ invitation_id: invitationId }).update({ state })
      await closeTodoOf(trx, row, 'withdrawn')
      await note(trx, access, 'invitation.withdraw', { invitationId })
    }),

    own: async ({ accountId }) => {
      const found = await db('invitation').join('account', 'account.phone', 'invitation.phone').join('organisation', 'organisation.organisation_id', 'invitation.organisation_id')
        .join('role', 'role.role_id', 'invitation.role_id').where({ 'account.account_id': accountId, 'invitation.state': 'open' }).where('invitation.expires_at', '>', now())
        .orderBy('invitation.sent_at', 'desc').limit(100)
        .select<(Pick<InvitationRow, 'invitation_id' | 'expires_at' | 'organisation_id'> & { phone_proven_at: Date | null; number: string; kind: OrganisationKind; name: string; role_name: string })[]>(
          'invitation.invitation_id', 'invitation.expires_at', 'account.phone_proven_at', 'organisation.organisation_id', 'organisation.number', 'organisation.kind', 'organisation.name', 'role.name as role_name')
      return {
        items: found.map((row) => ({
          invitationId: row.invitation_id,
          organisation: { organisationId: row.organisation_id, number: row.number, kind: row.kind, name: row.name },
          roleName: row.role_name,
          expiresAt: row.expires_at.toISOString(),
          needsCode: row.phone_proven_at === null,
        })),
      }
    },

    accept: async (session, invitationId, code) => {
      if (session.vouchedBy !== undefined) throw accountProofRequired('You have signed in by the provider of an organisation: show that the account is yours, then join another.')
      const answer = await db.transaction(async (trx) => {
        const invitation = await lockForInvitee(trx, session, invitationId)
        const state = assertOpenTo(invitation, 'accept')
        const refusal = await refusalOf(trx, session, invitation, code)
        if (refusal !== undefined) return refusal
        const key = { organisation_id: invitation.organisation_id, account_id: session.accountId }
        const before = await trx('membership').where(key).first<{ membership_id: string; state: keyof typeof membershipLife } | undefined>('membership_id', 'state')
        const next = before === undefined ? 'active' : membershipLife[before.state].join
        if (next === undefined) throw memberStateRefused(`Your membership there is ${String(before?.state)}.`, { state: before?.state })
        const [row] = await trx('membership').insert({ ...key, role_id: invitation.role_id, state: next })
          .onConflict(['organisation_id', 'account_id']).merge({ role_id: invitation.role_id, state: next, joined_at: trx.fn.now(), updated_at: trx.fn.now(), version: trx.raw('membership.version + 1') })
          .returning<{ membership_id: string }[]>('membership_id')
        await trx('invitation').where({ invitation_id: invitationId }).update({ state, answered_at: now() })
        await noteAnswer(trx, session, invitation, 'accepted')
        const membershipId = String(row?.membership_id)
        await closeTodoOf(trx, invitation, 'done')
        await tellInviters(trx, session, invitation, 'invitation.accepted', membershipId)
        await tell(trx, 'membership.changed', { accountIds: [session.accountId] }, { organisationId: invitation.organisation_id })
        return { membershipId }
      })
      // After the wrong code has been counted for good.
      if (answer instanceof ProblemError) throw answer
      return answer
    },

    decline: (session, invitationId) => db.transaction(async (trx) => {
      const invitation = await lockForInvitee(trx, session, invitationId)
      await trx('invitation').where({ invitation_id: invitationId }).update({ state: assertOpenTo(invitation, 'decline'), answered_at: now() })
      await noteAnswer(trx, session, invitation, 'declined')
      await closeTodoOf(trx, invitation, 'done')
      await tellInviters(trx, session, invitation, 'invitation.declined', invitationId)
    }),
  }
}
