import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { encodePdu } from './pdu-encode.ts'
import type { PresentationDataValue } from './pdu.ts'
import { PduStream, type StreamItem } from './pdu-stream.ts'

const limits = { maxPduBytes: 16_384, maxAssociatePduBytes: 65_536 }

/** Every item of bytes that come in these chunks. */
function itemsOf(chunks: readonly Uint8Array[], stream = new PduStream(limits)): StreamItem[] {
  const items: StreamItem[] = []
  for (const chunk of chunks) {
    stream.push(chunk)
    for (let item = stream.next(); item; item = stream.next()) items.push(item)
  }
  return items
}

function cut(bytes: Uint8Array, lengths: readonly number[]): Uint8Array[] {
  const chunks: Uint8Array[] = []
  let at = 0
  for (let index = 0; at < bytes.length; index++) {
    const length = lengths[index % lengths.length] ?? bytes.length
    chunks.push(bytes.subarray(at, at + length))
    at += length
  }
  return chunks
}

/** Pieces joined into values again; an empty fragment that ends nothing is not told of. */
function valuesOf(items: readonly StreamItem[]): { contextId: number; kind: string; bytes: string }[] {
  const values: { contextId: number; kind: string; bytes: string }[] = []
  let open = false
  for (const one of items) {
    if (one.item !== 'piece') continue
    const { contextId, kind, bytes, last } = one.piece
    const hex = Buffer.from(bytes).toString('hex')
    const value = values.at(-1)
    if (open && value) value.bytes += hex
    else values.push({ contextId, kind, bytes: hex })
    open = !last
  }
  return values
}

const value: fc.Arbitrary<PresentationDataValue> = fc.record({
  contextId: fc.constantFrom(1, 3, 255),
  kind: fc.constantFrom('command' as const, 'dataSet' as const),
  last: fc.constant(true),
  bytes: fc.uint8Array({ maxLength: 80 }),
})

describe('the stream of PDUs', () => {
  test('is the same in whatever chunks it comes', () => {
    fc.assert(fc.property(fc.array(fc.array(value, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 5 }), fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 8 }), (pdus, lengths) => {
      const bytes = Buffer.concat([...pdus.map((values) => encodePdu({ name: 'P-DATA-TF', values })), encodePdu({ name: 'A-RELEASE-RQ' })])
      const items = itemsOf(cut(bytes, lengths))
      expect(valuesOf(items)).toEqual(pdus.flat().map(({ contextId, kind, bytes: own }) => ({ contextId, kind, bytes: Buffer.from(own).toString('hex') })))
      expect(items.at(-1)).toEqual({ item: 'pdu', pdu: { name: 'A-RELEASE-RQ' } })
      expect(items.filter(({ item }) => item === 'dataPdu')).toHaveLength(pdus.length)
    }))
  })

  test('of any bytes ends, in items or in one error', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 500 }), fc.array(fc.integer({ min: 1, max: 100 }), { minLength: 1 }), (bytes, lengths) => {
      const invalid = itemsOf(cut(bytes, lengths)).filter(({ item }) => item === 'invalid')
      expect(invalid.length).toBeLessThanOrEqual(1)
    }), { numRuns: 2000 })
  })

  test('hands a value on as it comes, not copied', () => {
    const stream = new PduStream(limits)
    const pdu = encodePdu({ name: 'P-DATA-TF', values: [{ contextId: 1, kind: 'dataSet', last: true, bytes: Buffer.alloc(100, 7) }] })
    const first = pdu.subarray(0, 50)
    const items = itemsOf([first], stream)
    expect(items).toMatchObject([{ item: 'dataPdu' }, { item: 'piece', piece: { last: false, bytes: { length: 50 - 12 } } }])
    expect(items[1]).toMatchObject({ piece: { bytes: { buffer: first.buffer } } })
    expect(stream.insidePdu).toBe(true)
    expect(itemsOf([pdu.subarray(50)], stream)).toMatchObject([{ piece: { last: true, bytes: { length: 62 } } }])
    expect(stream.insidePdu).toBe(false)
  })

  test('tells of an empty last fragment, and of no other empty one', () => {
    const empty = (last: boolean): PresentationDataValue => ({ contextId: 1, kind: 'dataSet', last, bytes: Buffer.alloc(0) })
    expect(itemsOf([encodePdu({ name: 'P-DATA-TF', values: [empty(false), empty(true)] })])).toMatchObject([{ item: 'dataPdu' }, { item: 'piece', piece: { last: true, bytes: { length: 0 } } }])
  })

  const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex')
  test.each<[string, Buffer, number, RegExp]>([
    ['HTTP', Buffer.from('GET / HTTP/1.1\r\n\r\n'), 1, /no PDU has type 47H/],
    ['a TLS hello', hex('16 03 01 02 00'), 1, /no PDU has type 16H/],
    ['a type of 0', hex('00'), 1, /type 00H/],
    ['a P-DATA-TF of 4 GB', hex('04 00 ffffffff'), 6, /P-DATA-TF of 4294967295 bytes where 16384 were negotiated/],
    ['a request of 4 GB', hex('01 00 ffffffff'), 6, /A-ASSOCIATE-RQ of 4294967295 bytes/],
    ['a release request of 1 GB', hex('05 00 40000000'), 6, /A-RELEASE-RQ of 1073741824 bytes where it has 4/],
    ['an abort of no bytes', hex('07 00 00000000'), 6, /A-ABORT of 0 bytes where it has 4/],
    ['a P-DATA-TF without a value', hex('04 00 00000000'), 6, /without a value/],
    ['a value of length 0', hex('04 00 00000006 00000000 01 02'), 6, /value of length 0/],
    ['a value of length 1', hex('04 00 00000006 00000001 01 02'), 6, /value of length 1/],
    ['a value longer than its PDU', hex('04 00 00000008 00000005 01 02 aabb'), 6, /value of 3 bytes where 2 are left/],
    ['a value of 4 GB', hex('04 00 00000008 ffffffff 01 02 aabb'), 6, /value of 4294967293 bytes/],
    ['a rest too short for a value', hex('04 00 0000000a 00000002 01 00 00000000'), 6, /4 bytes are left of a P-DATA-TF/],
  ])('refuses %s', (_, bytes, reason, message) => {
    const one = itemsOf(cut(bytes, [1])).at(-1)
    expect(one).toMatchObject({ item: 'invalid', error: { reason } })
    expect(one?.item === 'invalid' ? one.error.message : '').toMatch(message)
    const whole = itemsOf([bytes]).at(-1)
    expect(whole).toMatchObject({ item: 'invalid', error: { reason } })
  })

  test('says nothing more after what is no PDU', () => {
    const stream = new PduStream(limits)
    itemsOf([hex('ff')], stream)
    expect(itemsOf([encodePdu({ name: 'A-RELEASE-RQ' })], stream)).toEqual([])
  })

  test('takes memory for a request as its bytes come, not as it declares', () => {
    const stream = new PduStream({ ...limits, maxAssociatePduBytes: 2 ** 30 })
    const before = process.memoryUsage().arrayBuffers
    itemsOf([hex('01 00 3fffffff'), Buffer.alloc(1000)], stream)
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 ** 20)
  })
})
