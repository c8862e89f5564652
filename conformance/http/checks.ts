import { connect } from 'node:net'
import { connect as connectTls } from 'node:tls'
import type { Client } from '../client.ts'
import { header, mediaType, must, same, status } from '../expect.ts'
import { newUid } from '../fixtures/fixtures.ts'
import { dataSets } from '../json/model.ts'
import { instancePath, seriesPath, studyPath } from '../store.ts'
import { check, NotApplicable, type Check } from '../suite.ts'

const viewer = 'https://viewer.example'

/** Sections 8.2 to 8.6 of PS3.18: paths, methods, status codes, headers. */
export const httpChecks: readonly Check[] = [
  check(1, 'M', 'an unknown path below the base is answered 404 with a status report', async ({ client }) => {
    const answer = await client.get('/nothing/here')
    status(answer, 404)
    must(answer.body.length > 0, 'the body is empty')
  }),
  check(2, 'M', 'a known resource asked with an unsupported method is answered 405 with Allow', async ({ client, fixtures }) => {
    const answer = await client.ask(`${studyPath(fixtures.report)}/metadata`, { method: 'PATCH' })
    status(answer, 405)
    must(/\bGET\b/.test(header(answer, 'allow')), 'Allow does not name GET')
  }),
  check(3, 'S', 'a UID in the path that is none is answered 400', async ({ client }) => {
    for (const bad of ['1.2.x', `1.${'2'.repeat(70)}`, '1..2', 'abc']) {
      const answer = await client.get(`/studies/${bad}/metadata`, 'application/dicom+json')
      must(answer.status === 400, `status ${String(answer.status)} for ${bad.slice(0, 12)}…`)
    }
  }),
  check(5, 'M', 'what never existed is answered 404', async ({ client }) => {
    for (const path of [`/studies/${newUid()}`, `/studies/${newUid()}/metadata`, `/studies/${newUid()}/series/${newUid()}/instances/${newUid()}`]) status(await client.get(path), 404)
  }),
  check(6, 'M', 'a series of another study in the path is answered 404', async ({ client, fixtures }) => {
    status(await client.get(`${studyPath(fixtures.implicit)}/series/${fixtures.report.SeriesInstanceUID}`), 404)
    status(await client.get(`${studyPath(fixtures.implicit)}/series/${fixtures.report.SeriesInstanceUID}/metadata`), 404)
  }),
  check(7, 'M', 'without a token the answer is 401 with WWW-Authenticate', async ({ client, fixtures }) => {
    const answer = await client.ask('/studies', { anonymous: true })
    if (answer.status === 200) throw new NotApplicable('this server asks for no token')
    status(answer, 401)
    must(header(answer, 'www-authenticate') !== '', 'WWW-Authenticate is missing')
    status(await client.ask(instancePath(fixtures.report), { anonymous: true }), 401)
  }),
  check(8, 'X', 'an authorization header is never repeated in an answer', async ({ client }) => {
    const answer = await client.ask('/studies', { anonymous: true, headers: { Authorization: 'Bearer conformance.secret.word' } })
    must(!answer.body.includes('conformance.secret.word'), 'the token stands in the body')
  }),
  check(9, 'M', 'a body announced as larger than any limit is answered 413 before it is read', async ({ client }) => {
    const authorization = client.authorization === undefined ? '' : `Authorization: ${client.authorization}\r\n`
    const head = [
      `POST ${client.base.pathname.replace(/\/$/, '')}/studies HTTP/1.1\r\nHost: x\r\n${authorization}`,
      'Content-Type: multipart/related; type="application/dicom"; boundary=b\r\nContent-Length: 999999999999999\r\n\r\n',
    ]
    const line = await raw(client, `${head.join('')}--b\r\n`)
    must(/^HTTP\/1\.1 413/.test(line), `answered ${line === '' ? 'nothing' : line}`)
  }),
  check(10, 'M', 'a request URI that is too long is answered 414', async ({ client }) => {
    status(await client.get(`/studies?StudyInstanceUID=${'1.2.3.4.5.6.7,'.repeat(3500)}1`), 414)
  }),
  check(12, 'M', 'every refusal has a body of a textual type', async ({ client, fixtures }) => {
    for (const answer of [await client.get('/studies/x'), await client.get(`${studyPath(fixtures.report)}/metadata`, 'image/tiff'), await client.get('/studies?limit=-1')]) {
      must(answer.status >= 400, `status ${String(answer.status)}`)
      must(answer.body.length > 0 && /json|text|xml|html/.test(mediaType(answer)), `a ${String(answer.status)} has no report`)
    }
  }),
  check(13, 'S', 'HEAD answers as GET does, without a body', async ({ client, fixtures }) => {
    for (const path of ['/studies?limit=1', `${seriesPath(fixtures.report)}/metadata`, instancePath(fixtures.report), `${instancePath(fixtures.nativeCine)}/frames/1`]) {
      const [get, head] = [await client.get(path), await client.ask(path, { method: 'HEAD' })]
      same(head.status, get.status, 'status')
      same(mediaType(head), mediaType(get), 'media type')
      same(head.body.length, 0, 'body length')
    }
  }),
  check(14, 'C', 'a trailing slash changes nothing', async ({ client, fixtures }) => {
    const path = `${studyPath(fixtures.report)}/series`
    same((await client.get(`${path}/`)).json(), (await client.get(path)).json(), 'answer')
  }),
  check(15, 'M', 'an answer that carries a resource names it in Content-Location', async ({ client, fixtures }) => {
    for (const path of [`${seriesPath(fixtures.report)}/metadata`, instancePath(fixtures.report)]) {
      must(header(await client.get(path), 'content-location').includes(fixtures.report.SeriesInstanceUID), `Content-Location of ${path.includes('metadata') ? 'metadata' : 'an instance'} is missing`)
    }
  }),
  check(17, 'S', 'gzip is used for JSON when it is accepted, and says so', async ({ client, fixtures }) => {
    const path = `${studyPath(fixtures.ct[0] ?? fixtures.report)}/metadata`
    const answer = await client.ask(path, { headers: { Accept: 'application/dicom+json', 'Accept-Encoding': 'gzip' } })
    status(answer, 200)
    same(header(answer, 'content-encoding'), 'gzip', 'Content-Encoding')
    const { gunzipSync } = await import('node:zlib')
    same(JSON.parse(gunzipSync(answer.body).toString()), (await client.get(path, 'application/dicom+json')).json(), 'content')
  }),
  check(18, 'S', 'metadata, instances and frames have a strong ETag, and If-None-Match is answered 304', async ({ client, fixtures }) => {
    for (const path of [`${seriesPath(fixtures.report)}/metadata`, instancePath(fixtures.report), `${instancePath(fixtures.nativeCine)}/frames/1`]) {
      const etag = header(await client.get(path), 'etag')
      must(/^"[^"]+"$/.test(etag), `no strong ETag: ${etag === '' ? 'none' : etag}`)
      const again = await client.ask(path, { headers: { 'If-None-Match': `"other", ${etag}` } })
      status(again, 304)
      same(again.body.length, 0, 'body of the 304')
      same(header(again, 'etag'), etag, 'ETag of the 304')
    }
  }),
  check(20, 'X', 'searches are not cached', async ({ client }) => {
    must(/no-cache|no-store|max-age=0/.test(header(await client.get('/studies?limit=1'), 'cache-control')), 'Cache-Control does not forbid it')
  }),
  check(21, 'C', 'a preflight is answered with what is allowed', async ({ client }) => {
    for (const path of ['/studies', `/studies/${newUid()}/metadata`]) {
      const answer = await client.ask(path, { method: 'OPTIONS', anonymous: true, headers: { Origin: viewer, 'Access-Control-Request-Method': 'GET', 'Access-Control-Request-Headers': 'authorization' } })
      status(answer, 200, 204)
      if (header(answer, 'access-control-allow-origin') === '') throw new NotApplicable('this server lets no page of another origin in')
      must(/\bPOST\b/.test(header(answer, 'access-control-allow-methods')), 'POST is not allowed')
      must(/authorization/i.test(header(answer, 'access-control-allow-headers')), 'Authorization is not allowed')
    }
  }),
  check(22, 'C', 'pages of other origins can read refusals too, and the headers that matter', async ({ client }) => {
    for (const [path, anonymous] of [['/studies?limit=1', false], ['/studies?limit=-1', false], ['/nothing', false], ['/studies', true]] as const) {
      const answer = await client.ask(path, { anonymous, headers: { Origin: viewer } })
      if (header(answer, 'access-control-allow-origin') === '') throw new NotApplicable('this server lets no page of another origin in')
      const exposed = header(answer, 'access-control-expose-headers').toLowerCase()
      for (const name of ['warning', 'location', 'content-location', 'etag', 'content-range']) must(exposed.includes(name), `${name} is not exposed with status ${String(answer.status)}`)
    }
  }),
  check(122, 'C', 'a search for two hundred study UIDs in one URL works', async ({ client, fixtures }) => {
    const uids = [...Array.from({ length: 200 }, newUid), fixtures.report.StudyInstanceUID]
    const answer = await client.get(`/studies?StudyInstanceUID=${uids.join(',')}`)
    status(answer, 200)
    same(dataSets(answer.json()).length, 1, 'studies found')
  }),
  check(232, 'X', 'hostile paths and queries never cause a server error', async ({ client }) => {
    for (const path of ['/studies/%2e%2e/%2e%2e/etc/passwd', '/studies/..%2f..%2f', '/studies?__proto__=1', '/studies?PatientName=%00', '/studies?PatientName=%E0%A4%A', `/studies?${'a.'.repeat(500)}=1`]) {
      const answer = await client.get(path)
      must(answer.status < 500, `status ${String(answer.status)} for ${path.slice(0, 30)}`)
    }
    must(/^HTTP\/1\.1 4/.test(await raw(client, `GET ${client.base.pathname}/studies?x=${'y'.repeat(1_000_000)} HTTP/1.1\r\nHost: x\r\n\r\n`)), 'a megabyte of query is not refused with a 4xx')
    status(await client.get('/studies?limit=1'), 200)
  }),
]

/** The first line a server answers to bytes no HTTP client would send. */
function raw(client: Client, bytes: string): Promise<string> {
  const { hostname, protocol, port } = client.base
  const secure = protocol === 'https:'
  const target = { host: hostname, port: Number(port === '' ? secure ? 443 : 80 : port), rejectUnauthorized: false }
  return new Promise((resolve, reject) => {
    const socket = secure ? connectTls(target) : connect(target)
    let text = ''
    socket.setTimeout(10_000, () => { socket.destroy(new Error('no answer to a raw request')) })
    socket.on('error', (error: NodeJS.ErrnoException) => { if (text !== '') resolve(text); else reject(error) })
    socket.on('data', (chunk: Buffer) => { text += chunk.toString('latin1'); socket.end() })
    socket.on('close', () => { resolve(text.split('\r\n', 1)[0] ?? '') })
    socket.write(bytes)
  })
}
