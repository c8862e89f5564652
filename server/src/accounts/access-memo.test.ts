import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { aBrowser, anAccountsService, origin, ownPassword, type AccountsService, type Browser } from './accounts.fixture.ts'
import { createAccessMemo, type RememberedAccess } from './access-memo.ts'

describe('what is remembered of access', () => {
  const found = { session: {}, access: undefined } as unknown as RememberedAccess
  const remembering = (isTold = () => true, nowMs = () => 0) => {
    const memo = createAccessMemo(isTold, nowMs)
    memo.reading()('token', undefined, found)
    return memo
  }

  test('is of one token in one organisation', () => {
    const memo = remembering()
    expect([memo.recall('token', undefined), memo.recall('token', '7'), memo.recall('another', undefined)]).toMatchObject([found, undefined, undefined])
  })

  test('is forgotten when something changes, also what was being read at that moment', () => {
    const memo = remembering()
    const remember = memo.reading()
    memo.forget()
    expect(memo.recall('token', undefined)).toBeUndefined()
    remember('token', undefined, found)
    expect(memo.recall('token', undefined)).toBeUndefined()
  })

  test('is not believed while changes are not told, nor for more than five seconds', () => {
    let isTold = true
    let ms = 0
    const memo = remembering(() => isTold, () => ms)
    ms = 4_999
    expect(memo.recall('token', undefined)).toBeDefined()
    ms = 5_000
    expect(memo.recall('token', undefined)).toBeUndefined()
    ms = 0
    isTold = false
    expect(memo.recall('token', undefined)).toBeUndefined()
    memo.reading()('token', undefined, found)
    isTold = true
    expect(memo.recall('token', undefined)).toBeUndefined()
  })
})

describe('a reader who fetches DICOMweb by cookie', () => {
  let service: AccountsService
  beforeAll(async () => { service = await anAccountsService() })
  afterAll(() => service.close())

  /** A doctor of an organisation, reading, beside its administrator. */
  async function aReader() {
    const slug = `hospital-${randomUUID().slice(0, 8)}`
    const administrator = aBrowser(service)
    await administrator.signIn((await service.anAdministrator(slug)).phone, ownPassword)
    const { items: roles } = (await administrator.call('GET', '/roles')).json<{ items: { roleId: string; builtIn?: string }[] }>()
    const roleOf = (builtIn: string) => String(roles.find((role) => role.builtIn === builtIn)?.roleId)
    const person = await service.aPerson(slug)
    const organisationId = await service.organisationId(slug)
    const [row] = await service.db('membership').insert({ organisation_id: organisationId, account_id: person.accountId, role_id: roleOf('general') }).returning<{ membership_id: string }[]>('membership_id')
    const reader = aBrowser(service)
    await reader.signIn(person.phone, ownPassword)
    // The ear is opened by the first request; what is read before it is open is not remembered.
    await expect.poll(() => statementsOf(() => search(reader)), { timeout: 10_000 }).toEqual([])
    expect(await search(reader)).toBe(200)
    return { administrator, reader, roleOf, person, membershipId: String(row?.membership_id), organisationId }
  }
  /** What is read of sessions meanwhile. */
  const statementsOf = async (done: () => Promise<unknown>): Promise<string[]> => {
    const statements: string[] = []
    const listen = ({ sql }: { sql: string }) => { if (sql.includes('account_session')) statements.push(sql) }
    service.db.on('query', listen)
    await done()
    service.db.off('query', listen)
    return statements
  }
  const search = async (reader: Browser) =>
    (await service.app.inject({ method: 'GET', url: '/dicom-web/studies', headers: { cookie: String(reader.cookie()), accept: 'application/dicom+json' } })).statusCode

  test('is looked up once for many requests', async () => {
    const { reader } = await aReader()
    expect(await statementsOf(async () => { for (let turn = 0; turn < 20; turn++) await search(reader) })).toEqual([])
  })

  test('is refused with the next request when the role, the membership or the session is taken away through this process', async () => {
    const one = await aReader()
    expect((await one.administrator.call('PATCH', `/members/${one.membershipId}`, { roleId: one.roleOf('finance') })).statusCode).toBe(200)
    expect(await search(one.reader)).toBe(403)
    expect((await one.administrator.call('PATCH', `/members/${one.membershipId}`, { roleId: one.roleOf('general') })).statusCode).toBe(200)
    expect(await search(one.reader)).toBe(200)
    expect((await one.administrator.call('POST', `/members/${one.membershipId}/suspension`)).statusCode).toBeLessThan(300)
    expect(await search(one.reader)).toBe(403)

    const two = await aReader()
    const cookie = String(two.reader.cookie())
    await two.reader.call('DELETE', '/session')
    expect((await service.app.inject({ method: 'GET', url: '/dicom-web/studies', headers: { cookie } })).statusCode).toBe(401)
  })

  type Reader = Awaited<ReturnType<typeof aReader>>
  const elsewhere: readonly (readonly [what: string, status: number, change: (reader: Reader) => PromiseLike<unknown>])[] = [
    ['the session ends', 401, ({ person }) => service.db('account_session').where({ account_id: person.accountId }).delete()],
    ['the account is suspended', 401, ({ person }) => service.db('account').where({ account_id: person.accountId }).update({ state: 'suspended' })],
    ['the membership is suspended', 403, ({ membershipId }) => service.db('membership').where({ membership_id: membershipId }).update({ state: 'suspended' })],
    ['the role loses the permission', 403, ({ organisationId }) => service.db('role').where({ organisation_id: organisationId, built_in: 'general' }).update({ permissions: [] })],
  ]
  test.each(elsewhere)('is refused within a moment when %s in another process', async (_what, status, change) => {
    const found = await aReader()
    await change(found)
    let now = 200
    await expect.poll(async () => { now = await search(found.reader); return now }, { timeout: 1_000, interval: 10 }).not.toBe(200)
    expect(now).toBe(status)
  })

  test('does not live longer by what is remembered: automatic sign-out comes in time', async () => {
    const { reader } = await aReader()
    expect((await reader.call('PATCH', '/account/settings', { autoSignOut: true }, { origin })).statusCode).toBe(200)
    expect(await search(reader)).toBe(200)
    service.clock.advance({ minutes: 31 })
    expect(await search(reader)).toBe(401)
  })
})
