/** Who may ask the gateway, what other sites can make a browser ask, and what the screens are. */
import { readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { asBrowser, asScript, controlApiOfEachTest, key } from './api.fixture.ts'
import { createControlApi } from './api.ts'
import { loadControlKey } from './key.ts'
import { sessionSeconds } from './sessions.ts'

const api = controlApiOfEachTest()

async function signIn(): Promise<string> {
  const response = await api.app.inject({ method: 'POST', url: '/api/session', headers: asBrowser, payload: { key } })
  expect(response.statusCode).toBe(201)
  return String(response.headers['set-cookie']).split(';')[0] ?? ''
}

describe('who may ask', () => {
  test('nobody without the key', async () => {
    for (const url of ['/api/state', '/api/configuration', '/api/records/studies', '/api/events', '/api/records/export']) {
      const response = await api.app.inject({ url, headers: { host: 'localhost' } })
      expect(response.statusCode, url).toBe(401)
      expect(response.headers['content-type']).toContain('application/problem+json')
    }
  })

  test('a script that shows the key, and none that shows another', async () => {
    expect((await api.app.inject({ url: '/api/state', headers: asScript })).statusCode).toBe(200)
    expect((await api.app.inject({ url: '/api/state', headers: { ...asScript, authorization: `Bearer ${key}x` } })).statusCode).toBe(401)
    expect((await api.app.inject({ url: '/api/state', headers: { ...asScript, authorization: 'Bearer ' } })).statusCode).toBe(401)
  })

  test('a browser that signed in, by a cookie that no script reads and no other site sends', async () => {
    const response = await api.app.inject({ method: 'POST', url: '/api/session', headers: asBrowser, payload: { key: ` ${key}\n` } })
    expect(response.headers['set-cookie']).toMatch(/; Path=\/; HttpOnly; SameSite=Strict; Max-Age=43200$/)
    const cookie = await signIn()
    expect((await api.app.inject({ url: '/api/state', headers: { host: 'localhost:13228', cookie } })).statusCode).toBe(200)
  })

  test('not with a wrong key, and the answer does not repeat it', async () => {
    const response = await api.app.inject({ method: 'POST', url: '/api/session', headers: asBrowser, payload: { key: 'guess-guess-guess' } })
    expect(response.statusCode).toBe(401)
    expect(response.json()).toMatchObject({ type: '/problems/wrong-key' })
    expect(response.body).not.toContain('guess')
    expect(response.headers['set-cookie']).toBeUndefined()
  })

  test('not after signing out, with the same cookie', async () => {
    const cookie = await signIn()
    const out = await api.app.inject({ method: 'DELETE', url: '/api/session', headers: { ...asBrowser, cookie } })
    expect(out.headers['set-cookie']).toContain('Max-Age=0')
    expect((await api.app.inject({ url: '/api/state', headers: { host: 'localhost', cookie } })).statusCode).toBe(401)
  })

  test('not once the session has run out; a session in use goes on, over a restart too', async () => {
    const cookie = await signIn()
    api.now = new Date(api.now.getTime() + (sessionSeconds - 60) * 1000)
    const renewing = await api.app.inject({ url: '/api/state', headers: { host: 'localhost', cookie } })
    const renewed = String(renewing.headers['set-cookie']).split(';')[0] ?? ''
    api.now = new Date(api.now.getTime() + 120_000)
    const restarted = await createControlApi({ control: api.gateway, key, screens: api.screens, now: () => api.now })
    expect((await restarted.inject({ url: '/api/state', headers: { host: 'localhost', cookie } })).statusCode).toBe(401)
    expect((await restarted.inject({ url: '/api/state', headers: { host: 'localhost', cookie: renewed } })).statusCode).toBe(200)
  })

  test('not with a session made under another key, nor one whose time was written anew', async () => {
    const other = await createControlApi({ control: api.gateway, key: 'zzzz-zzzz-zzzz-zzzz-zzzz', screens: api.screens })
    const cookie = await signIn()
    expect((await other.inject({ url: '/api/state', headers: { host: 'localhost', cookie } })).statusCode).toBe(401)
    const longer = cookie.replace(/=\d+\./, '=9999999999.')
    expect((await api.app.inject({ url: '/api/state', headers: { host: 'localhost', cookie: longer } })).statusCode).toBe(401)
  })
})

describe('what another site can make a browser do', () => {
  test('a page whose name was made to point here is turned away, whatever it asks', async () => {
    for (const host of ['evil.example', 'evil.example:13228', 'localhost.evil.example']) {
      for (const url of ['/', '/api/state', '/no-such-page.js']) {
        expect((await api.app.inject({ url, headers: { ...asScript, host } })).statusCode, `${host} ${url}`).toBe(403)
      }
    }
  })

  test('every name of loopback is ours, and those the installer added', async () => {
    const named = await createControlApi({ control: api.gateway, key, screens: api.screens, hostNames: ['Gateway.Hospital.example'] })
    for (const host of ['localhost', 'LOCALHOST:13228', '127.0.0.1:1', '[::1]:13228', 'gateway.hospital.example:443']) {
      expect((await named.inject({ url: '/api/state', headers: { ...asScript, host } })).statusCode, host).toBe(200)
    }
  })

  test('a change is taken from our own pages only, even with the cookie', async () => {
    const cookie = await signIn()
    const stop = (headers: Record<string, string>) => api.app.inject({ method: 'POST', url: '/api/service/stop', headers: { host: 'localhost:13228', cookie, ...headers } })
    for (const origin of ['http://evil.example', 'http://localhost:8080', 'null', 'https://localhost:13228']) expect((await stop({ origin })).statusCode, origin).toBe(403)
    expect((await stop({})).statusCode).toBe(403)
    expect(api.gateway.status).toBe('running')
    expect((await stop({ origin: 'http://localhost:13228' })).statusCode).toBe(204)
    expect(api.gateway.status).toBe('stopped')
  })

  test('behind a proxy that ends TLS, changes are taken from the name the installer gave, and from no other port of it', async () => {
    const named = await createControlApi({ control: api.gateway, key, screens: api.screens, now: () => api.now, hostNames: ['gateway.hospital.example'] })
    const signIn = (origin: string) => named.inject({ method: 'POST', url: '/api/session', headers: { host: 'gateway.hospital.example', origin }, payload: { key } })
    const signedIn = await signIn('https://gateway.hospital.example')
    expect(signedIn.statusCode).toBe(201)
    // The cookie goes over TLS alone from then on, renewed or taken away too.
    expect(signedIn.headers['set-cookie']).toMatch(/; Secure$/)
    const cookie = String(signedIn.headers['set-cookie']).split(';')[0] ?? ''
    api.now = new Date(api.now.getTime() + 7 * 3_600_000)
    expect((await named.inject({ url: '/api/state', headers: { host: 'gateway.hospital.example', cookie } })).headers['set-cookie']).toMatch(/; Secure$/)
    for (const origin of ['https://evil.example', 'https://gateway.hospital.example:8443', 'https://gateway.hospital.example.evil.example']) expect((await signIn(origin)).statusCode, origin).toBe(403)
  })

  test('a form of another site cannot sign in', async () => {
    const response = await api.app.inject({ method: 'POST', url: '/api/session', headers: { host: 'localhost:13228', origin: 'http://evil.example' }, payload: { key } })
    expect(response.statusCode).toBe(403)
  })

  test('no answer is for other origins, and every answer says how it may be used', async () => {
    for (const url of ['/api/state', '/', '/api/none']) {
      const { headers } = await api.app.inject({ url, headers: { ...asScript, origin: 'http://evil.example' } })
      expect(headers['access-control-allow-origin']).toBeUndefined()
      expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer', 'cross-origin-resource-policy': 'same-origin' })
      expect(headers['content-security-policy']).toContain("frame-ancestors 'none'")
      expect(headers['content-security-policy']).not.toContain('unsafe')
    }
  })
})

describe('the key', () => {
  test('is made once, long, for its owner alone', async () => {
    const file = join(api.screens, 'secrets', 'control.key')
    const [one, other] = await Promise.all([loadControlKey(file), loadControlKey(file)])
    expect(one).toMatch(/^([0-9a-hjkmnp-tv-z]{4}-){7}[0-9a-hjkmnp-tv-z]{4}$/)
    expect(other).toBe(one)
    expect(await loadControlKey(file)).toBe(one)
    expect((await stat(file)).mode & 0o777).toBe(0o600)
  })

  test('that somebody chose and that could be guessed is not used, and not overwritten', async () => {
    const file = join(api.screens, 'control.key')
    await writeFile(file, 'hospital\n')
    await expect(loadControlKey(file)).rejects.toThrow('fewer than 20 characters')
    expect(await readFile(file, 'utf8')).toBe('hospital\n')
  })
})

describe('screens', () => {
  test('are one page for every place, with a nonce of its own each time', async () => {
    const pages = await Promise.all(['/', '/records?state=dead', '/'].map((url) => api.app.inject({ url, headers: { host: 'localhost' } })))
    const nonces = pages.map(({ body }) => /nonce="([^"]+)"/.exec(body)?.[1])
    expect(new Set(nonces).size).toBe(3)
    pages.forEach(({ headers }, index) => { expect(headers['content-security-policy']).toContain(`'nonce-${nonces[index]}'`) })
  })

  test('hold nothing but what was built', async () => {
    for (const url of ['/../control/key.ts', '/%2e%2e/package.json', '/secret.js', '/api/secret']) {
      expect((await api.app.inject({ url, headers: { host: 'localhost' } })).statusCode, url).toBe(404)
    }
  })

  test('that were not built say how to build them', async () => {
    const bare = await createControlApi({ control: api.gateway, key, screens: join(api.screens, 'none') })
    const response = await bare.inject({ url: '/', headers: { host: 'localhost' } })
    expect(response.statusCode).toBe(503)
    expect(response.json().detail).toContain('npm run build:screens')
  })
})
