import type { lookup } from 'node:dns'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createOutboundFetch, isPublicAddress } from './outbound-fetch.ts'

let origin: string
let asked: { url: string | undefined; headers: Record<string, unknown>; body: string }[] = []
const server = createServer((request, response) => {
  const entry = { url: request.url, headers: request.headers, body: '' }
  asked.push(entry)
  request.on('data', (chunk: Buffer) => { entry.body += chunk.toString() })
  request.on('end', () => {
    if (request.url === '/away') response.writeHead(302, { location: 'http://169.254.169.254/latest/meta-data' }).end()
    else if (request.url === '/long') response.end('x'.repeat(10_000))
    else if (request.url !== '/never') response.setHeader('content-type', 'application/json').end('{}')
  })
})
beforeAll(async () => {
  await new Promise<void>((listening) => { server.listen(0, '127.0.0.1', listening) })
  origin = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`
})
afterAll(() => { server.closeAllConnections(); server.close() })

const resolvesTo = (...addresses: string[]) => ((_name: string, _options: object, done: (error: null, found: object[]) => void) => {
  done(null, addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })))
}) as unknown as typeof lookup

describe('public addresses', () => {
  test.each(['8.8.8.8', '1.1.1.1', '172.15.255.255', '172.32.0.1', '100.63.255.255', '2606:4700:4700::1111', '2a00:1450:4001:810::200e'])('%s is one', (address) => { expect(isPublicAddress(address)).toBe(true) })
  test.each([
    '0.0.0.0', '10.1.2.3', '100.64.0.1', '127.0.0.1', '127.255.255.254', '169.254.169.254', '172.16.0.1', '172.31.255.255', '192.168.1.1', '192.0.2.1', '198.18.0.1', '224.0.0.1', '255.255.255.255',
    '::', '::1', '::ffff:127.0.0.1', '::ffff:8.8.8.8', '64:ff9b::a00:1', 'fc00::1', 'fd12::1', 'fe80::1', 'ff02::1', '2001:db8::1', '2002:7f00:1::', '2001::1', 'localhost', '', '0x7f.1',
  ])('%s is none', (address) => { expect(isPublicAddress(address)).toBe(false) })
})

describe('what is not gone to', () => {
  const fetch = createOutboundFetch()
  test.each([
    'http://login.example/', 'ftp://login.example/', 'file:///etc/passwd', 'https://user:pass@login.example/', 'https://127.0.0.1/', 'https://[::1]/',
    'https://[::ffff:7f00:1]/', 'https://2130706433/', 'https://0x7f000001/', 'https://127.1/', 'https://10.0.0.1:8443/',
  ])('%s', async (url) => {
    await expect(fetch(url)).rejects.toThrow(expect.objectContaining({ name: 'OutboundRefused' }))
  })

  test.each([['10.0.0.1'], ['8.8.8.8', '127.0.0.1'], ['fd00::1']])('a name that stands for %s', async (...addresses) => {
    await expect(createOutboundFetch({ resolveName: resolvesTo(...addresses) })('https://login.example/')).rejects.toThrow('not public')
  })

  test('where it is redirected: that is answered, not followed', async () => {
    asked = []
    const answer = await createOutboundFetch({ trustedOrigins: [origin] })(`${origin}/away`)
    expect([answer.status, answer.headers.get('location')]).toEqual([302, 'http://169.254.169.254/latest/meta-data'])
    expect(asked).toHaveLength(1)
  })
})

test('a trusted origin is gone to wherever it is, and nothing beside it', async () => {
  asked = []
  const fetch = createOutboundFetch({ trustedOrigins: [origin] })
  const answer = await fetch(`${origin}/token`, { method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: new URLSearchParams({ code: 'a b' }) })
  expect([answer.status, answer.headers.get('content-type'), await answer.json()]).toEqual([200, 'application/json', {}])
  expect(asked[0]).toMatchObject({ url: '/token', body: 'code=a+b', headers: { 'content-length': '8' } })
  await expect(fetch(origin.replace(/\d+$/, '1'))).rejects.toThrow('Only HTTPS')
})

test('an answer that is too long, or does not come, is given up', async () => {
  const fetch = createOutboundFetch({ trustedOrigins: [origin], maxBytes: 1_000, timeoutMs: 300 })
  await expect(fetch(`${origin}/long`)).rejects.toThrow('too long')
  await expect(fetch(`${origin}/never`)).rejects.toThrow(/abort|timeout/i)
})
