import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { brotliCompressSync, brotliDecompressSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { aService, type TestService } from '../dicomweb/service.fixture.ts'

const script = `export const answer = 42 // ${'padding '.repeat(200)}`
const browser = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' }

let folder: string
let service: TestService
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'isocenter-screens-'))
  const write = async (name: string, content: string | Buffer) => {
    await mkdir(join(folder, name, '..'), { recursive: true })
    await writeFile(join(folder, name), content)
  }
  await write('shared/assets/react-abc.js', script)
  await write('shared/assets/react-abc.js.br', brotliCompressSync(script))
  await write('shared/application.json', JSON.stringify({ modules: { react: 'assets/react-abc.js' }, styles: [], preloads: {} }))
  await write('mfe-shell/assets/root-def.js', 'import "react"')
  await write('mfe-shell/assets/style-def.css', 'body { margin: 0 }')
  await write('mfe-shell/icon.svg', '<svg xmlns="http://www.w3.org/2000/svg"/>')
  await write('mfe-shell/service-worker.js', 'addEventListener("push", () => {})')
  await write('mfe-shell/layout.html', '<html><head><meta property="csp-nonce" nonce="NONCE_OF_THIS_ANSWER"><!-- import map, styles and scripts --></head></html>')
  await write('mfe-shell/application.json', JSON.stringify({ modules: { '@isocenter/mfe-shell': 'assets/root-def.js' }, styles: ['assets/style-def.css'], preloads: { '@isocenter/mfe-shell': [] } }))
  // What a build under way has written so far, and what lies there by mistake.
  await write('mfe-shell.4711/assets/half.js', '')
  await write('notes/readme.txt', 'nothing to import')
  service = await aService({ SCREENS_DIR: folder })
})
afterAll(async () => {
  await service.close()
  await rm(folder, { recursive: true })
})
const get = (url: string, headers: Record<string, string> = browser) => service.app.inject({ url, headers })

describe('the page', () => {
  test.each(['/', '/sign-in', '/sign-in/qr', '/o/12/admin/members?search=x', '/me/profile', '/api/docs'])('is answered at %s', async (url) => {
    const answer = await get(url)
    expect([answer.statusCode, answer.headers['content-type']]).toEqual([200, 'text/html; charset=utf-8'])
    expect(answer.body).toContain('<script type="module" src="/apps/mfe-shell/assets/root-def.js"></script>')
    expect(answer.body).toContain('<link rel="stylesheet" href="/apps/mfe-shell/assets/style-def.css">')
  })

  test.each(['/api/nothing', '/api', '/dicom-web/nothing', '/wado', '/apps/mfe-shell/assets/gone.js', '/healthz/nothing', '/.well-known/nothing'])('is never answered at %s', async (url) => {
    expect((await get(url)).headers['content-type']).not.toContain('text/html')
  })

  test('is for browsers: programs get the problem they always got', async () => {
    for (const accept of ['*/*', 'application/json', 'application/dicom+json']) {
      const answer = await get('/studies', { accept })
      expect([answer.statusCode, answer.json<{ type: string }>().type]).toEqual([404, '/problems/no-such-resource'])
    }
    expect((await service.app.inject({ method: 'POST', url: '/workbench', headers: browser })).statusCode).toBe(404)
  })

  test('names in its policy the hash of its import map, and a nonce of its own; nothing inline or from elsewhere runs', async () => {
    const [one, other] = [await get('/'), await get('/')]
    const policy = String(one.headers['content-security-policy'])
    const importMap = /<script type="importmap">(.*?)<\/script>/s.exec(one.body)?.[1] ?? ''
    expect(JSON.parse(importMap)).toEqual({ imports: { react: '/apps/shared/assets/react-abc.js', '@isocenter/mfe-shell': '/apps/mfe-shell/assets/root-def.js' } })
    expect(policy).toContain(`script-src 'self' 'sha256-${createHash('sha256').update(importMap).digest('base64')}'`)
    expect(policy).not.toMatch(/unsafe|\*|https?:/)
    for (const directive of ["default-src 'none'", "object-src 'none'", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'", "connect-src 'self'"]) expect(policy.split('; ')).toContain(directive)
    const nonce = /nonce="([^"]+)"/.exec(one.body)?.[1] ?? ''
    expect(Buffer.from(nonce, 'base64')).toHaveLength(16)
    expect(policy).toContain(`'nonce-${nonce}'`)
    expect(other.body).not.toContain(nonce)
  })

  test('once it has come over HTTPS, nothing of it comes otherwise', async () => {
    const behindProxy = await aService({ SCREENS_DIR: folder, TRUST_PROXY: 'true' })
    expect((await behindProxy.app.inject({ url: '/', headers: { ...browser, 'x-forwarded-proto': 'https' } })).headers['strict-transport-security']).toBe('max-age=31536000')
    expect((await get('/')).headers['strict-transport-security']).toBeUndefined()
    await behindProxy.close()
  })

  test('is kept by nobody, framed by nobody, and tells nobody where its reader came from', async () => {
    expect((await get('/')).headers).toMatchObject({
      'cache-control': 'no-store',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
    })
    expect((await get('/')).headers['permissions-policy']).toContain('geolocation=()')
  })
})

describe('files', () => {
  test('whose names have a digest are kept for good, in the smallest form the client takes', async () => {
    const url = '/apps/shared/assets/react-abc.js'
    const small = await get(url, { 'accept-encoding': 'gzip, deflate, br' })
    expect(small.headers).toMatchObject({
      'cache-control': 'public, max-age=31536000, immutable',
      'content-encoding': 'br',
      'content-type': 'text/javascript; charset=utf-8',
      vary: expect.stringMatching(/accept-encoding/i) as unknown,
    })
    expect(brotliDecompressSync(small.rawPayload).toString()).toBe(script)
    for (const accepted of ['identity', 'br;q=0, deflate', '']) {
      const plain = await get(url, { 'accept-encoding': accepted })
      expect([plain.headers['content-encoding'], plain.body]).toEqual([undefined, script])
    }
  })

  test('whose names have none are asked about each time', async () => {
    const first = await get('/apps/mfe-shell/icon.svg')
    expect(first.headers['cache-control']).toBe('no-cache')
    expect((await get('/apps/mfe-shell/icon.svg', { 'if-none-match': String(first.headers['etag']) })).statusCode).toBe(304)
  })

  test('are those of the builds and no others', async () => {
    for (const path of [
      '/apps/mfe-shell.4711/assets/half.js', '/apps/mfe-shell/application.json', '/apps/mfe-shell/layout.html', '/apps/shared/assets/react-abc.js.br',
      '/apps/../package.json', '/apps/%2e%2e/package.json', '/apps/shared/..%2f..%2fpackage.json',
    ]) {
      expect([path, (await get(path, { accept: '*/*' })).statusCode]).toEqual([path, 404])
    }
  })

  test('the service worker looks after the whole server', async () => {
    expect((await get('/service-worker.js', {})).headers).toMatchObject({ 'content-type': 'text/javascript; charset=utf-8', 'cache-control': 'no-cache' })
  })
})

test('without a build the page says so', async () => {
  const bare = await aService({ SCREENS_DIR: join(folder, 'nowhere') })
  const answer = await bare.app.inject({ url: '/', headers: browser })
  expect([answer.statusCode, answer.json<{ type: string }>().type]).toEqual([503, '/problems/screens-not-built'])
  await bare.close()
})
