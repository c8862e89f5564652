import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { aService, type TestService } from '../dicomweb/service.fixture.ts'
import { administrator, aKey, apiOf } from './gateways.fixture.ts'

let service: TestService
let api: ReturnType<typeof apiOf>
beforeAll(async () => {
  service = await aService()
  api = apiOf(service)
})
afterAll(() => service.close())

let addresses = 0
let address: string
beforeEach(() => { address = `198.51.100.${String(++addresses)}` })

const trail = (action: string) => service.db('audit_event').join('organisation', 'organisation.organisation_id', 'audit_event.organisation_id')
  .where({ action }).orderBy('audit_event_id', 'desc').select<{ slug: string; actor: string; outcome: string; detail: Record<string, unknown> }[]>('slug', 'actor', 'outcome', 'detail')

test('a gateway that shows the upload code belongs to the organisation whose code it is', async () => {
  const { publicKey } = await aKey()
  const answer = await api.enrol(await api.uploadCode('south'), publicKey, address)
  expect(answer.statusCode).toBe(201)
  const { gatewayId, organisation, tokenAudience } = answer.json<{ gatewayId: string; organisation: object; tokenAudience: string }>()
  expect(organisation).toEqual({ slug: 'south', name: 'south' })
  expect(tokenAudience).toMatch(/^urn:uuid:/)
  expect((await api.call('GET', `/gateways/${gatewayId}`, await service.as('south', administrator))).json()).toMatchObject({ gatewayId, name: 'CT room', health: 'unheard' })
  expect((await api.call('GET', `/gateways/${gatewayId}`, await service.as('north', administrator))).json()).toMatchObject({ type: '/problems/no-such-gateway' })
  expect((await trail('gateway.enrol'))[0]).toMatchObject({ slug: 'south', actor: `gateway:${gatewayId}`, outcome: 'success', detail: { gatewayId, address, version: '1.0.0' } })
})

test('a code is read as a person types it', async () => {
  const code = await api.uploadCode('north')
  const typed = ` ${code.toLowerCase().replaceAll('-', ' ').replaceAll('0', 'o').replaceAll('1', 'l')} `
  expect((await api.enrol(typed, (await aKey()).publicKey, address)).statusCode).toBe(201)
})

test('the same key again is the same gateway, since its first answer may have been lost', async () => {
  const { publicKey } = await aKey()
  const code = await api.uploadCode('north')
  const [first, ...others] = await Promise.all([1, 2, 3].map(async () => (await api.enrol(code, publicKey, address)).json<{ gatewayId: string }>().gatewayId))
  expect(new Set(others)).toEqual(new Set([first]))
})

test('a wrong code enrols nobody, and after ten the address has to wait while others need not', async () => {
  const { publicKey } = await aKey()
  for (let attempt = 0; attempt < 10; attempt++) {
    const refused = await api.enrol(`AAAAA-BBBBB-0000${String(attempt)}`, publicKey, address)
    expect(refused.statusCode).toBe(403)
    expect(refused.json()).toMatchObject({ type: '/problems/unknown-upload-code' })
  }
  const code = await api.uploadCode('north')
  const limited = await api.enrol(code, publicKey, address)
  expect(limited.statusCode).toBe(429)
  expect(Number(limited.headers['retry-after'])).toBeGreaterThan(0)
  expect((await api.enrol(code, publicKey, '198.51.100.250')).statusCode).toBe(201)
})

test('a code that has got about enrols some gateways and then no more for a while, from wherever', async () => {
  const code = await api.uploadCode('about')
  const answers: number[] = []
  for (let one = 0; one < 32; one++) answers.push((await api.enrol(code, (await aKey()).publicKey, `203.0.113.${String(one)}`)).statusCode)
  expect(answers.filter((status) => status === 201)).toHaveLength(30)
  expect(answers.slice(30)).toEqual([429, 429])
})

test('a rotated code enrols nobody any more, the new one does, and gateways of before stay', async () => {
  const gateway = await api.aGateway('rotating')
  const old = await api.uploadCode('rotating')
  const admin = await service.as('rotating', administrator)
  const rotated = (await api.call('POST', '/upload-code/rotation', admin)).json<{ uploadCode: string }>().uploadCode
  expect(rotated).not.toBe(old)
  expect(await api.uploadCode('rotating')).toBe(rotated)
  expect((await api.enrol(old, (await aKey()).publicKey, address)).statusCode).toBe(403)
  expect((await api.enrol(rotated, (await aKey()).publicKey, address)).statusCode).toBe(201)
  expect((await api.requestToken(await api.assertion(gateway))).statusCode).toBe(200)
  expect((await trail('upload-code.rotate'))[0]).toMatchObject({ slug: 'rotating', outcome: 'success' })
  expect((await trail('upload-code.read'))[0]).toMatchObject({ slug: 'rotating' })
})

test('the database alone does not tell the code', async () => {
  const code = await api.uploadCode('north')
  const tables = JSON.stringify(await service.db('upload_code').select('*')) + (await service.db('upload_code').select<{ sealed: Buffer }[]>('sealed')).map(({ sealed }) => sealed.toString('latin1')).join('')
  expect(tables).not.toContain(code)
  expect(tables).not.toContain(code.replaceAll('-', ''))
})

test('the code is shown to who manages gateways, not to who only sees them', async () => {
  const answer = await api.call('GET', '/upload-code', await service.as('north', ['gateways:read', 'dicomweb:store']))
  expect(answer.statusCode).toBe(403)
})

test('a key that is no point of the curve, a private key, or none at all is refused', async () => {
  const code = await api.uploadCode('north')
  const { publicKey } = await aKey()
  for (const key of [{ ...publicKey, x: 'A'.repeat(43) }, { ...publicKey, crv: 'P-384' }, {}]) {
    expect((await api.enrol(code, key as typeof publicKey, address)).statusCode).toBe(400)
  }
  const { gatewayId } = (await api.enrol(code, { ...publicKey, d: 'AAAA' } as typeof publicKey, address)).json<{ gatewayId: string }>()
  expect(await service.db('gateway').where({ gateway_id: gatewayId }).first('public_key')).toEqual({ public_key: publicKey })
})
