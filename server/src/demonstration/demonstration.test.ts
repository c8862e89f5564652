import type { StudyParts } from '@isocenter/contracts'
import { anInstance, aStudy, bytesOf } from '@isocenter/testkit'
import { attributes } from '@isocenter/testkit/instances'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { aBrowser, anAccountsService, ownPassword, type AccountsService } from '../accounts/accounts.fixture.ts'
import { builtInRoles } from '../organisations/built-in-roles.ts'
import { makeDemonstration, type Demonstration } from './consortium.ts'
import { demonstrationPlan, organisationKindOf } from './plan.ts'

const demonstrationPeople = demonstrationPlan('en').people
let service: AccountsService
let made: Demonstration
beforeAll(async () => {
  service = await anAccountsService()
  made = await makeDemonstration({ db: service.db, accounts: service.accounts, defaultOrganisation: 'north', language: 'en' })
})
afterAll(() => service.close())

/** Signs in for the first time and sets a password. */
async function signedIn(phone: string) {
  if (made.state !== 'made') throw new Error('It was not made.')
  const browser = aBrowser(service)
  expect((await browser.signIn(phone, String(made.oneTimePasswords[phone]))).statusCode, phone).toBe(201)
  expect((await browser.call('PUT', '/session/password', { newPassword: ownPassword })).statusCode).toBe(200)
  return browser
}

test('everybody of the plan signs in with the one-time password and has the roles it says', async () => {
  for (const { phone, memberships } of demonstrationPeople) {
    const browser = await signedIn(phone)
    const { items } = (await browser.call('GET', '/account/memberships')).json<{ items: { organisation: { kind: string }; role: { name: string } }[] }>()
    const expected = memberships.map(({ organisation, role }) => {
      const kind = organisationKindOf[organisation]
      return `${kind}: ${String(builtInRoles(kind).find(({ builtIn }) => builtIn === role)?.name)}`
    })
    expect(items.map(({ organisation, role }) => `${organisation.kind}: ${role.name}`).sort()).toEqual(expected.sort())
  }
}, 60_000)

test('every built-in role of every kind of organisation is held by somebody', () => {
  const held = demonstrationPeople.flatMap(({ memberships }) => memberships.map(({ organisation, role }) => `${organisationKindOf[organisation]} ${role}`))
  const all = (['platform', 'consortium', 'hospital', 'team'] as const).flatMap((kind) => builtInRoles(kind).map(({ builtIn }) => `${kind} ${builtIn}`))
  expect([...new Set(held)].sort()).toEqual(all.sort())
})

test('a doctor of the northern hospital finds what a token of the default organisation stores; nobody of the southern one does', async () => {
  expect((await service.store([bytesOf(anInstance())])).statusCode).toBe(200)
  const studiesOf = async (phone: string) => {
    const browser = aBrowser(service)
    await browser.signIn(phone, ownPassword)
    const answer = await service.app.inject({ method: 'GET', url: '/dicom-web/studies', headers: { cookie: String(browser.cookie()), accept: 'application/dicom+json' } })
    return answer.statusCode === 200 ? answer.json<object[]>().length : answer.statusCode
  }
  expect(await studiesOf('10000000012')).toBe(1)
  expect(await studiesOf('10000000022')).toBe(0)
})

test('what npm run samples stores has tags, and one part of the hospital goes with each', async () => {
  const samples = [['CT', 'CHEST', 'CT CHEST'], ['CT', 'HEAD', 'CT HEAD NATIVE'], ['MR', 'HEAD', 'MR BRAIN'], ['DX', 'CHEST', '胸部正位'], ['US', 'HEART', 'Echocardiography']] as const
  const uids = await Promise.all(samples.map(async ([Modality, BodyPartExamined, StudyDescription]) => {
    const study = aStudy({ instances: 1 })
    const objects = study.instances.map((instance) => bytesOf({ ...instance, ...attributes({ Modality, BodyPartExamined, StudyDescription }) }))
    expect((await service.store(objects)).statusCode).toBe(200)
    return study.StudyInstanceUID
  }))
  const browser = aBrowser(service)
  await browser.signIn('10000000012', ownPassword)
  const found = await Promise.all(uids.map(async (uid) => (await browser.call('GET', `/studies/${uid}/parts`)).json<StudyParts>()))
  expect(found.map(({ tags, parts }) => [tags.map(({ name }) => name), parts.map(({ deviceType, name }) => `${deviceType} ${name}`)])).toEqual([
    [['Chest'], ['CT Chest']], [['Head'], ['CT Head']], [['Head'], ['MR Brain']], [['Chest'], ['DX Chest, one view']], [['Heart'], ['US Echocardiography']],
  ])
})

test('the team takes requests of both hospitals and has fees for them', async () => {
  const browser = aBrowser(service)
  await browser.signIn('10000000030', ownPassword)
  const { items } = (await browser.call('GET', '/team/pairings')).json<{ items: { pairingId: string; state: string; takesOrders: boolean }[] }>()
  expect(items.map(({ state, takesOrders }) => ({ state, takesOrders }))).toEqual([{ state: 'paired', takesOrders: true }, { state: 'paired', takesOrders: true }])
  const fees = (await browser.call('GET', `/team/pairings/${String(items[0]?.pairingId)}/fees`)).json<{ items: object[] }>()
  expect(fees.items).toHaveLength(9)
})

test('it is made once', async () => {
  expect(await makeDemonstration({ db: service.db, accounts: service.accounts, defaultOrganisation: 'north', language: 'zh-CN' })).toEqual({ state: 'there', language: 'en' })
})

test('it has the names of who tries it, in his language; beside accounts of others nothing is made', async () => {
  const real = await anAccountsService()
  // One password for all: hashing nineteen takes ten seconds, and nobody signs in here.
  const prepared = await real.accounts.administration.prepareOneTimePassword()
  const accounts = { administration: { ...real.accounts.administration, prepareOneTimePassword: () => Promise.resolve(prepared) } }
  const make = (db = real.db) => makeDemonstration({ db, accounts, defaultOrganisation: 'north', language: 'zh-CN' })
  await real.organisationId('north')

  // Where nobody is yet, in Chinese: what people have typed, they have typed in Chinese. Nothing of it is kept here.
  const trx = await real.db.transaction()
  expect(await make(trx)).toMatchObject({ state: 'made', language: 'zh-CN' })
  const names = await Promise.all([
    trx('account').pluck<string[]>('name'),
    trx('organisation').whereLike('slug', 'demonstration%').orWhere({ slug: 'north' }).pluck<string[]>('name'),
    trx('department').pluck<string[]>('name'),
    trx('part_tag').pluck<string[]>('name'),
    trx('body_part').pluck<string[]>('name'),
  ])
  expect(names.map(({ length }) => length > 0)).toEqual([true, true, true, true, true])
  expect(names.flat().filter((name) => !/\p{Script=Han}/u.test(name))).toEqual([])
  expect(await make(trx)).toEqual({ state: 'there', language: 'zh-CN' })
  await trx.rollback()

  await real.aNewcomer()
  expect(await make()).toEqual({ state: 'not wanted' })
  expect(await real.db('organisation').whereLike('slug', 'demonstration%').first()).toBeUndefined()
  await real.close()
})

test('it leaves nothing to be sent to the numbers of the plan', async () => {
  expect(await service.outbox.waiting()).toEqual([])
})
