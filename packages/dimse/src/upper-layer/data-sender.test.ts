import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fragmentsOf, sendFragments, valueBytesFor, type DataLine } from './data-sender.ts'
import { PduStream, type DataPiece } from './pdu-stream.ts'

/** A line that keeps what is written, and the values of the PDUs on it. */
function aLine(): { line: DataLine; values: () => DataPiece[]; writes: () => number } {
  const written: Uint8Array[][] = []
  return {
    line: { write: (parts) => { written.push([...parts]) }, drained: () => undefined, assertOpen: () => undefined },
    values: () => valuesOf(Buffer.concat(written.flat())),
    writes: () => written.length,
  }
}
function valuesOf(bytes: Uint8Array): DataPiece[] {
  const stream = new PduStream({ maxPduBytes: 2 ** 30, maxAssociatePduBytes: 0 })
  stream.push(bytes)
  const pieces: DataPiece[] = []
  for (let item = stream.next(); item; item = stream.next()) if (item.item === 'piece') pieces.push(item.piece)
  expect(stream.insidePdu).toBe(false)
  return pieces
}
async function* asChunks(chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks
}
const valueBytes = fc.integer({ min: 1, max: 40 }).map((half) => 2 * half)
const chunks = fc.array(fc.uint8Array({ maxLength: 60 }), { maxLength: 90 })

describe('what is sent', () => {
  test('is the bytes given, in whatever chunks, in full fragments of which the last alone says so', async () => {
    await fc.assert(fc.asyncProperty(chunks, valueBytes, fc.boolean(), async (given, most, atOnce) => {
      const whole = Buffer.concat(given)
      const { line, values } = aLine()
      await sendFragments(line, { contextId: 5, kind: 'dataSet', valueBytes: most }, atOnce ? whole : asChunks(given))
      const sent = values()
      expect(Buffer.concat(sent.map(({ bytes }) => bytes)).equals(whole)).toBe(true)
      expect(sent).toHaveLength(Math.max(1, Math.ceil(whole.length / most)))
      for (const [index, piece] of sent.entries()) {
        const isLast = index === sent.length - 1
        expect(piece).toMatchObject({ contextId: 5, kind: 'dataSet', last: isLast })
        if (!isLast) expect(piece.bytes).toHaveLength(most)
      }
    }))
  })

  test('goes behind what was to be sent before it, in the same write', async () => {
    const stretch = { contextId: 1, valueBytes: 100 }
    const { line, values, writes } = aLine()
    await sendFragments(line, { ...stretch, kind: 'dataSet' }, asChunks([Buffer.from('data set')]), fragmentsOf({ ...stretch, kind: 'command' }, Buffer.from('command')))
    expect(writes()).toBe(1)
    expect(values().map(({ kind, bytes, last }) => [kind, Buffer.from(bytes).toString(), last])).toEqual([['command', 'command', true], ['dataSet', 'data set', true]])
  })

  test.each([[0, 16_384, 16_378], [16_384, 262_144, 16_378], [262_144, 16_384, 16_378], [8, 16_384, 2], [9, 16_384, 2], [4097, 16_384, 4090]])(
    'to a peer that takes %i by us who send up to %i has values of %i bytes', (peerMax, ownMax, expected) => {
      expect(valueBytesFor(peerMax, ownMax)).toBe(expected)
    },
  )
})
