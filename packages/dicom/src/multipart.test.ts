import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isBoundary, MultipartError, multipartBoundary, multipartEnd, partHeader, readMultipart } from './multipart.ts'

type Collected = { headers: Record<string, string>; body: Buffer }

async function* chunksOf(bytes: Uint8Array, sizes: number[]): AsyncGenerator<Uint8Array> {
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const size = Math.max(1, sizes[turn % sizes.length] ?? bytes.length)
    yield bytes.subarray(at, at + size)
    at += size
  }
}

async function collect(source: AsyncIterable<Uint8Array>, boundary: string, limits = {}, into: Collected[] = []): Promise<Collected[]> {
  for await (const part of readMultipart(source, boundary, limits)) {
    const chunks: Uint8Array[] = []
    for await (const chunk of part.body) chunks.push(chunk)
    into.push({ headers: Object.fromEntries(part.headers), body: Buffer.concat(chunks) })
  }
  return into
}

const read = (text: string | Buffer, sizes = [1 << 20], limits = {}, into: Collected[] = []) =>
  collect(chunksOf(typeof text === 'string' ? Buffer.from(text, 'latin1') : text, sizes), 'b', limits, into)

function written(bodies: Uint8Array[], boundary: string): Buffer {
  const pieces = bodies.flatMap((body, index) => [partHeader(boundary, { 'Content-Type': 'application/dicom' }, index === 0), body])
  return Buffer.concat([...pieces, multipartEnd(boundary)])
}

/** Content that comes near the delimiter as often as chance allows. */
const awkwardBytes = fc.array(fc.oneof(fc.constantFrom('\r', '\n', '\r\n', '-', '--', '\r\n--', '\r\n--b', '--b', 'b', '\0'), fc.string({ maxLength: 4 })), { maxLength: 30 })
  .map((pieces) => Buffer.from(pieces.join(''), 'utf8'))

describe('reading', () => {
  test('gives back what was written, wherever the chunks end', async () => {
    const boundary = multipartBoundary()
    await fc.assert(fc.asyncProperty(fc.array(awkwardBytes, { minLength: 1, maxLength: 5 }), fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1 }), async (bodies, sizes) => {
      const parts = await collect(chunksOf(written(bodies, boundary), sizes), boundary)
      expect(parts.map((part) => part.body.toString('hex'))).toEqual(bodies.map((body) => body.toString('hex')))
    }))
  })

  test('splits identically for every place one chunk border can have', async () => {
    const whole = Buffer.from('preamble\r\n--b\r\nA: 1\r\n\r\none\r\n--bc\r\n--b \t\r\n\r\n\r\n--\r\n--b--\r\nepilogue')
    const expected = await read(whole)
    expect(expected.map((part) => part.body.toString())).toEqual(['one\r\n--bc', '\r\n--'])
    for (let at = 1; at < whole.length; at++) expect(await read(whole, [at, whole.length])).toEqual(expected)
    expect(await read(whole, [1])).toEqual(expected)
  })

  test('does not take the boundary text inside content for a delimiter', async () => {
    const [part] = await read('--b\r\n\r\nx--b\r\nx\n--b\r\n--bytes\r\n--b-x\r\n--b--')
    expect(part?.body.toString()).toBe('x--b\r\nx\n--b\r\n--bytes\r\n--b-x')
  })

  test('header names come in lower case, folded lines as one, repeated fields joined', async () => {
    const [part] = await read('--b\r\nCONTENT-type: application/dicom;\r\n\t transfer-syntax=*\r\nX: 1\r\nx:2\r\n\r\n\r\n--b--')
    expect(part?.headers).toEqual({ 'content-type': 'application/dicom; transfer-syntax=*', x: '1, 2' })
  })

  test('an empty part may share its blank line with the delimiter', async () => {
    for (const sizes of [[100], [1]]) {
      const parts = await read('--b\r\nA: 1\r\n\r\n--b\r\n\r\n--b\r\n\r\n\r\n--b--', sizes)
      expect(parts.map((part) => part.body.length)).toEqual([0, 0, 0])
    }
  })

  test('a body of no parts is no error', async () => expect(await read('--b--')).toEqual([]))

  test('lines that end with LF alone are named', async () => {
    await expect(read('--b\nContent-Type: x\n\nabc\n--b--\n')).rejects.toMatchObject({ code: 'lineEnding' })
    await expect(read('--b\r\nContent-Type: x\n\nabc\r\n--b--\r\n')).rejects.toMatchObject({ code: 'lineEnding' })
    await expect(read('--b\r\n\r\nabc\r\n--b\nA: 1\r\n\r\n\r\n--b--')).rejects.toMatchObject({ code: 'lineEnding' })
  })

  test('a body that breaks off delivers the parts before it whole', async () => {
    const whole = '--b\r\nA: 1\r\n\r\none\r\n--b\r\nA: 2\r\n\r\ntwo\r\n--b--'
    for (let length = 30; length < whole.length; length++) {
      const parts: Collected[] = []
      await expect(read(whole.slice(0, length), [7], {}, parts)).rejects.toMatchObject({ code: 'truncated' })
      for (const [index, part] of parts.entries()) expect(part.body.toString()).toBe(['one', 'two'][index])
    }
  })

  test('other content than the boundary says so, and stops reading early', async () => {
    await expect(read('DICM')).rejects.toMatchObject({ code: 'noBoundary' })
    await expect(read('')).rejects.toMatchObject({ code: 'noBoundary' })
    let pulled = 0
    async function* endless(): AsyncGenerator<Uint8Array> {
      for (;;) yield Buffer.alloc(1024, pulled++)
    }
    await expect(collect(endless(), 'b')).rejects.toMatchObject({ code: 'noBoundary' })
    expect(pulled).toBeLessThan(70)
  })

  test('a header block, and the number of parts, is bounded', async () => {
    await expect(read(`--b\r\nA: ${'x'.repeat(20_000)}\r\n\r\n\r\n--b--`, [100])).rejects.toMatchObject({ code: 'headerTooLarge' })
    await expect(read(`--b\r\nA: ${'x'.repeat(20_000)}\r\n\r\n\r\n--b--`)).rejects.toMatchObject({ code: 'headerTooLarge' })
    await expect(read('--b\r\n\r\n\r\n--b\r\n\r\n\r\n--b--', [9], { maxParts: 1 })).rejects.toMatchObject({ code: 'tooManyParts' })
    await expect(read('--b\r\nno field\r\n\r\n\r\n--b--')).rejects.toMatchObject({ code: 'badHeader' })
  })

  test('10,000 parts arrive in order', async () => {
    const bodies = Array.from({ length: 10_000 }, (_, index) => Buffer.from(`part ${index}`))
    const parts = await collect(chunksOf(written(bodies, 'b'), [65_536]), 'b')
    expect(parts.length).toBe(10_000)
    expect(parts[9_999]?.body.toString()).toBe('part 9999')
  })

  test('content is passed on without a copy', async () => {
    const chunk = Buffer.concat([Buffer.alloc(100_000, 7), multipartEnd('b')])
    async function* source(): AsyncGenerator<Uint8Array> {
      yield Buffer.concat([partHeader('b', {}, true), Buffer.of(7)])
      yield chunk
    }
    for await (const part of readMultipart(source(), 'b')) {
      for await (const bytes of part.body) expect(bytes.length === 1 || bytes.buffer === chunk.buffer).toBe(true)
    }
  })

  test('reads no further than the consumer has asked', async () => {
    let pulled = 0
    async function* counted(): AsyncGenerator<Uint8Array> {
      yield partHeader('b', {}, true)
      for (;;) yield Buffer.alloc(1000, pulled++)
    }
    for await (const part of readMultipart(counted(), 'b')) {
      for await (const _ of part.body) if (pulled === 5) break
      break
    }
    expect(pulled).toBe(5)
  })

  test('a body not read is skipped, and a stale body gives nothing of the next part', async () => {
    const source = chunksOf(written([Buffer.from('one'), Buffer.from('two')], 'b'), [3])
    const parts = readMultipart(source, 'b')
    const first = (await parts.next()).value
    await parts.next()
    const stale: Uint8Array[] = []
    for await (const chunk of first?.body ?? []) stale.push(chunk)
    expect(stale).toEqual([])
    expect((await parts.next()).done).toBe(true)
  })

  test('any bytes at all end in parts or in a MultipartError', async () => {
    await fc.assert(fc.asyncProperty(awkwardBytes, fc.integer({ min: 1, max: 9 }), async (tail, size) => {
      const outcome = await read(Buffer.concat([Buffer.from('--b\r\n'), tail]), [size]).catch((error: unknown) => error)
      expect(Array.isArray(outcome) || outcome instanceof MultipartError).toBe(true)
    }))
  })
})

describe('writing', () => {
  test('a boundary needs no quotes and is never the same', () => {
    expect(multipartBoundary()).toMatch(/^[A-Za-z0-9-]{1,70}$/)
    expect(multipartBoundary()).not.toBe(multipartBoundary())
  })

  test('exactly one CRLF stands before each delimiter', () => {
    expect(written([Buffer.from('1'), Buffer.from('2')], 'b').toString()).toBe(
      '--b\r\nContent-Type: application/dicom\r\n\r\n1\r\n--b\r\nContent-Type: application/dicom\r\n\r\n2\r\n--b--\r\n')
  })

  test('a header value cannot begin another line', () => {
    expect(() => partHeader('b', { 'Content-Location': 'x\r\nA: 1' }, true)).toThrow(/Content-Location/)
  })

  test('boundaries are 1 to 70 bchars without a space at the end', () => {
    expect(['', 'a'.repeat(201), 'a ', 'ä', 'a"b'].map(isBoundary)).toEqual([false, false, false, false, false])
    // Of 73 is that of Orthanc.
    expect(['a'.repeat(70), 'a'.repeat(73), "0 '()+_,-./:=?"].map(isBoundary)).toEqual([true, true, true])
  })
})
