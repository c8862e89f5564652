/** Makes the demonstration consortium: something to sign in to, for who has just started Isocenter to look at it. */
import { organisationModules } from '@isocenter/contracts'
import { platformOrganisation, readPhone, type Accounts, type SpokenLanguage } from '../accounts/index.ts'
import { createBodyParts } from '../body-parts/index.ts'
import { organisationBySlug } from '../catalogue/index.ts'
import type { Access } from '../identity/index.ts'
import { appointAdministrator, createOrganisations, type BuiltInRole, type Organisations } from '../organisations/index.ts'
import type { Db, Trx } from '../platform/db.ts'
import { demonstrationPlan, fees as demonstrationFees, type DemonstrationOrganisation, type DemonstrationPerson, type DemonstrationPlan } from './plan.ts'

/** How the demonstration is known again. */
const slugs = { consortium: 'demonstration', south: 'demonstration-south', team: 'demonstration-team' } as const
const timeZone = 'Asia/Shanghai'
const modules = [...organisationModules]
const actor = { kind: 'command', id: 'demonstration' } as const

export interface DemonstrationDeps {
  readonly db: Db
  readonly accounts: Pick<Accounts, 'administration'>
  /** Slug of the organisation that `npm run token`, the gateway and the samples are of: it becomes the northern hospital. */
  readonly defaultOrganisation: string
  /** Of the names in it. */
  readonly language: SpokenLanguage
}

export type Demonstration =
  /** `oneTimePasswords` by the phone number of the plan; told this one time. */
  | { readonly state: 'made'; readonly language: SpokenLanguage; readonly oneTimePasswords: Readonly<Record<string, string>> }
  /** It has been made before, in this language. */
  | { readonly state: 'there'; readonly language: SpokenLanguage }
  /** Somebody has set up accounts of their own: nothing is added beside them. */
  | { readonly state: 'not wanted' }

/** Makes the consortium with everybody in it, once and in one transaction; beside accounts of others nothing is made. */
export async function makeDemonstration({ db, accounts, defaultOrganisation, language }: DemonstrationDeps): Promise<Demonstration> {
  return db.transaction(async (trx) => {
    // Two starts on one database would make it twice.
    await trx.raw("select pg_advisory_xact_lock(hashtext('isocenter demonstration'))")
    const consortium = await organisationBySlug(trx, slugs.consortium)
    if (consortium !== undefined) return { state: 'there', language: consortium.name === demonstrationPlan('zh-CN').organisationNames.consortium ? 'zh-CN' : 'en' }
    if (await trx('account').first<object | undefined>('account_id') !== undefined) return { state: 'not wanted' }
    const north = await organisationBySlug(trx, defaultOrganisation)
    if (north === undefined) throw new Error(`There is no organisation ${defaultOrganisation}.`)
    // Nobody is told: the numbers are nobody's.
    const organisations = createOrganisations({ db: trx, accounts, outbox: { add: () => Promise.resolve() } })
    return { state: 'made', language, oneTimePasswords: await makeAll(trx, demonstrationPlan(language), accounts, organisations, north) }
  })
}

interface NorthernHospital { readonly organisationId: string; readonly slug: string; readonly name: string }

/** Makes everything of the plan; answers the one-time passwords by phone number. */
async function makeAll(
  trx: Trx,
  plan: DemonstrationPlan,
  { administration }: Pick<Accounts, 'administration'>,
  { below, members, roles, invitations, departments, devices, deviceTypes, pairings, fees }: Organisations,
  northern: NorthernHospital,
): Promise<Record<string, string>> {
  const oneTimePasswords: Record<string, string> = {}
  const organisationIds = new Map<DemonstrationOrganisation, string>()

  const keep = (phone: string, password: string | undefined) => { if (password !== undefined) oneTimePasswords[phone] = password }
  const access = (organisation: DemonstrationOrganisation): Access => {
    const organisationId = organisationIds.get(organisation)
    if (organisationId === undefined) throw new Error(`The ${organisation} has not been made yet.`)
    return { actor, organisationId, permissions: new Set(), studies: 'all' }
  }
  const membersOf = async (organisation: DemonstrationOrganisation) => (await members.list(access(organisation), {}, { cursor: undefined, limit: 100 })).items
  const roleIn = async (organisation: DemonstrationOrganisation, builtIn: BuiltInRole): Promise<string> => {
    const found = (await roles.list(access(organisation))).items.find((role) => role.builtIn === builtIn)
    if (found === undefined) throw new Error(`Organisations of this kind have no role ${builtIn}.`)
    return found.roleId
  }

  /** Of an organisation that is there already. */
  const appointFirst = async (organisation: 'platform' | 'north') => {
    const { phone, name } = firstOf(plan, organisation)
    const { organisationId } = access(organisation)
    const prepared = await administration.prepareOneTimePassword()
    const { accountId } = await administration.create(trx, { organisationId, phone, name, actor: `${actor.kind}:${actor.id}` }, prepared)
    await appointAdministrator(trx, organisationId, accountId)
    keep(phone, prepared.password)
  }

  const makeBelow = async (organisation: 'consortium' | 'south' | 'team') => {
    const { phone, name } = firstOf(plan, organisation)
    const request = { name: plan.organisationNames[organisation], timeZone, modules, administrator: { phone, name } }
    const made = organisation === 'south' ? await below.makeHospital(access('consortium'), request) : await below.make(access('platform'), { ...request, kind: organisation })
    const { organisationId } = made.organisation
    keep(phone, made.administrator.oneTimePassword)
    organisationIds.set(organisation, organisationId)
    await trx('organisation').where({ organisation_id: organisationId }).update({ slug: slugs[organisation] })
  }

  /** The organisation studies are sent to by default; a name somebody gave it stays. */
  const adoptNorth = async ({ organisationId, slug, name }: NorthernHospital) => {
    organisationIds.set('north', organisationId)
    await trx('organisation').where({ organisation_id: organisationId }).update({ ...(name === slug ? { name: plan.organisationNames.north } : {}), time_zone: timeZone })
    await appointFirst('north')
    await below.putIntoConsortium(access('platform'), access('consortium').organisationId, organisationId, true)
  }

  const makePerson = async ({ phone, name, memberships }: DemonstrationPerson) => {
    for (const { organisation, role } of memberships) {
      if (role === 'full') continue // made with the organisation
      const made = await members.create(access(organisation), { phone, name, roleId: await roleIn(organisation, role) })
      keep(phone, made.oneTimePassword)
      if (made.invitationId === undefined) continue
      const { account_id: accountId } = await trx('account').where({ phone: readPhone(phone) }).first<{ account_id: string }>('account_id')
      await invitations.accept({ accountId, sessionId: '' }, made.invitationId, made.acceptanceCode)
    }
  }

  /** Departments with their people, and devices whose studies the hospital's doctors are told of. */
  const furnish = async (hospital: 'north' | 'south') => {
    const staff = await membersOf(hospital)
    for (const { name, code } of plan.departments[hospital]) {
      const names = plan.people.filter(({ memberships }) => memberships.some((one) => one.organisation === hospital && one.department === name)).map((one) => one.name)
      const people = staff.filter((member) => names.includes(member.name)).map(({ membershipId }) => membershipId)
      const { departmentId } = await departments.create(access(hospital), { name, code, ...(people[0] === undefined ? {} : { headId: people[0] }) })
      for (const membershipId of people) await members.change(access(hospital), membershipId, { departmentId }, undefined)
    }
    const doctors = staff.filter(({ role }) => role?.builtIn === 'general').map(({ membershipId }) => membershipId)
    for (const device of plan.devices[hospital]) await devices.create(access(hospital), { ...device, memberIds: doctors })
  }

  /** Types of devices of their own, and what is recognised and billed of an examination. */
  const nameParts = async (hospital: 'north' | 'south') => {
    const { tags, parts } = createBodyParts({ db: trx })
    for (const type of plan.deviceTypes) await deviceTypes.create(access(hospital), type)
    const tagIds = new Map<string, string>()
    for (const tag of plan.tags) tagIds.set(tag.name, (await tags.create(access(hospital), { ...tag, isFinal: false })).tagId)
    for (const { deviceType, name, parts: ofCategory } of plan.partCategories) {
      const { categoryId } = await parts.addCategory(access(hospital), { deviceType, name })
      for (const part of ofCategory) {
        await parts.add(access(hospital), categoryId, {
          name: part.name, partCount: part.partCount,
          tagIds: part.tags.map((tag) => {
            const tagId = tagIds.get(tag)
            if (tagId === undefined) throw new Error(`The plan has no tag ${tag}.`)
            return tagId
          }),
        })
      }
    }
  }

  /** The team takes the hospital's requests, for what its doctors ask from today on. */
  const pair = async (hospital: 'north' | 'south') => {
    const { number } = await trx('organisation').where({ organisation_id: access('team').organisationId }).first<{ number: string }>('number')
    const { pairingId } = await pairings.invite(access(hospital), number)
    await pairings.move(access('team'), 'team', pairingId, 'agree', undefined)
    const validFrom = new Intl.DateTimeFormat('en-CA', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' }).format(new Date())
    const doctors = (await membersOf('team')).filter(({ role }) => role?.builtIn === 'diagnosingDoctor' || role?.builtIn === 'reviewer')
    for (const { membershipId: doctorId } of doctors) {
      for (const fee of demonstrationFees) await fees.set(access('team'), pairingId, { doctorId, ...fee, validFrom, currency: 'CNY', unit: 'study' })
    }
  }

  organisationIds.set('platform', await platformOrganisation(trx))
  await appointFirst('platform')
  await makeBelow('consortium')
  await adoptNorth(northern)
  await makeBelow('south')
  await makeBelow('team')
  for (const person of plan.people) await makePerson(person)
  for (const hospital of ['north', 'south'] as const) await furnish(hospital)
  for (const hospital of ['north', 'south'] as const) await nameParts(hospital)
  for (const hospital of ['north', 'south'] as const) await pair(hospital)
  return oneTimePasswords
}

function firstOf(plan: DemonstrationPlan, organisation: DemonstrationOrganisation): DemonstrationPerson {
  const found = plan.people.find(({ memberships: [first] }) => first?.organisation === organisation && first.role === 'full')
  if (found === undefined) throw new Error(`Nobody of the plan has the full role of the ${organisation}.`)
  return found
}
