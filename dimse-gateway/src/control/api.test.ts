import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createControlApi } from './api.ts'
import { goodUploadCode, pretendGateway, type PretendedGateway } from './gateway.fixture.ts'
import { loadControlKey } from './key.ts'
import { sessionSeconds } from './sessions.ts'
import type { StudyRecordPage } from './wire/records.ts'
import type { ControlApp } from './typed-routes.ts'

const key = 'abcd-efgh-jkmn-pqrs-tvwx'
const asScript = { authorization: `Bearer ${key}`, host: '127.0.0.1:13228' }
const asBrowser = { host: 'localhost:13228', origin: 'http://localhost:13228' }

let now: Date
let gateway: PretendedGateway
let app: ControlApp
let screens: string

beforeEach(async () => {
  now = new Date('2026-11-22T08:00:00Z')
  gateway = pretendGateway({ now: () => now })
  screens = await mkdtemp(join(tmpdir(), 'isocenter-screens-'))
  await writeFile(join(screens, 'index.html'), '<meta property="csp-nonce" nonce="NONCE_OF_THIS_ANSWER">')
  app = await createControlApi({ control: gateway, key, screens, now: () => now })
})
afterEach(async () => {
  await app.close()
  await rm(screens, { recursive: true })
})

async function signIn(): Promise<string> {
  const response = await app.inject({ method: 'POST', url: '/api/session', headers: asBrowser, payload: { key } })
  expect(response.statusCode).toBe(201)
  return String(response.headers['set-cookie']).split(';')[0] ?? ''
}

describe('who may ask', () => {
  test('nobody without the key', async () => {
    for (const url of ['/api/state', '/api/configuration', '/api/records/studies', '/api/events', '/api/records/export']) {
      const response = await app.inject({ url, headers: { host: 'localhost' } })
      expect(response.statusCode, url).toBe(401)
      expect(response.headers['content-type']).toContain('application/problem+json')
    }
  })

  test('a script that shows the key, and none that shows another', async () => {
    expect((await app.inject({ url: '/api/state', headers: asScript })).statusCode).toBe(200)
    expect((await app.inject({ url: '/api/state', headers: { ...asScript, authorization: `Bearer ${key}x` } })).statusCode).toBe(401)
    expect((await app.inject({ url: '/api/state', headers: { ...asScript, authorization: 'Bearer ' } })).statusCode).toBe(401)
  })

  test('a browser that signed in, by a cookie that no script reads and no other site sends', async () => {
    const response = await app.inject({ method: 'POST', url: '/api/session', headers: asBrowser, payload: { key: ` ${key}\n` } })
    expect(response.headers['set-cookie']).toMatch(/; Path=\/; HttpOnly; SameSite=Strict; Max-Age=43200$/)
    const cookie = await signIn()
    expect((await app.inject({ url: '/api/state', headers: { host: 'localhost:13228', cookie } })).statusCode).toBe(200)
  })

  test('not with a wrong key, and the answer does not repeat it', async () => {
    const response = await app.inject({ method: 'POST', url: '/api/session', headers: asBrowser, payload: { key: 'guess-guess-guess' } })
    expect(response.statusCode).toBe(401)
    expect(response.json()).toMatchObject({ type: '/problems/wrong-key' })
    expect(response.body).not.toContain('guess')
    expect(response.headers['set-cookie']).toBeUndefined()
  })

  test('not after signing out, with the same cookie', async () => {
    const cookie = await signIn()
    const out = await app.inject({ method: 'DELETE', url: '/api/session', headers: { ...asBrowser, cookie } })
    expect(out.headers['set-cookie']).toContain('Max-Age=0')
    expect((await app.inject({ url: '/api/state', headers: { host: 'localhost', cookie } })).statusCode).toBe(401)
  })

  test('not once the session has run out; a session in use goes on, over a restart too', async () => {
    const cookie = await signIn()
    now = new Date(now.getTime() + (sessionSeconds - 60) * 1000)
    const renewing = await app.inject({ url: '/api/state', headers: { host: 'localhost', cookie } })
    const renewed = String(renewing.headers['set-cookie']).split(';')[0] ?? ''
    now = new Date(now.getTime() + 120_000)
    const restarted = await createControlApi({ control: gateway, key, screens, now: () => now })
    expect((await restarted.inject({ url: '/api/state', headers: { host: 'localhost', cookie } })).statusCode).toBe(401)
    expect((await restarted.inject({ url: '/api/state', headers: { host: 'localhost', cookie: renewed } })).statusCode).toBe(200)
  })

  test('not with a session made under another key, nor one whose time was written anew', async () => {
    const other = await createControlApi({ control: gateway, key: 'zzzz-zzzz-zzzz-zzzz-zzzz', screens })
    const cookie = await signIn()
    expect((await other.inject({ url: '/api/state', headers: { host: 'localhost', cookie } })).statusCode).toBe(401)
    const longer = cookie.replace(/=\d+\./, '=9999999999.')
    expect((await app.inject({ url: '/api/state', headers: { host: 'localhost', cookie: longer } })).statusCode).toBe(401)
  })
})

describe('what another site can make a browser do', () => {
  test('a page whose name was made to point here is turned away, whatever it asks', async () => {
    for (const host of ['evil.example', 'evil.example:13228', 'localhost.evil.example']) {
      for (const url of ['/', '/api/state', '/no-such-page.js']) {
        expect((await app.inject({ url, headers: { ...asScript, host } })).statusCode, `${host} ${url}`).toBe(403)
      }
    }
  })

  test('every name of loopback is ours, and those the installer added', async () => {
    const named = await createControlApi({ control: gateway, key, screens, hostNames: ['Gateway.Hospital.example'] })
    for (const host of ['localhost', 'LOCALHOST:13228', '127.0.0.1:1', '[::1]:13228', 'gateway.hospital.example:443']) {
      expect((await named.inject({ url: '/api/state', headers: { ...asScript, host } })).statusCode, host).toBe(200)
    }
  })

  test('a change is taken from our own pages only, even with the cookie', async () => {
    const cookie = await signIn()
    const stop = (headers: Record<string, string>) => app.inject({ method: 'POST', url: '/api/service/stop', headers: { host: 'localhost:13228', cookie, ...headers } })
    for (const origin of ['http://evil.example', 'http://localhost:8080', 'null', 'https://localhost:13228']) expect((await stop({ origin })).statusCode, origin).toBe(403)
    expect((await stop({})).statusCode).toBe(403)
    expect(gateway.status).toBe('running')
    expect((await stop({ origin: 'http://localhost:13228' })).statusCode).toBe(204)
    expect(gateway.status).toBe('stopped')
  })

  test('behind a proxy that ends TLS, changes are taken from the name the installer gave, and from no other port of it', async () => {
    const named = await createControlApi({ control: gateway, key, screens, now: () => now, hostNames: ['gateway.hospital.example'] })
    const signIn = (origin: string) => named.inject({ method: 'POST', url: '/api/session', headers: { host: 'gateway.hospital.example', origin }, payload: { key } })
    const signedIn = await signIn('https://gateway.hospital.example')
    expect(signedIn.statusCode).toBe(201)
    // The cookie goes over TLS alone from then on, renewed or taken away too.
    expect(signedIn.headers['set-cookie']).toMatch(/; Secure$/)
    const cookie = String(signedIn.headers['set-cookie']).split(';')[0] ?? ''
    now = new Date(now.getTime() + 7 * 3_600_000)
    expect((await named.inject({ url: '/api/state', headers: { host: 'gateway.hospital.example', cookie } })).headers['set-cookie']).toMatch(/; Secure$/)
    for (const origin of ['https://evil.example', 'https://gateway.hospital.example:8443', 'https://gateway.hospital.example.evil.example']) expect((await signIn(origin)).statusCode, origin).toBe(403)
  })

  test('a form of another site cannot sign in', async () => {
    const response = await app.inject({ method: 'POST', url: '/api/session', headers: { host: 'localhost:13228', origin: 'http://evil.example' }, payload: { key } })
    expect(response.statusCode).toBe(403)
  })

  test('no answer is for other origins, and every answer says how it may be used', async () => {
    for (const url of ['/api/state', '/', '/api/none']) {
      const { headers } = await app.inject({ url, headers: { ...asScript, origin: 'http://evil.example' } })
      expect(headers['access-control-allow-origin']).toBeUndefined()
      expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer', 'cross-origin-resource-policy': 'same-origin' })
      expect(headers['content-security-policy']).toContain("frame-ancestors 'none'")
      expect(headers['content-security-policy']).not.toContain('unsafe')
    }
  })
})

describe('the key', () => {
  test('is made once, long, for its owner alone', async () => {
    const file = join(screens, 'secrets', 'control.key')
    const [one, other] = await Promise.all([loadControlKey(file), loadControlKey(file)])
    expect(one).toMatch(/^([0-9a-hjkmnp-tv-z]{4}-){7}[0-9a-hjkmnp-tv-z]{4}$/)
    expect(other).toBe(one)
    expect(await loadControlKey(file)).toBe(one)
    expect((await stat(file)).mode & 0o777).toBe(0o600)
  })

  test('that somebody chose and that could be guessed is not used, and not overwritten', async () => {
    const file = join(screens, 'control.key')
    await writeFile(file, 'hospital\n')
    await expect(loadControlKey(file)).rejects.toThrow('fewer than 20 characters')
    expect(await readFile(file, 'utf8')).toBe('hospital\n')
  })
})

describe('settings', () => {
  const patch = (payload: object, headers: Record<string, string> = {}) => app.inject({ method: 'PATCH', url: '/api/configuration', headers: { ...asScript, ...headers }, payload })

  test('are one document with a revision, which guards against two people at once', async () => {
    const read = await app.inject({ url: '/api/configuration', headers: asScript })
    const { service } = read.json()
    const etag = String(read.headers['etag'])
    const first = await patch({ service: { ...service, port: 11112 } }, { 'if-match': etag })
    expect(first.json()).toMatchObject({ service: { port: 11112 } })
    const second = await patch({ service: { ...service, aeTitle: 'OTHER' } }, { 'if-match': etag })
    expect(second.statusCode).toBe(412)
    expect(gateway.configuration().service).toMatchObject({ port: 11112, aeTitle: 'USTCFQ-Transfer' })
  })

  test.each([
    ['a port beyond 65535', { port: 70_000 }, '/service/port'],
    ['an AE title of 17 characters', { aeTitle: 'ABCDEFGHIJKLMNOPQ' }, '/service/aeTitle'],
    ['an AE title of spaces', { aeTitle: '   ' }, '/service/aeTitle'],
    ['an AE title with a backslash', { aeTitle: 'A\\B' }, '/service/aeTitle'],
  ])('are refused with %s, naming what is wrong', async (_what, wrong, path) => {
    const before = gateway.configuration()
    const response = await patch({ service: { ...before.service, ...wrong } })
    expect(response.statusCode).toBe(422)
    expect(response.json<{ errors: { path: string }[] }>().errors.map((error) => error.path)).toContain(path)
    expect(gateway.configuration()).toBe(before)
  })

  test('cannot be given a revision, a cloud or a part that does not exist', async () => {
    for (const payload of [{ revision: 99 }, { cloud: { url: 'https://evil.example' } }, { serivce: {} }]) expect((await patch(payload)).statusCode).toBe(400)
  })
})

describe('nodes and rules', () => {
  const archive = { kind: 'dicom', name: 'Second archive', host: '10.0.0.9', port: 104, calledAETitle: 'ARCHIVE2' }

  test('a node is added, changed and removed', async () => {
    const made = await app.inject({ method: 'POST', url: '/api/nodes', headers: asScript, payload: archive })
    expect(made.statusCode).toBe(201)
    const url = String(made.headers['location'])
    const changed = await app.inject({ method: 'PUT', url, headers: asScript, payload: { ...archive, port: 11112 } })
    expect(changed.json()).toMatchObject({ port: 11112, id: made.json().id })
    expect((await app.inject({ method: 'DELETE', url, headers: asScript })).statusCode).toBe(204)
    expect((await app.inject({ method: 'PUT', url, headers: asScript, payload: archive })).statusCode).toBe(404)
  })

  test('a node that cannot be sent to is refused', async () => {
    const response = await app.inject({ method: 'POST', url: '/api/nodes', headers: asScript, payload: { ...archive, port: 0 } })
    expect(response.statusCode).toBe(422)
  })

  test('removing a node takes it out of rules, and a rule that sent only there goes with it', async () => {
    expect(gateway.configuration().rules).toHaveLength(1)
    await app.inject({ method: 'DELETE', url: '/api/nodes/cloud', headers: asScript })
    expect(gateway.configuration().rules).toEqual([])
  })

  test('two people who add at the same time both succeed', async () => {
    const add = (name: string) => app.inject({ method: 'POST', url: '/api/nodes', headers: asScript, payload: { ...archive, name } })
    const answers = await Promise.all([add('one'), add('two'), add('three')])
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([201, 201, 201])
    expect(gateway.configuration().nodes.map(({ name }) => name)).toEqual(expect.arrayContaining(['one', 'two', 'three']))
  })

  test('a node is paused, resumed and tested', async () => {
    const post = (path: string) => app.inject({ method: 'POST', url: `/api/nodes/${path}`, headers: asScript })
    expect((await post('cloud/pause')).statusCode).toBe(204)
    expect(gateway.configuration().nodes.find(({ id }) => id === 'cloud')).toMatchObject({ paused: true })
    expect((await post('cloud/resume')).statusCode).toBe(204)
    expect((await post('cloud/test')).json()).toMatchObject({ succeeded: true, latencyMs: 23.4 })
    expect((await post('archive/test')).json()).toMatchObject({ succeeded: false, steps: [{ name: 'resolve' }, { name: 'connect', failure: { reason: 'lineDown' } }] })
    expect((await post('nowhere/test')).statusCode).toBe(404)
  })

  test('a rule to a node that is not there is refused', async () => {
    const response = await app.inject({ method: 'POST', url: '/api/rules', headers: asScript, payload: { name: 'x', when: {}, to: ['nowhere'] } })
    expect(response.statusCode).toBe(422)
  })
})

describe('senders', () => {
  test('an unknown sender is let in by one request', async () => {
    const [sender] = (await app.inject({ url: '/api/unknown-senders', headers: asScript })).json()
    await app.inject({ method: 'POST', url: '/api/peers', headers: asScript, payload: { aeTitle: sender.callingAETitle, address: sender.remoteAddress } })
    expect((await app.inject({ url: '/api/unknown-senders', headers: asScript })).json()).toEqual([])
    expect((await app.inject({ url: '/api/peers', headers: asScript })).json()).toContainEqual({ aeTitle: 'US_ROOM4', address: '10.20.4.31' })
  })

  test('a peer is removed by AE title and address together', async () => {
    const remove = (query: string) => app.inject({ method: 'DELETE', url: `/api/peers?${query}`, headers: asScript })
    expect((await remove('aeTitle=CT_ROOM1')).statusCode).toBe(404)
    expect((await remove('aeTitle=CT_ROOM1&address=10.20.4.11')).statusCode).toBe(204)
    expect(gateway.configuration().service.peers.map(({ aeTitle }) => aeTitle)).toEqual(['MR_ROOM2'])
  })
})

describe('records', () => {
  test('come in pages that join without gap or repetition', async () => {
    const seen: string[] = []
    let after: string | undefined
    do {
      const page = (await app.inject({ url: `/api/records/studies?limit=25${after === undefined ? '' : `&after=${after}`}`, headers: asScript })).json<StudyRecordPage>()
      seen.push(...page.records.map((record) => record.StudyInstanceUID))
      after = page.next
    } while (after !== undefined)
    expect(seen).toEqual(gateway.studies.map(({ StudyInstanceUID }) => StudyInstanceUID))
  })

  test('are searched only by what is known', async () => {
    for (const query of ['limit=0', 'limit=10000', 'state=lost', 'receivedFrom=yesterday', 'patient=x']) {
      expect((await app.inject({ url: `/api/records/studies?${query}`, headers: asScript })).statusCode, query).toBe(400)
    }
  })

  test('are exported whole, and what a spreadsheet would calculate is text', async () => {
    const [first] = gateway.studies
    gateway.studies = [{ ...first!, PatientName: '=HYPERLINK("http://evil.example")', StudyDescription: 'a "quoted", line' }, ...gateway.studies.slice(1)]
    const { body, headers } = await app.inject({ url: '/api/records/export', headers: asScript })
    expect(headers['content-disposition']).toContain('.csv')
    const lines = body.trimEnd().split('\r\n')
    expect(lines).toHaveLength(1 + gateway.studies.length * 2)
    expect(lines[1]).toContain(`"'=HYPERLINK(""http://evil.example"")"`)
    expect(lines[1]).toContain('"a ""quoted"", line"')
  })

  test('given-up deliveries are tried again by study, object or node', async () => {
    const retry = (payload: object) => app.inject({ method: 'POST', url: '/api/deliveries/retry', headers: asScript, payload })
    expect((await retry({ StudyInstanceUID: '2.25.3001' })).json()).toEqual({ retried: 3 })
    expect(gateway.retried).toEqual([{ StudyInstanceUID: '2.25.3001' }])
    expect((await retry({ study: '2.25.3001' })).statusCode).toBe(400)
  })
})

test('performed steps and commitments are listed without what they say of a patient', async () => {
  const steps = await app.inject({ url: '/api/performed-steps?limit=10', headers: asScript })
  expect(steps.json()).toMatchObject([{ PerformedProcedureStepStatus: 'COMPLETED', state: 'waiting' }, { operation: 'create', state: 'sent' }, { state: 'refused', needsPerson: true }])
  const commitments = await app.inject({ url: '/api/commitments', headers: asScript })
  expect(commitments.json()).toMatchObject([{ TransactionUID: '2.25.902', instances: 124, committed: 123, failed: 1 }])
  expect((await app.inject({ url: '/api/commitments?limit=501', headers: asScript })).statusCode).toBe(400)
})

test('what became of procedure steps and commitments is seen by a person, by number', async () => {
  const seen = (what: string, payload: object) => app.inject({ method: 'POST', url: `/api/${what}/seen`, headers: asScript, payload })
  expect((await seen('performed-steps', { ids: [1] })).json()).toEqual({ seen: 1 })
  expect((await seen('commitments', { ids: [4, 5] })).json()).toEqual({ seen: 2 })
  expect(gateway.seen).toEqual([1, 4, 5])
  for (const payload of [{}, { ids: [] }, { ids: ['all'] }, { ids: [1], all: true }]) expect((await seen('commitments', payload)).statusCode).toBe(400)
})

test('objects that go nowhere are deleted by study, object or age, and never without saying which', async () => {
  const discard = (payload: object) => app.inject({ method: 'POST', url: '/api/objects/discard', headers: asScript, payload })
  const before = gateway.studies[2]?.stranded
  expect(before).toBeGreaterThan(0)
  expect((await discard({ StudyInstanceUID: '2.25.3002' })).json()).toEqual({ discarded: before })
  expect((await discard({ receivedBefore: '2026-11-22T08:00:00Z' })).statusCode).toBe(200)
  for (const payload of [{}, { receivedBefore: 'yesterday' }, { nodeId: 'cloud' }]) expect((await discard(payload)).statusCode).toBe(400)
})

describe('fetching from an archive', () => {
  const ask = (method: 'GET' | 'POST' | 'DELETE', url: string, payload?: object) => app.inject({ method, url, headers: asScript, ...(payload && { payload }) })

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
  const enrol = (uploadCode: string) => app.inject({ method: 'POST', url: '/api/cloud/enrolment', headers: asScript, payload: { url: 'https://cloud.example.org/', uploadCode, name: 'CT' } })
  const refused = await enrol('WRONG-CODE')
  expect(refused.statusCode).toBe(409)
  expect(refused.body).not.toContain('WRONG-CODE')
  expect((await enrol(` ${goodUploadCode} `)).json()).toMatchObject({ url: 'https://cloud.example.org', organisation: { slug: 'north' } })
})

describe('live changes', () => {
  test('are told as topics, to at most twenty screens, and end with the gateway', async () => {
    const address = await app.listen({ port: 0, host: '127.0.0.1' })
    const watch = () => fetch(`${address}/api/events`, { headers: { authorization: `Bearer ${key}` } })
    const watchers = await Promise.all(Array.from({ length: 20 }, watch))
    expect((await watch()).status).toBe(503)
    gateway.tell('records', 'state')
    const reader = watchers[0]!.body!.pipeThrough(new TextDecoderStream()).getReader()
    let text = ''
    while (!text.includes('"state"]')) text += (await reader.read()).value ?? ''
    expect(text).toContain('event: changed\ndata: ["records","state"]\n\n')
    await Promise.all(watchers.slice(1).map((watcher) => watcher.body!.cancel()))
    await expect.poll(() => gateway.listeners).toBe(1)
    await app.close()
    expect((await reader.read()).done).toBe(true)
    expect(gateway.listeners).toBe(0)
  })
})

describe('screens', () => {
  test('are one page for every place, with a nonce of its own each time', async () => {
    const pages = await Promise.all(['/', '/records?state=dead', '/'].map((url) => app.inject({ url, headers: { host: 'localhost' } })))
    const nonces = pages.map(({ body }) => /nonce="([^"]+)"/.exec(body)?.[1])
    expect(new Set(nonces).size).toBe(3)
    pages.forEach(({ headers }, index) => { expect(headers['content-security-policy']).toContain(`'nonce-${nonces[index]}'`) })
  })

  test('hold nothing but what was built', async () => {
    for (const url of ['/../control/key.ts', '/%2e%2e/package.json', '/secret.js', '/api/secret']) {
      expect((await app.inject({ url, headers: { host: 'localhost' } })).statusCode, url).toBe(404)
    }
  })

  test('that were not built say how to build them', async () => {
    const bare = await createControlApi({ control: gateway, key, screens: join(screens, 'none') })
    const response = await bare.inject({ url: '/', headers: { host: 'localhost' } })
    expect(response.statusCode).toBe(503)
    expect(response.json().detail).toContain('npm run build:screens')
  })
})
