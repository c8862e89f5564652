import { randomUUID, randomBytes } from 'node:crypto'
import { organisationModules, type OrganisationModule } from '@isocenter/contracts'
import { testDatabase } from '@isocenter/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createDb, type Db } from '../platform/db.ts'
import { appointAdministrator, membershipAtWork, membershipsOf, permissionsOf, switchMembership } from './memberships.ts'
import { modulesInForceSql } from './modules.ts'
import { aMember, anAccount, anOrganisation, roleOf } from './organisations.fixture.ts'

let db: Db
let drop: () => Promise<void>
beforeAll(async () => {
  const database = await testDatabase()
  drop = database.drop
  db = createDb(database.url, 4)
})
afterAll(async () => {
  await db.destroy()
  await drop()
})

async function aSession(accountId: string): Promise<{ sessionId: string; accountId: string }> {
  const sessionId = randomUUID()
  const now = new Date()
  await db('account_session').insert({
    session_id: sessionId, account_id: accountId, token_sha256: randomBytes(32), is_remembered: false, created_at: now, last_active_at: now, expires_at: new Date(now.getTime() + 60_000), address: '192.0.2.1',
  })
  return { sessionId, accountId }
}

test('a person has the permissions of each role in its own organisation only', async () => {
  const [hospital, team] = [await anOrganisation(db, 'hospital', 'A hospital'), await anOrganisation(db, 'team', 'B team')]
  const { accountId } = await aMember(db, hospital.organisationId, 'general')
  await aMember(db, team.organisationId, 'reviewer', { accountId })
  const [first, second] = await membershipsOf(db, accountId)
  if (!first || !second) throw new Error('two memberships were made')
  expect([first.organisation, second.organisation]).toMatchObject([{ name: 'A hospital', kind: 'hospital' }, { name: 'B team', kind: 'team' }])
  expect(permissionsOf(first)).toContain('request.create')
  expect(permissionsOf(first)).not.toContain('report.review')
  expect(permissionsOf(second)).toContain('report.submit')
  expect(permissionsOf(second)).not.toContain('request.create')
  for (const membership of [first, second]) expect(permissionsOf(membership)).toContain('organisation:read')
})

test('who may view studies may search and retrieve them by DICOMweb, and no more than that', async () => {
  const { organisationId } = await anOrganisation(db, 'team')
  const { accountId } = await aMember(db, organisationId, 'diagnosingDoctor')
  const [membership] = await membershipsOf(db, accountId)
  expect([...(membership ? permissionsOf(membership) : [])].filter((permission) => permission.startsWith('dicomweb:'))).toEqual(['dicomweb:search', 'dicomweb:retrieve'])
})

test('words in a role that this version does not know, or that mean nothing there, grant nothing', async () => {
  const { organisationId } = await anOrganisation(db, 'hospital')
  const { accountId } = await aMember(db, organisationId, 'general')
  await db('role').where({ role_id: await roleOf(db, organisationId, 'general') }).update({ permissions: ['study.view', 'study.teleport', 'team.fee', 'operator.purge', 'dicomweb:delete', 'report.submit'] })
  const [membership] = await membershipsOf(db, accountId)
  expect([...(membership ? permissionsOf(membership) : [])].sort()).toEqual(['dicomweb:retrieve', 'dicomweb:search', 'organisation:read', 'performed-procedure:read', 'study.view', 'worklist:read'])
})

test('the full role holds everything, whatever its row says', async () => {
  const { organisationId } = await anOrganisation(db, 'hospital')
  const { accountId } = await aMember(db, organisationId, 'full')
  await db('role').where({ organisation_id: organisationId, built_in: 'full' }).update({ permissions: [] })
  const [membership] = await membershipsOf(db, accountId)
  expect(membership && permissionsOf(membership)).toContain('org.role')
})

test.each(['suspended', 'removed'])('who is %s has nothing there any more, also where a session is at work', async (state) => {
  const { organisationId } = await anOrganisation(db, 'hospital')
  const { accountId, membershipId } = await aMember(db, organisationId, 'full')
  const session = await aSession(accountId)
  expect(await switchMembership(db, session, membershipId)).toMatchObject({ membershipId })
  await db('membership').where({ membership_id: membershipId }).update({ state })
  expect(await membershipsOf(db, accountId)).toEqual([])
  expect(await membershipAtWork(db, session)).toBeUndefined()
  expect(await membershipAtWork(db, session, organisationId)).toBeUndefined()
  expect(await switchMembership(db, session, membershipId)).toBeUndefined()
})

test('a session works where it was switched to; in the only organisation there is without that; and asks where there are several', async () => {
  const [one, other, foreign] = [await anOrganisation(db, 'hospital'), await anOrganisation(db, 'hospital'), await anOrganisation(db, 'hospital')]
  const first = await aMember(db, one.organisationId, 'general')
  const session = await aSession(first.accountId)
  expect(await membershipAtWork(db, session)).toMatchObject({ membershipId: first.membershipId })
  const second = await aMember(db, other.organisationId, 'general', { accountId: first.accountId })
  expect(await membershipAtWork(db, session)).toBeUndefined()
  await switchMembership(db, session, second.membershipId)
  expect(await membershipAtWork(db, session)).toMatchObject({ organisationId: other.organisationId })
  expect(await membershipAtWork(db, session, one.organisationId)).toMatchObject({ organisationId: one.organisationId })
  expect(await membershipAtWork(db, session, foreign.organisationId)).toBeUndefined()
  expect(await membershipAtWork(db, await aSession(first.accountId))).toBeUndefined()
})

test("nobody switches to a membership that is another's", async () => {
  const { organisationId } = await anOrganisation(db, 'hospital')
  const [mine, theirs] = [await aMember(db, organisationId, 'general'), await aMember(db, organisationId, 'full')]
  const session = await aSession(mine.accountId)
  expect(await switchMembership(db, session, theirs.membershipId)).toBeUndefined()
  expect(await membershipAtWork(db, session)).toMatchObject({ membershipId: mine.membershipId })
})

async function modulesOf(db: Db, organisationId: string): Promise<OrganisationModule[]> {
  return (await db('organisation').where({ organisation_id: organisationId }).first<{ modules: OrganisationModule[] }>(db.raw(`${modulesInForceSql} as modules`))).modules
}

test('a module is in force where the organisation and everybody above it have it', async () => {
  const set = (organisationId: string, modules: readonly OrganisationModule[]) => db('organisation').where({ organisation_id: organisationId }).update({ modules })
  const [consortium, other, hospital, team] = [await anOrganisation(db, 'consortium'), await anOrganisation(db, 'consortium'), await anOrganisation(db, 'hospital'), await anOrganisation(db, 'team')]
  expect(await modulesOf(db, hospital.organisationId)).toEqual([...organisationModules].sort())
  await set(consortium.organisationId, ['remoteDiagnosis', 'teaching'])
  await set(other.organisationId, [])
  await db('consortium_hospital').insert([
    { consortium_id: consortium.organisationId, hospital_id: hospital.organisationId, is_billing: true },
    { consortium_id: other.organisationId, hospital_id: hospital.organisationId, is_billing: false },
  ])
  expect(await modulesOf(db, hospital.organisationId)).toEqual(['remoteDiagnosis', 'teaching'])
  await db('organisation').where({ organisation_id: team.organisationId }).update({ owner_id: hospital.organisationId })
  expect(await modulesOf(db, team.organisationId)).toEqual(['remoteDiagnosis', 'teaching'])
  await set(hospital.organisationId, ['teaching', 'statistics'])
  expect(await modulesOf(db, hospital.organisationId)).toEqual(['teaching'])
  expect(await modulesOf(db, team.organisationId)).toEqual(['teaching'])
  const { accountId } = await aMember(db, hospital.organisationId, 'full')
  const [membership] = await membershipsOf(db, accountId)
  const granted = membership ? permissionsOf(membership) : new Set()
  expect(granted).toContain('course.create')
  for (const permission of ['request.create', 'stat.view_hospital', 'consult.create']) expect(granted).not.toContain(permission)
  expect(granted).toContain('study.view')
})

test('the first administrator of an organisation gets the full role, and an account that was removed comes back with it', async () => {
  const { organisationId } = await anOrganisation(db, 'hospital')
  const { accountId } = await anAccount(db, organisationId)
  const membershipId = await db.transaction((trx) => appointAdministrator(trx, organisationId, accountId))
  await db('membership').where({ membership_id: membershipId }).update({ state: 'removed' })
  expect(await db.transaction((trx) => appointAdministrator(trx, organisationId, accountId))).toBe(membershipId)
  expect(await membershipsOf(db, accountId)).toMatchObject([{ membershipId, role: { isFull: true } }])
})
