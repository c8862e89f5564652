/** What the gateway is asked and told over its API. */
import { describe, expect, test } from 'vitest'
import { asScript, controlApiOfEachTest, key } from './api.fixture.ts'
import { goodUploadCode } from './gateway.fixture.ts'
import type { StudyRecordPage } from './wire/records.ts'

const api = controlApiOfEachTest()

describe('settings', () => {
  const patch = (payload: object, headers: Record<string, string> = {}) => api.app.inject({ method: 'PATCH', url: '/api/configuration', headers: { ...asScript, ...headers }, payload })

  test('are one document with a revision, which guards against two people at once', async () => {
    const read = await api.app.inject({ url: '/api/configuration', headers: asScript })
    const { service } = read.json()
    const etag = String(read.headers['etag'])
    const first = await patch({ service: { ...service, port: 11112 } }, { 'if-match': etag })
    expect(first.json()).toMatchObject({ service: { port: 11112 } })
    const second = await patch({ service: { ...service, aeTitle: 'OTHER' } }, { 'if-match': etag })
    expect(second.statusCode).toBe(412)
    expect(api.gateway.configuration().service).toMatchObject({ port: 11112, aeTitle: 'USTCFQ-Transfer' })
  })

  test.each([
    ['a port beyond 65535', { port: 70_000 }, '/service/port'],
    ['an AE title of 17 characters', { aeTitle: 'ABCDEFGHIJKLMNOPQ' }, '/service/aeTitle'],
    ['an AE title of spaces', { aeTitle: '   ' }, '/service/aeTitle'],
    ['an AE title with a backslash', { aeTitle: 'A\\B' }, '/service/aeTitle'],
  ])('are refused with %s, naming what is wrong', async (_what, wrong, path) => {
    const before = api.gateway.configuration()
    const response = await patch({ service: { ...before.service, ...wrong } })
    expect(response.statusCode).toBe(422)
    expect(response.json<{ errors: { path: string }[] }>().errors.map((error) => error.path)).toContain(path)
    expect(api.gateway.configuration()).toBe(before)
  })

  test('cannot be given a revision, a cloud or a part that does not exist', async () => {
    for (const payload of [{ revision: 99 }, { cloud: { url: 'https://evil.example' } }, { serivce: {} }]) expect((await patch(payload)).statusCode).toBe(400)
  })
})

describe('nodes and rules', () => {
  const archive = { kind: 'dicom', name: 'Second archive', host: '10.0.0.9', port: 104, calledAETitle: 'ARCHIVE2' }

  test('a node is added, changed and removed', async () => {
    const made = await api.app.inject({ method: 'POST', url: '/api/nodes', headers: asScript, payload: archive })
    expect(made.statusCode).toBe(201)
    const url = String(made.headers['location'])
    const changed = await api.app.inject({ method: 'PUT', url, headers: asScript, payload: { ...archive, port: 11112 } })
    expect(changed.json()).toMatchObject({ port: 11112, id: made.json().id })
    expect((await api.app.inject({ method: 'DELETE', url, headers: asScript })).statusCode).toBe(204)
    expect((await api.app.inject({ method: 'PUT', url, headers: asScript, payload: archive })).statusCode).toBe(404)
  })

  test('a node that cannot be sent to is refused', async () => {
    const response = await api.app.inject({ method: 'POST', url: '/api/nodes', headers: asScript, payload: { ...archive, port: 0 } })
    expect(response.statusCode).toBe(422)
  })

  test('removing a node takes it out of rules, and a rule that sent only there goes with it', async () => {
    expect(api.gateway.configuration().rules).toHaveLength(1)
    await api.app.inject({ method: 'DELETE', url: '/api/nodes/cloud', headers: asScript })
    expect(api.gateway.configuration().rules).toEqual([])
  })

  test('two people who add at the same time both succeed', async () => {
    const add = (name: string) => api.app.inject({ method: 'POST', url: '/api/nodes', headers: asScript, payload: { ...archive, name } })
    const answers = await Promise.all([add('one'), add('two'), add('three')])
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([201, 201, 201])
    expect(api.gateway.configuration().nodes.map(({ name }) => name)).toEqual(expect.arrayContaining(['one', 'two', 'three']))
  })

  test('a node is paused, resumed and tested', async () => {
    const post = (path: string) => api.app.inject({ method: 'POST', url: `/api/nodes/${path}`, headers: asScript })
    expect((await post('cloud/pause')).statusCode).toBe(204)
    expect(api.gateway.configuration().nodes.find(({ id }) => id === 'cloud')).toMatchObject({ paused: true })
    expect((await post('cloud/resume')).statusCode).toBe(204)
    expect((await post('cloud/test')).json()).toMatchObject({ succeeded: true, latencyMs: 23.4 })
    expect((await post('archive/test')).json()).toMatchObject({ succeeded: false, steps: [{ name: 'resolve' }, { name: 'connect', failure: { reason: 'lineDown' } }] })
    expect((await post('nowhere/test')).statusCode).toBe(404)
  })

  test('a rule to a node that is not there is refused', async () => {
    const response = await api.app.inject({ method: 'POST', url: '/api/rules', headers: asScript, payload: { name: 'x', when: {}, to: ['nowhere'] } })
    expect(response.statusCode).toBe(422)
  })
})

describe('senders', () => {
  test('an unknown sender is let in by one request', async () => {
    const [sender] = (await api.app.inject({ url: '/api/unknown-senders', headers: asScript })).json()
    await api.app.inject({ method: 'POST', url: '/api/peers', headers: asScript, payload: { aeTitle: sender.callingAETitle, address: sender.remoteAddress } })
    expect((await api.app.inject({ url: '/api/unknown-senders', headers: asScript })).json()).toEqual([])
    expect((await api.app.inject({ url: '/api/peers', headers: asScript })).json()).toContainEqual({ aeTitle: 'US_ROOM4', address: '10.20.4.31' })
  })

  test('a peer is removed by AE title and address together', async () => {
    const remove = (query: string) => api.app.inject({ method: 'DELETE', url: `/api/peers?${query}`, headers: asScript })
    expect((await remove('aeTitle=CT_ROOM1')).statusCode).toBe(404)
    expect((await remove('aeTitle=CT_ROOM1&address=10.20.4.11')).statusCode).toBe(204)
    expect(api.gateway.configuration().service.peers.map(({ aeTitle }) => aeTitle)).toEqual(['MR_ROOM2'])
  })
})

describe('records', () => {
  test('come in pages that join without gap or repetition', async () => {
    const seen: string[] = []
    let after: string | undefined
    do {
      const page = (await api.app.inject({ url: `/api/records/studies?limit=25${after === undefined ? '' : `&after=${after}`}`, headers: asScript })).json<StudyRecordPage>()
      seen.push(...page.records.map((record) => record.StudyInstanceUID))
      after = page.next
    } while (after !== undefined)
    expect(seen).toEqual(api.gateway.studies.map(({ StudyInstanceUID }) => StudyInstanceUID))
  })

  test('are searched only by what is known', async () => {
    for (const query of ['limit=0', 'limit=10000', 'state=lost', 'receivedFrom=yesterday', 'patient=x']) {
      expect((await api.app.inject({ url: `/api/records/studies?${query}`, headers: asScript })).statusCode, query).toBe(400)
    }
  })

  test('are exported whole, and what a spreadsheet would calculate is text', async () => {
    const [first] = api.gateway.studies
    api.gateway.studies = [{ ...first!, PatientName: '=HYPERLINK("http://evil.example")', StudyDescription: 'a "quoted", line' }, ...api.gateway.studies.slice(1)]
    const { body, headers } = await api.app.inject({ url: '/api/records/export', headers: asScript })
    expect(headers['content-disposition']).toContain('.csv')
    const lines = body.trimEnd().split('\r\n')
    expect(lines).toHaveLength(1 + api.gateway.studies.length * 2)
    expect(lines[1]).toContain(`"'=HYPERLINK(""http://evil.example"")"`)
    expect(lines[1]).toContain('"a ""quoted"", line"')
  })

  test('given-up deliveries are tried again by study, object or node', async () => {
    const retry = (payload: object) => api.app.inject({ method: 'POST', url: '/api/deliveries/retry', headers: asScript, payload })
    expect((await retry({ StudyInstanceUID: '2.25.3001' })).json()).toEqual({ retried: 3 })
    expect(api.gateway.retried).toEqual([{ StudyInstanceUID: '2.25.3001' }])
    expect((await retry({ study: '2.25.3001' })).statusCode).toBe(400)
  })

  test('what has arrived is sent again for a study that is named, and never without', async () => {
    const retry = (payload: object) => api.app.inject({ method: 'POST', url: '/api/deliveries/retry', headers: asScript, payload })
    const arrived = api.gateway.studies[1]!.deliveries.reduce((sum, { delivered }) => sum + delivered, 0)
    expect((await retry({ StudyInstanceUID: '2.25.3001', state: 'delivered' })).json()).toEqual({ retried: arrived })
    expect(api.gateway.retried).toEqual([{ StudyInstanceUID: '2.25.3001', state: 'delivered' }])
    for (const payload of [{ state: 'delivered' }, { nodeId: 'cloud', state: 'delivered' }, { StudyInstanceUID: '', state: 'delivered' }]) expect((await retry(payload)).statusCode).toBe(400)
  })
})

test('what of a study could be sent again is told by node, with what is gone, and of a study nobody knows nothing', async () => {
  const ask = (StudyInstanceUID: string) => api.app.inject({ url: `/api/records/studies/${StudyInstanceUID}/sendable-again`, headers: asScript })
  api.gateway.gone.set('2.25.3001', 7)
  expect((await ask('2.25.3001')).json()).toMatchObject([{ nodeId: 'cloud', nodeName: 'Cloud', objects: 70, gone: 7, isPaused: false }, { nodeId: 'archive', objects: 67, gone: 7, underway: 0 }])
  expect((await ask('2.25.9')).json()).toMatchObject({ status: 404, type: '/problems/no-such-resource' })
})

test('performed steps and commitments are listed without what they say of a patient', async () => {
  const steps = await api.app.inject({ url: '/api/performed-steps?limit=10', headers: asScript })
  expect(steps.json()).toMatchObject([{ PerformedProcedureStepStatus: 'COMPLETED', state: 'waiting' }, { operation: 'create', state: 'sent' }, { state: 'refused', needsPerson: true }])
  const commitments = await api.app.inject({ url: '/api/commitments', headers: asScript })
  expect(commitments.json()).toMatchObject([{ TransactionUID: '2.25.902', instances: 124, committed: 123, failed: 1 }])
  expect((await api.app.inject({ url: '/api/commitments?limit=501', headers: asScript })).statusCode).toBe(400)
})

test('what became of procedure steps and commitments is seen by a person, by number', async () => {
  const seen = (what: string, payload: object) => api.app.inject({ method: 'POST', url: `/api/${what}/seen`, headers: asScript, payload })
  expect((await seen('performed-steps', { ids: [1] })).json()).toEqual({ seen: 1 })
  expect((await seen('commitments', { ids: [4, 5] })).json()).toEqual({ seen: 2 })
  expect(api.gateway.seen).toEqual([1, 4, 5])
  for (const payload of [{}, { ids: [] }, { ids: ['all'] }, { ids: [1], all: true }]) expect((await seen('commitments', payload)).statusCode).toBe(400)
})

test('objects that go nowhere are deleted by study, object or age, and never without saying which', async () => {
  const discard = (payload: object) => api.app.inject({ method: 'POST', url: '/api/objects/discard', headers: asScript, payload })
  const before = api.gateway.studies[2]?.stranded
  expect(before).toBeGreaterThan(0)
  expect((await discard({ StudyInstanceUID: '2.25.3002' })).json()).toEqual({ discarded: before })
  expect((await discard({ receivedBefore: '2026-11-22T08:00:00Z' })).statusCode).toBe(200)
  for (const payload of [{}, { receivedBefore: 'yesterday' }, { nodeId: 'cloud' }]) expect((await discard(payload)).statusCode).toBe(400)
})

test('what was lost is seen by a person, by study or as of a moment, and never without saying which', async () => {
  const seen = (payload: object) => api.app.inject({ method: 'POST', url: '/api/objects/lost/seen', headers: asScript, payload })
  api.gateway.studies = api.gateway.studies.map((record, index) => (index < 2 ? { ...record, lost: 4 } : record))
  const found = async () => (await api.app.inject({ url: '/api/records/studies?isLost=true', headers: asScript })).json<{ total: number }>().total
  expect(await found()).toBe(2)
  expect((await seen({ StudyInstanceUID: '2.25.3001' })).json()).toEqual({ seen: 4 })
  expect((await seen({ lostBefore: '2026-11-22T08:00:00Z' })).json()).toEqual({ seen: 4 })
  expect(await found()).toBe(0)
  for (const payload of [{}, { StudyInstanceUID: '' }, { lostBefore: 'yesterday' }, { nodeId: 'cloud' }]) expect((await seen(payload)).statusCode).toBe(400)
})

describe('fetching from an archive', () => {
  const ask = (method: 'GET' | 'POST' | 'DELETE', url: string, payload?: object) => api.app.inject({ method, url, headers: asScript, ...(payload && { payload }) })

  test('finds studies, and says what of them is here already', async () => {
    const response = await ask('GET', '/api/nodes/archive/studies?StudyDate=20190311-20190312&ModalitiesInStudy=MR')
    expect(response.json()).toMatchObject({ hasMore: false, studies: [{ StudyInstanceUID: '2.25.7002', received: 0 }] })
  })

  test('never asks for everything there is, nor by what an archive does not match', async () => {
    for (const query of ['', '?limit=3', '?StudyDate=2019-03-11', '?PatientID=', '?PatientName=A%5CB']) expect((await ask('GET', `/api/nodes/archive/studies${query}`)).statusCode, query).toBe(400)
    expect((await ask('POST', '/api/fetches', { nodeId: 'archive', matching: {} })).statusCode).toBe(400)
    expect((await ask('POST', '/api/fetches', { nodeId: 'archive', studies: [] })).statusCode).toBe(400)
    expect((await ask('POST', '/api/fetches', { nodeId: 'archive', studies: [{ StudyInstanceUID: '1.2/../3' }] })).statusCode).toBe(400)
  })

  test('tells an archive that fails from a node that is none', async () => {
    const failed = await ask('GET', '/api/nodes/archive/studies?PatientID=DOWN')
    expect(failed.json()).toMatchObject({ status: 502, type: '/problems/archive-failed', failure: { reason: 'lineDown' } })
    expect((await ask('GET', '/api/nodes/cloud/studies?PatientID=1')).json()).toMatchObject({ status: 404, type: '/problems/no-such-archive' })
  })

  test('fetches chosen studies or whole days, lists them, and calls off what waits', async () => {
    const studies = [{ StudyInstanceUID: '2.25.7002', PatientName: 'LINDQVIST^ASTRID' }]
    const chosen = await ask('POST', '/api/fetches', { nodeId: 'archive', studies })
    expect([chosen.statusCode, chosen.json()]).toEqual([202, { added: 1, hasMore: false }])
    expect((await ask('POST', '/api/fetches', { nodeId: 'archive', matching: { StudyDate: '20190312' } })).json()).toEqual({ added: 1, hasMore: false })
    expect((await ask('GET', '/api/fetches?limit=2')).json()).toMatchObject([{ StudyInstanceUID: '2.25.7003', state: 'waiting' }, studies[0]])
    expect((await ask('DELETE', '/api/fetches?nodeId=elsewhere')).json()).toEqual({ cancelled: 0 })
    expect((await ask('DELETE', '/api/fetches')).json()).toEqual({ cancelled: 3 })
  })
})

test('enrolment says what is wrong with an upload code, and never repeats it', async () => {
  const enrol = (uploadCode: string) => api.app.inject({ method: 'POST', url: '/api/cloud/enrolment', headers: asScript, payload: { url: 'https://cloud.example.org/', uploadCode, name: 'CT' } })
  const refused = await enrol('WRONG-CODE')
  expect(refused.statusCode).toBe(409)
  expect(refused.body).not.toContain('WRONG-CODE')
  expect((await enrol(` ${goodUploadCode} `)).json()).toMatchObject({ url: 'https://cloud.example.org', organisation: { slug: 'north' } })
})

describe('live changes', () => {
  test('are told as topics, to at most twenty screens, and end with the gateway', async () => {
    const address = await api.app.listen({ port: 0, host: '127.0.0.1' })
    const watch = () => fetch(`${address}/api/events`, { headers: { authorization: `Bearer ${key}` } })
    const watchers = await Promise.all(Array.from({ length: 20 }, watch))
    expect((await watch()).status).toBe(503)
    api.gateway.tell('records', 'state')
    const reader = watchers[0]!.body!.pipeThrough(new TextDecoderStream()).getReader()
    let text = ''
    while (!text.includes('"state"]')) text += (await reader.read()).value ?? ''
    expect(text).toContain('event: changed\ndata: ["records","state"]\n\n')
    await Promise.all(watchers.slice(1).map((watcher) => watcher.body!.cancel()))
    await expect.poll(() => api.gateway.listeners, { timeout: 10_000 }).toBe(1)
    await api.app.close()
    expect((await reader.read()).done).toBe(true)
    expect(api.gateway.listeners).toBe(0)
  })
})
