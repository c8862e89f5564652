import { createServer } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { portToListenOn } from './port.ts'

const taken = createServer()
afterEach(() => { taken.close() })

test('a port in use is named, with another to try', async () => {
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve))
  const address = taken.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  await expect(portToListenOn('127.0.0.1', port)).rejects.toThrow(`Port ${port} is already in use`)
})

test('port 0 becomes a free port', async () => {
  const port = await portToListenOn('127.0.0.1', 0)
  expect(port).toBeGreaterThan(0)
  expect(await portToListenOn('127.0.0.1', port)).toBe(port)
})

test('an address of another machine is named', async () => {
  await expect(portToListenOn('192.0.2.1', 0)).rejects.toThrow('no address 192.0.2.1')
})
