import { Readable } from 'node:stream'
import type { FastifyRequest } from 'fastify'
import { expect, test } from 'vitest'
import { maxParts, receivedParts, type ReceiveOptions } from './parts.ts'

/** A store request as far as its parts are concerned. */
const request = (body: readonly string[], headers: Record<string, string> = {}): FastifyRequest => ({
  headers: { 'content-type': 'multipart/related; type="application/dicom"; boundary=b', ...headers },
  raw: Readable.from(body.map((text) => Buffer.from(text))),
}) as unknown as FastifyRequest

/** Metadata parts are not looked at here. */
const atMost = (maxRequestBytes: number) => ({ maxRequestBytes }) as ReceiveOptions

async function countOf(parts: AsyncIterable<unknown>): Promise<number> {
  let count = 0
  for await (const _part of parts) count++
  return count
}

test('9 61 a request has a bound on its parts, which cost memory however small they are', async () => {
  const thousand = '--b\r\n\r\n\r\n'.repeat(1000)
  const allowed = Array.from({ length: maxParts / 1000 }, () => thousand)
  expect(await countOf(receivedParts(request([...allowed, '--b--']), atMost(1024 ** 3)))).toBe(maxParts)
  await expect(countOf(receivedParts(request([...allowed, '--b\r\n\r\n\r\n--b--']), atMost(1024 ** 3)))).rejects.toMatchObject({ kind: { status: 413 } })
})

test('9 what is announced as too long is refused before a byte of it is read', () => {
  expect(() => receivedParts(request([], { 'content-length': '11' }), atMost(10))).toThrow(expect.objectContaining({ kind: expect.objectContaining({ status: 413 }) as unknown }) as Error)
})
