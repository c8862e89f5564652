import { maxReportBytes, type Command, type GatewayDetail, type GatewayPage, type ReportAnswer } from '@isocenter/contracts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { aService, type TestService } from '../dicomweb/service.fixture.ts'
import { administrator, apiOf, aReport, aState } from './gateways.fixture.ts'

let service: TestService
let api: ReturnType<typeof apiOf>
beforeAll(async () => {
  service = await aService()
  api = apiOf(service)
})
afterAll(() => service.close())

const as = (slug: string) => service.as(slug, administrator)

test("another organisation's administrator sees and changes nothing, and cannot tell it is there", async () => {
  const gateway = await api.aGateway('north')
  const south = await as('south')
  expect((await api.call('GET', '/gateways', south)).json()).toEqual({ items: [] })
  const path = `/gateways/${gateway.gatewayId}`
  const nowhere = '/gateways/00000000-0000-0000-0000-000000000000'
  const bodyless = (answer: { json: () => { instance?: string } }) => ({ ...answer.json(), instance: undefined })
  for (const [method, below, body] of [['GET', '', undefined], ['PATCH', '', { name: 'mine' }], ['DELETE', '', undefined], ['POST', '/commands', { name: 'stopService' }]] as const) {
    const [theirs, none] = [await api.call(method, `${path}${below}`, south, body), await api.call(method, `${nowhere}${below}`, south, body)]
    expect([method, theirs.statusCode]).toEqual([method, 404])
    expect(bodyless(theirs)).toEqual(bodyless(none))
  }
  expect((await api.call('GET', path, await as('north'))).json()).toMatchObject({ name: 'CT room', commands: [] })
  expect((await api.call('GET', path, await as('north'))).json()).not.toHaveProperty('revokedAt')
})

test('results one gateway tells of the command of another change nothing', async () => {
  const [one, other] = [await api.aGateway('north'), await api.aGateway('south')]
  const { commandId } = (await api.call('POST', `/gateways/${one.gatewayId}/commands`, await as('north'), { name: 'stopService' })).json<Command>()
  const told = await api.call('POST', '/gateways/self/report', await api.bearerOf(other), aReport({ results: [{ commandId, outcome: 'succeeded' }] }))
  expect(told.statusCode).toBe(200)
  expect((await api.call('GET', `/gateways/${one.gatewayId}`, await as('north'))).json<GatewayDetail>().commands).toMatchObject([{ commandId, state: 'waiting' }])
})

test('a report is what administrators see; the configuration is asked for once a revision', async () => {
  const gateway = await api.aGateway('reporting')
  const bearer = await api.bearerOf(gateway)
  const report = async (body: object) => (await api.call('POST', '/gateways/self/report', bearer, body)).json<ReportAnswer>()
  expect(await report(aReport({ configuration: { revision: 3 } }))).toEqual({ commands: [], reportAfterMs: 20_000 })
  expect(await report(aReport({ configuration: { revision: 4, document: { nodes: [] } } }))).toMatchObject({ configurationRevision: 4 })
  expect(await report(aReport({ configuration: { revision: 4 } }))).toMatchObject({ configurationRevision: 4 })
  expect(await report(aReport({ configuration: { revision: 5 }, state: aState({ alarms: [] }) }))).not.toHaveProperty('configurationRevision')
  const seen = (await api.call('GET', `/gateways/${gateway.gatewayId}`, await as('reporting'))).json<GatewayDetail>()
  expect(seen).toMatchObject({ health: 'online', version: '1.2.3', alarms: 0, waiting: 3, failed: 1, state: aState({ alarms: [] }), configuration: { revision: 4, document: { nodes: [] } } })
})

test('only a gateway reports: a token somebody made with the same scope does not', async () => {
  const answer = await api.call('POST', '/gateways/self/report', await service.as('north', ['gateway:report']), aReport())
  expect(answer.json()).toMatchObject({ type: '/problems/forbidden' })
})

test('a report has its bounds', async () => {
  const gateway = await api.aGateway('bounds')
  const bearer = await api.bearerOf(gateway)
  const send = async (body: object) => (await api.call('POST', '/gateways/self/report', bearer, body)).statusCode
  expect(await send(aReport({ configuration: { revision: 1, document: { note: 'x'.repeat(maxReportBytes) } } }))).toBe(413)
  expect(await send(aReport({ state: aState({ alarms: Array.from({ length: 501 }, () => ({ code: 'x', severity: 'warning' })) }) }))).toBe(400)
  expect(await send(aReport({ state: aState({ version: 'x'.repeat(51) }) }))).toBe(400)
  expect(await send({ state: {}, results: [] })).toBe(400)
  expect((await api.call('GET', `/gateways/${gateway.gatewayId}`, await as('bounds'))).json()).toMatchObject({ health: 'unheard' })
  expect(await send(aReport({ configuration: { revision: 1, document: { note: 'x'.repeat(maxReportBytes - 10_000) } } }))).toBe(200)
})

test('what a newer gateway says beyond what this server knows does no harm', async () => {
  const bearer = await api.bearerOf(await api.aGateway('newer'))
  const state = { ...aState(), alarms: [{ code: 'ofALaterRelease', severity: 'fatal' }], weather: 'fine' }
  expect((await api.call('POST', '/gateways/self/report', bearer, { ...aReport(), state })).statusCode).toBe(200)
})

test('commands wait for the gateway, are given in order until it has told what became of them, and then no more', async () => {
  const gateway = await api.aGateway('commanded')
  const [admin, bearer] = [await as('commanded'), await api.bearerOf(gateway)]
  const give = async (name: string, given: object) => (await api.call('POST', `/gateways/${gateway.gatewayId}/commands`, admin, { name, arguments: given })).json<Command>()
  const report = async (results: object[] = []) => (await api.call('POST', '/gateways/self/report', bearer, { ...aReport(), results })).json<ReportAnswer>()
  const first = await give('pauseNode', { nodeId: 'cloud' })
  const second = await give('testNode', { nodeId: 'cloud' })
  expect(first).toMatchObject({ state: 'waiting', createdBy: expect.stringMatching(/^token:/) as string })
  const due = [{ commandId: first.commandId, name: 'pauseNode', arguments: { nodeId: 'cloud' } }, { commandId: second.commandId, name: 'testNode', arguments: { nodeId: 'cloud' } }]
  expect(await report()).toMatchObject({ commands: due, reportAfterMs: 3_000 })
  expect(await report()).toMatchObject({ commands: due })
  expect(await report([{ commandId: first.commandId, outcome: 'succeeded' }])).toMatchObject({ commands: [due[1]] })
  const result = { commandId: second.commandId, outcome: 'failed', reason: 'the line is down', value: { latencyMs: 7 } }
  expect(await report([result])).toMatchObject({ commands: [] })
  await report([{ ...result, outcome: 'succeeded' }])
  const seen = (await api.call('GET', `/gateways/${gateway.gatewayId}`, admin)).json<GatewayDetail>()
  expect(seen.pendingCommands).toBe(0)
  expect(seen.commands.map(({ commandId, state, reason, value }) => ({ commandId, state, reason, value }))).toEqual([
    { commandId: second.commandId, state: 'failed', reason: 'the line is down', value: { latencyMs: 7 } },
    { commandId: first.commandId, state: 'succeeded', reason: undefined, value: undefined },
  ])
  const trail = await service.db('audit_event')
    .whereRaw("detail->>'gatewayId' = ?", [gateway.gatewayId])
    .orderBy('audit_event_id')
    .select<{ action: string; actor: string; outcome: string }[]>('action', 'actor', 'outcome')
  expect(trail.map(({ action, actor, outcome }) => [action, actor.split(':')[0], outcome])).toEqual([
    ['gateway.enrol', 'gateway', 'success'], ['gateway.command', 'token', 'success'], ['gateway.command', 'token', 'success'],
    ['gateway.command-result', 'gateway', 'success'], ['gateway.command-result', 'gateway', 'failed'],
  ])
})

test('a command nobody took in time is given no more', async () => {
  const gateway = await api.aGateway('expiring')
  const admin = await as('expiring')
  const { commandId } = (await api.call('POST', `/gateways/${gateway.gatewayId}/commands`, admin, { name: 'stopService' })).json<Command>()
  await service.db('gateway_command').where({ command_id: commandId }).update({ expires_at: new Date(Date.now() - 1000) })
  expect((await api.call('POST', '/gateways/self/report', await api.bearerOf(gateway), aReport())).json()).toMatchObject({ commands: [] })
  expect((await api.call('GET', `/gateways/${gateway.gatewayId}`, admin)).json()).toMatchObject({ pendingCommands: 0, commands: [{ state: 'expired' }] })
})

test('a command given twice under one Idempotency-Key is one; the key is no use for another', async () => {
  const { gatewayId } = await api.aGateway('twice')
  const admin = { ...await as('twice'), 'idempotency-key': '4711' }
  const give = (body: object) => api.call('POST', `/gateways/${gatewayId}/commands`, admin, body)
  const answers = await Promise.all([1, 2, 3].map(() => give({ name: 'testNode', arguments: { nodeId: 'a' } })))
  expect(new Set(answers.map((answer) => answer.json<Command>().commandId)).size).toBe(1)
  expect((await give({ name: 'testNode', arguments: { nodeId: 'b' } })).json()).toMatchObject({ type: '/problems/idempotency-key-reused' })
})

test('a command that is none, or has the arguments of another, is refused before it is given', async () => {
  const { gatewayId } = await api.aGateway('wrong')
  const give = async (body: object) => (await api.call('POST', `/gateways/${gatewayId}/commands`, await as('wrong'), body)).statusCode
  expect(await give({ name: 'formatDisk' })).toBe(400)
  expect(await give({ name: 'testNode' })).toBe(422)
  expect(await give({ name: 'testNode', arguments: { nodeId: '../x' } })).toBe(422)
  expect(await give({ name: 'stopService', arguments: { now: true } })).toBe(422)
})

test('no more than a hundred commands wait', async () => {
  const { gatewayId } = await api.aGateway('many')
  const admin = await as('many')
  const statuses = await Promise.all(Array.from({ length: 102 }, async () => (await api.call('POST', `/gateways/${gatewayId}/commands`, admin, { name: 'startService' })).statusCode))
  expect(statuses.filter((status) => status === 202)).toHaveLength(100)
  expect(statuses.filter((status) => status === 409)).toHaveLength(2)
})

test('a gateway is renamed, and what was revoked takes no commands', async () => {
  const { gatewayId } = await api.aGateway('renamed')
  const admin = await as('renamed')
  expect((await api.call('PATCH', `/gateways/${gatewayId}`, admin, { name: ' MR 二楼 ' })).json()).toMatchObject({ name: 'MR 二楼' })
  expect((await api.call('PATCH', `/gateways/${gatewayId}`, admin, { name: '  ' })).statusCode).toBe(400)
  await api.call('DELETE', `/gateways/${gatewayId}`, admin)
  expect((await api.call('POST', `/gateways/${gatewayId}/commands`, admin, { name: 'stopService' })).json()).toMatchObject({ type: '/problems/gateway-revoked' })
})

test('text that Postgres does not take is no failure of the server', async () => {
  const gateway = await api.aGateway('odd')
  const bearer = await api.bearerOf(gateway)
  const state = aState({ service: { ...aState().service, reason: 'port \0 taken \ud83d' } })
  expect((await api.call('POST', '/gateways/self/report', bearer, aReport({ state, configuration: { revision: 1, document: { note: ['\0'] } } }))).statusCode).toBe(200)
  const admin = await as('odd')
  expect((await api.call('GET', `/gateways/${gateway.gatewayId}`, admin)).json()).toMatchObject({ state: { service: { reason: 'port \uFFFD taken \uFFFD' } } })
  expect((await api.call('PATCH', `/gateways/${gateway.gatewayId}`, admin, { name: 'CT\0' })).statusCode).toBe(400)
})

test('pages go through all gateways by name, each once', async () => {
  const organisation = 'paged'
  const { organisationId } = await service.db('organisation')
    .insert({ slug: organisation, name: organisation })
    .returning<{ organisation_id: string }[]>('organisation_id')
    .then(([row]) => ({ organisationId: row!.organisation_id }))
  const names = ['Ärzte', 'CT', 'CT', 'CT', 'MR', 'X-ray', '放射科'].sort()
  for (const [index, name] of names.entries()) await service.db('gateway').insert({ organisation_id: organisationId, name, version: '1', public_key: '{}', key_thumbprint: `t${String(index)}` })
  const admin = await as(organisation)
  const seen: string[] = []
  let cursor: string | undefined
  do {
    const page = (await api.call('GET', `/gateways?limit=2${cursor === undefined ? '' : `&cursor=${cursor}`}`, admin)).json<GatewayPage>()
    expect(page.items.length).toBeLessThanOrEqual(2)
    seen.push(...page.items.map(({ name }) => name))
    cursor = page.next
  } while (cursor !== undefined)
  expect(seen.toSorted()).toEqual(names.toSorted())
  expect((await api.call('GET', '/gateways?cursor=bm90IG91cnM', admin)).json()).toMatchObject({ type: '/problems/bad-request' })
  expect((await api.call('GET', `/gateways?cursor=${Buffer.from('["CT","x"]').toString('base64url')}`, admin)).statusCode).toBe(400)
  expect((await api.call('GET', '/gateways?limit=201', admin)).statusCode).toBe(400)
})
