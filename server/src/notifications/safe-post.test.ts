import { createServer, type Server } from 'node:http'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createSafePost, ForbiddenAddress, isPublicAddress } from './safe-post.ts'

let server: Server
let port: number
const seen: string[] = []
beforeAll(async () => {
  server = createServer((request, response) => {
    seen.push(String(request.url))
    if (request.url === '/elsewhere') response.writeHead(302, { location: '/secret' }).end()
    else response.writeHead(204).end()
  })
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve) })
  const address = server.address()
  port = typeof address === 'object' && address !== null ? address.port : 0
})
afterAll(() => new Promise((resolve) => { server.close(resolve) }))

const request = { body: Buffer.from('{}'), headers: {} }

test.each(['127.0.0.1', '10.1.2.3', '172.31.0.1', '192.168.1.1', '169.254.169.254', '100.64.0.1', '0.0.0.0', '224.0.0.1', '::1', '::', 'fe80::1', 'fd00::1', '::ffff:127.0.0.1', '::ffff:a00:1', '64:ff9b::7f00:1', '2002:7f00:1::', 'nonsense'])('%s is nobody\'s business', (address) => {
  expect(isPublicAddress(address)).toBe(false)
})
test.each(['1.1.1.1', '172.32.0.1', '2606:4700::1111'])('%s is public', (address) => { expect(isPublicAddress(address)).toBe(true) })

test.each(['https://127.0.0.1', 'https://2130706433', 'https://0x7f.1', 'https://[::1]', 'https://[::ffff:7f00:1]', 'https://localhost', 'http://example.com', 'https://user:word@example.com'])('nothing is posted to %s', async (origin) => {
  const url = new URL(origin)
  if (url.hostname !== 'example.com') url.port = String(port)
  await expect(createSafePost({ allowsPrivate: false })(url, request)).rejects.toThrow(ForbiddenAddress)
  expect(seen).toEqual([])
})

test('where private networks are allowed, neighbours are told; a redirection is an answer, not followed', async () => {
  const post = createSafePost({ allowsPrivate: true })
  expect(await post(new URL(`http://127.0.0.1:${String(port)}/told`), request)).toBe(204)
  expect(await post(new URL(`http://127.0.0.1:${String(port)}/elsewhere`), request)).toBe(302)
  expect(seen).toEqual(['/told', '/elsewhere'])
})
