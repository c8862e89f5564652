/** The people of an organisation: who belongs to it, with which role, and in which state. */
import {
  MemberParams, type Member, type MemberAction, type MemberCreation, type MemberDetail, type MembershipEvent, type MembershipState, type MemberPage,
  type MemberPatch, type MemberQuery, type MemberRequest,
} from '@isocenter/contracts'
import { Type } from 'typebox'
import type { Accounts } from '../accounts/index.ts'
import { accountOf, actorOf, type Access } from '../identity/index.ts'
import { publish, tell } from '../notifications/index.ts'
import { decodeCursor, encodeCursor, exactly } from '../platform/cursor.ts'
import type { Db, Trx } from '../platform/db.ts'
import { anywhere } from '../platform/like.ts'
import { createSharedRateLimit } from '../platform/shared-rate-limit.ts'
import { assertVersion, given, lockOwn, note, orNull, unlessThere } from './common.ts'
import type { Invitations } from './invitations.ts'
import { lastAdministrator, memberStateRefused, noSuchDepartment, noSuchMember, selfElevation } from './problems.ts'
import { assertMayGive, assertMayHandle, roleInOrganisation } from './roles.ts'
import { membershipLife } from './states.ts'

export interface Members {
  /** Those who were not removed, the latest first. */
  readonly list: (access: Access, query: MemberQuery, page: { readonly cursor: string | undefined; readonly limit: number }) => Promise<MemberPage>
  /** @throws noSuchMember 404 */
  readonly find: (access: Access, membershipId: string) => Promise<MemberDetail>
  /** Makes an account and its membership; where the phone number has an account, invites it. @throws noSuchRole 404, fullRoleNeeded 403, roleBeyondOwn 403, tooManyRequests 429, and what `invite` throws */
  readonly create: (access: Access, request: MemberRequest) => Promise<MemberCreation>
  /** @throws noSuchMember 404, changedMeanwhile 412, selfElevation 403, fullRoleNeeded 403, roleBeyondOwn 403, lastAdministrator 409, noSuchRole 404, noSuchDepartment 404, memberStateRefused 409 */
  readonly change: (access: Access, membershipId: string, patch: MemberPatch, version: number | undefined) => Promise<MemberDetail>
  /** @throws noSuchMember 404, memberStateRefused 409, selfElevation 403, fullRoleNeeded 403, lastAdministrator 409 */
  readonly move: (access: Access, membershipId: string, event: Exclude<MembershipEvent, 'join'>) => Promise<void>
}

interface MemberRow {
  readonly membership_id: string
  readonly account_id: string
  readonly state: MembershipState
  readonly has_electronic_film: boolean
  readonly joined_at: Date
  readonly version: number
  readonly name: string
  readonly phone: string
  readonly email: string | null
  readonly gender: string | null
  readonly introduction: string | null
  readonly role_id: string
  readonly role_name: string
  readonly built_in: string | null
  readonly department_id: string | null
  readonly department_name: string | null
  readonly place: string
  readonly credential_state: Member['credentialState']
}

const Position = Type.Tuple([Type.String({ maxLength: 40, format: 'date-time' }), MemberParams.properties.membershipId])

/** The best of what a person has shown of himself, as the organisation has decided: what others have decided is not told. */
const credentialStateSql = `coalesce((select shown.state from (
    select case when credential.state = 'expired' then 'expired' else coalesce(decision.state, 'submitted') end as state
    from credential left join credential_decision decision on decision.credential_id = credential.credential_id and decision.organisation_id = membership.organisation_id
    where credential.account_id = account.account_id and credential.state <> 'none' and (credential.submitted_at is not null or decision.state is not null)) shown
  order by array_position(array['verified', 'submitted', 'rejected', 'expired'], shown.state) limit 1), 'none')`

function members(db: Db, organisationId: string) {
  return db('membership').where('membership.organisation_id', organisationId).whereNot('membership.state', 'removed')
    .join('account', 'account.account_id', 'membership.account_id').join('role', 'role.role_id', 'membership.role_id')
    .leftJoin('department', 'department.department_id', 'membership.department_id')
    .select<MemberRow[]>('membership.membership_id', 'membership.account_id', 'membership.state', 'membership.has_electronic_film', 'membership.joined_at', 'membership.version',
      'account.name', 'account.phone', 'account.email', 'account.gender', db.raw('coalesce(membership.introduction, account.introduction) as introduction'), 'role.role_id', 'role.name as role_name', 'role.built_in',
      'department.department_id', 'department.name as department_name', db.raw(`${exactly('membership.joined_at')} as place`), db.raw(`${credentialStateSql} as credential_state`))
}

/** `+86138****8000`: enough to know somebody by, not enough to call. */
export const maskedPhone = (phone: string): string => phone.length < 9 ? `${phone.slice(0, 2)}****` : `${phone.slice(0, -8)}****${phone.slice(-4)}`

const toMember = (row: MemberRow): Member => ({
  membershipId: row.membership_id,
  name: row.name,
  phone: maskedPhone(row.phone),
  state: row.state,
  hasElectronicFilm: row.has_electronic_film,
  credentialState: row.credential_state,
  joinedAt: row.joined_at.toISOString(),
  role: { roleId: row.role_id, name: row.role_name, ...(row.built_in === null ? {} : { builtIn: row.built_in }) },
  ...(row.department_id === null ? {} : { department: { departmentId: row.department_id, name: row.department_name ?? '' } }),
})

/** What the caller may do with a member. Himself nobody suspends, removes or gives another role. */
function actionsOn(access: Access, row: MemberRow): MemberAction[] {
  if (!access.permissions.has('org.member')) return []
  const isSelf = accountOf(access) === row.account_id
  const moves = (['suspend', 'reinstate', 'remove'] as const).filter((event) => !isSelf && membershipLife[row.state][event] !== undefined)
  return ['edit', ...(isSelf ? [] : ['changeRole'] as const), ...moves]
}

const memberEvents = { active: 'membership.reinstated', suspended: 'membership.suspended', removed: 'membership.removed' } as const satisfies Record<MembershipState, string>

interface LockedMember {
  readonly account_id: string
  readonly state: MembershipState
  readonly version: number
  readonly role_id: string
  readonly built_in: string | null
}

export function createMembers({ db, accounts, invitations }: { readonly db: Db; readonly accounts: Pick<Accounts, 'administration'>; readonly invitations: Invitations }): Members {
  // To make members is also to ask which phone numbers have accounts.
  const knownNumbers = createSharedRateLimit(db, 'known-numbers-of-members', { burst: 20, refillMs: 5 * 60_000 })

  const find = async (db: Db, access: Access, membershipId: string): Promise<MemberDetail> => {
    const [row] = await members(db, access.organisationId).where('membership.membership_id', membershipId)
    if (row === undefined) throw noSuchMember('No member of your organisation has this id.')
    return {
      ...toMember(row), accountId: row.account_id, phone: row.phone, version: row.version, actions: actionsOn(access, row),
      ...(row.email === null ? {} : { email: row.email }), ...(row.gender === null ? {} : { gender: row.gender }), ...(row.introduction === null ? {} : { introduction: row.introduction }),
    }
  }

  /** In an organisation that is locked. */
  const memberOf = async (trx: Trx, access: Access, membershipId: string): Promise<LockedMember> => {
    const row = await trx('membership').join('role', 'role.role_id', 'membership.role_id').where({ 'membership.organisation_id': access.organisationId, membership_id: membershipId })
      .whereNot('membership.state', 'removed').first<LockedMember | undefined>('account_id', 'state', 'membership.version', 'role.role_id', 'built_in')
    if (row === undefined) throw noSuchMember('No member of your organisation has this id.')
    return row
  }
  /** Before a member loses the full role, or what it is good for. */
  const assertAnotherAdministrator = async (trx: Trx, { organisationId }: Access, membershipId: string): Promise<void> => {
    const other = await trx('membership').join('role', 'role.role_id', 'membership.role_id')
      .where({ 'membership.organisation_id': organisationId, 'membership.state': 'active', 'role.built_in': 'full' }).whereNot({ membership_id: membershipId }).first<object | undefined>('membership_id')
    if (other === undefined) throw lastAdministrator('Give somebody else the full role first.')
  }

  /** Its pages learn at once that they may do something else; its person is told what has become of the membership. */
  const tellMember = async (trx: Trx, { organisationId }: Access, accountId: string, what:
    | { readonly event: 'membership.role-changed'; readonly role: string }
    | { readonly event: 'membership.suspended' | 'membership.reinstated' | 'membership.removed' }): Promise<void> => {
    const { name: organisation } = await trx('organisation').where({ organisation_id: organisationId }).first<{ name: string }>('name')
    if (what.event === 'membership.role-changed') await publish(trx, { event: what.event, organisationId, accountId, details: { organisation, role: what.role } })
    else await publish(trx, { event: what.event, organisationId, accountId, details: { organisation } })
    await tell(trx, 'membership.changed', { accountIds: [accountId] }, { organisationId })
  }

  return {
    find: (access, membershipId) => find(db, access, membershipId),

    list: async (access, { search, state, roleId, departmentId }, { cursor, limit }) => {
      const after = decodeCursor(cursor, Position)
      const query = members(db, access.organisationId).orderBy([{ column: 'membership.joined_at', order: 'desc' }, { column: 'membership.membership_id', order: 'desc' }]).limit(limit + 1)
      if (search !== undefined) {
        const digits = search.replace(/[\s().+-]/g, '')
        void query.where((found) => {
          void found.whereRaw('account.name ilike ?', [anywhere(search.trim())])
          if (/^\d{4,}$/.test(digits)) void found.orWhereRaw('account.phone like ?', [anywhere(digits)])
        })
      }
      if (state !== undefined) void query.where('membership.state', state)
      if (roleId !== undefined) void query.where('membership.role_id', roleId)
      if (departmentId !== undefined) void query.where('membership.department_id', departmentId)
      if (after) void query.whereRaw('(membership.joined_at, membership.membership_id) < (?::timestamptz, ?::uuid)', [...after])
      const found = await query
      const last = found.length > limit ? found[limit - 1] : undefined
      return { items: found.slice(0, limit).map(toMember), ...(last ? { next: encodeCursor([last.place, last.membership_id]) } : {}) }
    },

    create: async (access, { phone, name, gender, email, introduction, roleId }) => {
      const prepared = await accounts.administration.prepareOneTimePassword()
      return knownNumbers.takeIf(access.organisationId, (known) => db.transaction(async (trx) => {
        await lockOwn(trx, access)
        await assertMayGive(trx, access, await roleInOrganisation(trx, access, roleId))
        const account = { organisationId: access.organisationId, phone, name: name.trim(), email, actor: actorOf(access) }
        const made = await unlessThere(accounts.administration.create(trx, account, prepared))
        if (made === undefined) {
          known()
          const { invitationId, acceptanceCode } = await invitations.inviteWithin(trx, access, { phone, roleId })
          return { outcome: 'invited', invitationId, acceptanceCode }
        }
        await trx('account').where({ account_id: made.accountId }).update({ gender: gender ?? null, introduction: introduction === undefined ? null : orNull(introduction) })
        const [row] = await trx('membership').insert({ organisation_id: access.organisationId, account_id: made.accountId, role_id: roleId }).returning<{ membership_id: string }[]>('membership_id')
        const membershipId = String(row?.membership_id)
        await note(trx, access, 'member.create', { membershipId, accountId: made.accountId, roleId })
        return { outcome: 'created', membershipId, oneTimePassword: prepared.password, passwordExpiresAt: prepared.expiresAt.toISOString() }
      }))
    },

    change: (access, membershipId, { roleId, departmentId, hasElectronicFilm }, version) => db.transaction(async (trx) => {
      await lockOwn(trx, access)
      const member = await memberOf(trx, access, membershipId)
      assertVersion(member.version, version)
      if (roleId !== undefined && roleId !== member.role_id) {
        if (member.account_id === accountOf(access)) throw selfElevation('Somebody else has to give you another role.')
        const role = await roleInOrganisation(trx, access, roleId)
        const isFull = member.built_in === 'full'
        await assertMayHandle(trx, access, { isFull })
        await assertMayGive(trx, access, role)
        if (isFull) await assertAnotherAdministrator(trx, access, membershipId)
        await tellMember(trx, access, member.account_id, { event: 'membership.role-changed', role: role.name })
      }
      if (departmentId !== undefined && departmentId !== '') {
        const department = await trx('department').where({ organisation_id: access.organisationId, department_id: departmentId }).first<object | undefined>('department_id')
        if (department === undefined) throw noSuchDepartment('No department of your organisation has this id.')
      }
      const changes = given({ role_id: roleId, department_id: departmentId === '' ? null : departmentId, has_electronic_film: hasElectronicFilm })
      await trx('membership').where({ organisation_id: access.organisationId, membership_id: membershipId }).update({ ...changes, version: trx.raw('version + 1'), updated_at: trx.fn.now() })
      await note(trx, access, 'member.change', { membershipId, ...given({ roleId, departmentId, hasElectronicFilm }) })
      return find(trx, access, membershipId)
    }),

    move: (access, membershipId, event) => db.transaction(async (trx) => {
      await lockOwn(trx, access)
      const member = await memberOf(trx, access, membershipId)
      if (member.account_id === accountOf(access)) throw selfElevation('Somebody else has to do this to your membership.')
      const state = membershipLife[member.state][event]
      if (state === undefined) throw memberStateRefused(`The member is ${member.state}.`, { state: member.state })
      const isFull = member.built_in === 'full'
      await assertMayHandle(trx, access, { isFull })
      if (isFull && member.state === 'active') await assertAnotherAdministrator(trx, access, membershipId)
      const own = { organisation_id: access.organisationId, membership_id: membershipId }
      await trx('membership').where(own).update({ state, version: trx.raw('version + 1'), updated_at: trx.fn.now(), ...(state === 'removed' ? { department_id: null } : {}) })
      await trx('session_membership').where({ membership_id: membershipId }).delete()
      if (state === 'removed') {
        await trx('device_member').where(own).delete()
        await trx('department').where({ organisation_id: access.organisationId, head_id: membershipId }).update({ head_id: null, version: trx.raw('version + 1') })
      }
      await note(trx, access, 'member.change', { membershipId, state })
      await tellMember(trx, access, member.account_id, { event: memberEvents[state] })
    }),
  }
}
