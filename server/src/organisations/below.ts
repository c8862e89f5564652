/** Organisations seen from above: hospitals of a consortium, and everything there is from the operator's place. */
import { randomInt } from 'node:crypto'
import {
  type HospitalRequest, type ModuleSwitches, type OrganisationBelow, type OrganisationKind, type OrganisationMaking, type OrganisationModule,
  type OrganisationPage, type OrganisationPatch, type OrganisationRequest,
} from '@isocenter/contracts'
import { Type } from 'typebox'
import type { Accounts } from '../accounts/index.ts'
import { record } from '../audit/index.ts'
import { actorOf, type Access } from '../identity/index.ts'
import { tell } from '../notifications/index.ts'
import { decodeCursor, encodeCursor } from '../platform/cursor.ts'
import type { Db, Trx } from '../platform/db.ts'
import { anywhere } from '../platform/like.ts'
import { createSharedRateLimit } from '../platform/shared-rate-limit.ts'
import { given, orNull, ownKind, unlessThere, withOwnName } from './common.ts'
import type { Invitations } from './invitations.ts'
import { appointAdministrator, fullRoleOf, lockOrganisation } from './memberships.ts'
import { modulesInForceSql } from './modules.ts'
import { noSuchOrganisation, wrongOrganisationKind } from './problems.ts'
import { assertTimeZone } from './record.ts'

/** From where organisations are looked at. */
export type Above = 'consortium' | 'platform'

export interface OrganisationsBelow {
  /** By name. @throws wrongOrganisationKind 409 */
  readonly list: (access: Access, above: Above, query: { readonly kind?: OrganisationKind; readonly search?: string }, page: { readonly cursor: string | undefined; readonly limit: number }) => Promise<OrganisationPage>
  /** Makes a hospital of the consortium, which is billed for it, and its first administrator. @throws wrongOrganisationKind 409, invalidSettings 422, tooManyRequests 429, and what making an account throws */
  readonly makeHospital: (access: Access, request: HospitalRequest) => Promise<OrganisationMaking>
  /** @throws as makeHospital; noSuchOrganisation 404 for an owner that is none */
  readonly make: (access: Access, request: OrganisationRequest) => Promise<OrganisationMaking>
  /** What is switched on, and nothing else, from now on. @throws noSuchOrganisation 404, wrongOrganisationKind 409 */
  readonly switchModules: (access: Access, above: Above, organisationId: string, switches: ModuleSwitches) => Promise<OrganisationBelow>
  /** For the operator. @throws noSuchOrganisation 404, nameTaken 409 for a number, wrongOrganisationKind 409 */
  readonly change: (access: Access, organisationId: string, patch: OrganisationPatch) => Promise<OrganisationBelow>
  /** For the operator: puts a hospital into a consortium, or changes who is billed for it. @throws noSuchOrganisation 404, wrongOrganisationKind 409 */
  readonly putIntoConsortium: (access: Access, consortiumId: string, hospitalId: string, isBilling: boolean) => Promise<void>
  /** For the operator; a hospital that is not in it stays so. @throws wrongOrganisationKind 409 */
  readonly takeFromConsortium: (access: Access, consortiumId: string, hospitalId: string) => Promise<void>
}

interface BelowRow {
  readonly organisation_id: string
  readonly number: string
  readonly kind: OrganisationKind
  readonly name: string
  readonly switched_on: OrganisationModule[]
  readonly in_force: OrganisationModule[]
  readonly is_billing: boolean | null
  readonly members: string
  readonly created_at: Date
}

const Position = Type.Tuple([Type.String(), Type.String({ pattern: '^[1-9][0-9]{0,17}$' })])

/** Everything for the platform; for a consortium its hospitals. */
function below(db: Db, { organisationId }: Access, above: Above) {
  const query = db('organisation').select<BelowRow[]>('organisation.organisation_id', 'organisation.number', 'organisation.kind', 'organisation.name', 'organisation.created_at', 'organisation.modules as switched_on',
    db.raw(`${modulesInForceSql} as in_force`), db.raw("(select count(*) from membership where membership.organisation_id = organisation.organisation_id and state = 'active') as members"),
    db.raw(`${above === 'platform' ? 'null::boolean' : 'consortium_hospital.is_billing'} as is_billing`))
  if (above === 'consortium') void query.join('consortium_hospital', 'consortium_hospital.hospital_id', 'organisation.organisation_id').where('consortium_hospital.consortium_id', organisationId)
  return query
}

const toBelow = (row: BelowRow): OrganisationBelow => ({
  organisationId: row.organisation_id, number: row.number, kind: row.kind, name: row.name, switchedOn: row.switched_on, modules: row.in_force, members: Number(row.members), createdAt: row.created_at.toISOString(),
  ...(row.is_billing === null ? {} : { isBilling: row.is_billing }),
})

/** A change of organisations stands in the trail of each. */
const noteIn = (trx: Trx, access: Access, organisationIds: readonly string[], detail: Readonly<Record<string, unknown>>): Promise<void> =>
  record(trx, organisationIds.map((organisationId) => ({ organisationId, actor: actorOf(access), action: 'organisation.change', outcome: 'success', detail })))

/** Numbers that tell nothing about how many there are. */
const newNumber = (): string => String(randomInt(1_000_000_000, 10_000_000_000))

export function createBelow({ db, accounts, invitations }: { readonly db: Db; readonly accounts: Pick<Accounts, 'administration'>; readonly invitations: Invitations }): OrganisationsBelow {
  // To make first administrators is also to ask which phone numbers have accounts.
  const knownNumbers = createSharedRateLimit(db, 'known-numbers-of-administrators', { burst: 20, refillMs: 5 * 60_000 })

  const find = async (db: Db, access: Access, above: Above, organisationId: string): Promise<OrganisationBelow> => {
    const [row] = await below(db, access, above).where('organisation.organisation_id', organisationId)
    if (row === undefined) throw noSuchOrganisation('No organisation below yours has this id.')
    return toBelow(row)
  }

  const insert = async (trx: Trx, access: Access, { kind, name, timeZone, modules, ownerId }: Omit<OrganisationRequest, 'administrator'>) => {
    const number = newNumber()
    if (ownerId !== undefined) {
      const owner = await trx('organisation').where({ organisation_id: ownerId, kind: 'hospital' }).first<object | undefined>('organisation_id')
      if (owner === undefined) throw noSuchOrganisation('No hospital has the id "ownerId".')
      if (kind !== 'team') throw wrongOrganisationKind('Only a team belongs to a hospital.', { organisationKind: kind })
    }
    const [row] = await trx('organisation')
      .insert({ slug: `${kind}-${number}`, number, name: name.trim(), kind, modules, time_zone: orNull(timeZone ?? ''), owner_id: ownerId ?? null })
      .returning<{ organisation_id: string }[]>('organisation_id')
    const organisation = { organisationId: String(row?.organisation_id), number, kind, name: name.trim() }
    await lockOrganisation(trx, organisation.organisationId)
    await record(trx, [access.organisationId, organisation.organisationId].map((organisationId) => (
      { organisationId, actor: actorOf(access), action: 'organisation.create', outcome: 'success', detail: { organisationId: organisation.organisationId, kind, modules } })))
    return organisation
  }

  const makeWith = async (access: Access, above: Above, request: OrganisationRequest, connect: (trx: Trx, organisationId: string) => Promise<void>): Promise<OrganisationMaking> => {
    await ownKind(db, access, above)
    assertTimeZone(request.timeZone)
    const { administrator } = request
    const prepared = await accounts.administration.prepareOneTimePassword()
    return knownNumbers.takeIf(access.organisationId, (known) => db.transaction(async (trx) => {
      const organisation = await insert(trx, access, request)
      const { organisationId } = organisation
      await connect(trx, organisationId)
      const account = await unlessThere(accounts.administration.create(trx, { organisationId, phone: administrator.phone, name: administrator.name.trim(), actor: actorOf(access) }, prepared))
      if (account === undefined) {
        known()
        // As a command would: nobody is in the new organisation yet who could.
        const { invitationId, acceptanceCode } = await invitations.inviteWithin(
          trx,
          { ...access, actor: { kind: 'command', id: actorOf(access) }, organisationId },
          { phone: administrator.phone, roleId: await fullRoleOf(trx, organisationId) },
        )
        return { organisation, administrator: { outcome: 'invited', invitationId, acceptanceCode } }
      }
      const membershipId = await appointAdministrator(trx, organisationId, account.accountId)
      await record(trx, [{ organisationId, actor: actorOf(access), action: 'member.create', outcome: 'success', detail: { membershipId, accountId: account.accountId } }])
      return { organisation, administrator: { outcome: 'created', membershipId, oneTimePassword: prepared.password, passwordExpiresAt: prepared.expiresAt.toISOString() } }
    }))
  }

  return {
    list: async (access, above, { kind, search }, { cursor, limit }) => {
      await ownKind(db, access, above)
      const after = decodeCursor(cursor, Position)
      const query = below(db, access, above).orderBy(['organisation.name', 'organisation.organisation_id']).limit(limit + 1)
      if (kind !== undefined) void query.where('organisation.kind', kind)
      if (search !== undefined) void query.where((found) => found.whereILike('organisation.name', anywhere(search.trim())).orWhereRaw('starts_with(organisation.number, ?)', [search.trim()]))
      if (after) void query.whereRaw('(organisation.name, organisation.organisation_id) > (?, ?::bigint)', [...after])
      const found = await query
      const last = found.length > limit ? found[limit - 1] : undefined
      return { items: found.slice(0, limit).map(toBelow), ...(last ? { next: encodeCursor([last.name, last.organisation_id]) } : {}) }
    },

    makeHospital: (access, request) => makeWith(access, 'consortium', { ...request, kind: 'hospital' }, async (trx, hospital_id) => {
      await trx('consortium_hospital').insert({ consortium_id: access.organisationId, hospital_id, is_billing: true })
    }),

    make: (access, request) => makeWith(access, 'platform', request, async () => undefined),

    switchModules: (access, above, organisationId, { modules }) => db.transaction(async (trx) => {
      await ownKind(trx, access, above)
      await lockOrganisation(trx, organisationId)
      const { isBilling } = await find(trx, access, above, organisationId)
      if (isBilling === false) throw noSuchOrganisation('Another consortium is billed for this hospital, and switches its modules.')
      await trx('organisation').where({ organisation_id: organisationId }).update({ modules, version: trx.raw('version + 1') })
      await noteIn(trx, access, [access.organisationId, organisationId], { organisationId, modules })
      // Open pages of it, and of what has its modules by it, learn at once what they may enter.
      const below = await trx('organisation')
        .where({ owner_id: organisationId })
        .orWhereIn('organisation_id', trx('consortium_hospital').where({ consortium_id: organisationId, is_billing: true }).select('hospital_id'))
        .pluck<string[]>('organisation_id')
      for (const affected of [organisationId, ...below]) await tell(trx, 'membership.changed', { organisationId: affected }, { organisationId: affected })
      return find(trx, access, above, organisationId)
    }),

    change: (access, organisationId, { name, number }) => db.transaction(async (trx) => {
      await ownKind(trx, access, 'platform')
      await lockOrganisation(trx, organisationId)
      await find(trx, access, 'platform', organisationId)
      await withOwnName(trx, (trx) => trx('organisation').where({ organisation_id: organisationId }).update({ ...given({ name: name?.trim(), number }), version: trx.raw('version + 1') }))
      await noteIn(trx, access, [access.organisationId, organisationId], { organisationId, fields: Object.keys(given({ name, number })) })
      return find(trx, access, 'platform', organisationId)
    }),

    putIntoConsortium: (access, consortium_id, hospital_id, isBilling) => db.transaction(async (trx) => {
      await ownKind(trx, access, 'platform')
      // The hospital's row is the lock: of two consortia made billed at once one stays so.
      const found = [await lockOrganisation(trx, hospital_id), await trx('organisation').where({ organisation_id: consortium_id }).first<{ kind: OrganisationKind } | undefined>('kind')]
      if (found[0]?.kind !== 'hospital' || found[1]?.kind !== 'consortium') throw noSuchOrganisation('There is no such consortium, or no such hospital.')
      if (isBilling) await trx('consortium_hospital').where({ hospital_id }).whereNot({ consortium_id }).update({ is_billing: false })
      await trx('consortium_hospital').insert({ consortium_id, hospital_id, is_billing: isBilling }).onConflict(['consortium_id', 'hospital_id']).merge({ is_billing: isBilling })
      await noteIn(trx, access, [consortium_id, hospital_id], { consortiumId: consortium_id, hospitalId: hospital_id, isBilling })
    }),

    takeFromConsortium: (access, consortium_id, hospital_id) => db.transaction(async (trx) => {
      await ownKind(trx, access, 'platform')
      await lockOrganisation(trx, hospital_id)
      const removed = await trx('consortium_hospital').where({ consortium_id, hospital_id }).delete()
      if (removed > 0) await noteIn(trx, access, [consortium_id, hospital_id], { consortiumId: consortium_id, hospitalId: hospital_id, left: true })
    }),
  }
}
