import { deflateRawSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { DataSet } from './data-set.ts'
import { InstanceReader, type ParsedInstance, type ReadOptions } from './read.ts'
import { explicit, fileHead, implicit, item, join, openItem, sequenceDelimiter, u16, undefinedLength } from './raw-object.fixture.ts'
import { DicomReadError } from './read-error.ts'

/** A data set as elements to come, in either VR encoding and with either kind of length. */
type Element =
  | { readonly kind: 'text'; readonly tag: number; readonly text: string }
  | { readonly kind: 'bytes'; readonly tag: number; readonly bytes: Uint8Array }
  | { readonly kind: 'sequence'; readonly tag: number; readonly items: readonly (readonly Element[])[]; readonly isOpen: boolean }

const { elements } = fc.letrec<{ elements: Element[] }>((tie) => ({
  elements: fc.array(fc.oneof(
    { maxDepth: 4, depthIdentifier: 'elements' },
    fc.record({ kind: fc.constant('text' as const), tag: fc.constantFrom(0x0008_0080, 0x0010_0020, 0x0029_0010), text: fc.string({ unit: 'grapheme-ascii', maxLength: 40 }) }),
    fc.record({ kind: fc.constant('bytes' as const), tag: fc.constantFrom(0x0042_0011, 0x0029_1010), bytes: fc.uint8Array({ maxLength: 300 }) }),
    fc.record({
      kind: fc.constant('sequence' as const), tag: fc.constantFrom(0x0008_1115, 0x0040_a730),
      items: fc.array(tie('elements'), { maxLength: 3, depthIdentifier: 'elements' }), isOpen: fc.boolean(),
    }),
  ), { maxLength: 5, depthIdentifier: 'elements' }),
}))

function encode(dataSet: readonly Element[], isExplicit: boolean): Uint8Array {
  return join(...dataSet.map((element) => {
    if (element.kind === 'text') return isExplicit ? explicit(element.tag, 'LO', element.text) : implicit(element.tag, element.text)
    if (element.kind === 'bytes') return isExplicit ? explicit(element.tag, 'OB', element.bytes) : implicit(element.tag, element.bytes)
    const items = element.items.map((content) => (element.isOpen ? openItem : item)(encode(content, isExplicit)))
    const value = element.isOpen ? join(...items, sequenceDelimiter) : join(...items)
    const length = element.isOpen ? undefinedLength : value.length
    return isExplicit ? explicit(element.tag, 'SQ', value, length) : implicit(element.tag, value, length)
  }))
}

const anObject = fc.record({
  dataSet: elements, isExplicit: fc.boolean(), ending: fc.constantFrom<'none' | 'native' | 'fragments'>('none', 'native', 'fragments'), isDeflated: fc.boolean(),
}).map(({ dataSet, isExplicit, ending, isDeflated }) => {
  // A first element that is evidence for its encoding, as every real object has one.
  const first = isExplicit ? explicit(0x0008_0005, 'CS', 'ISO_IR 192') : implicit(0x0008_0005, 'ISO_IR 192')
  const pixels = isExplicit ? explicit(0x7fe0_0010, 'OW', new Uint8Array(2000)) : implicit(0x7fe0_0010, new Uint8Array(2000))
  const fragments = join(
    isExplicit ? explicit(0x7fe0_0010, 'OB', [], undefinedLength) : implicit(0x7fe0_0010, [], undefinedLength),
    item(new Uint8Array(8)), item(Uint8Array.from({ length: 50 }, (_, at) => at)), item([1, 2, 3]), item(), sequenceDelimiter,
  )
  const body = join(first, encode(dataSet, isExplicit), { none: new Uint8Array(0), native: pixels, fragments }[ending])
  if (isExplicit && isDeflated) return join(fileHead('1.2.840.10008.1.2.1.99'), new Uint8Array(deflateRawSync(body)))
  return join(fileHead(isExplicit ? '1.2.840.10008.1.2.1' : '1.2.840.10008.1.2'), body)
})

const limits = { maxKeptValueBytes: 200, maxElements: 5000, maxKeptBytes: 1_000_000, maxInflatedBytes: 1_000_000 }

async function readIn(chunks: readonly Uint8Array[], options: ReadOptions = { limits }): Promise<ParsedInstance> {
  const reader = new InstanceReader(options)
  for (const chunk of chunks) {
    const scratch = chunk.slice()
    await reader.write(scratch)
    scratch.fill(0xee)
  }
  return reader.end()
}

/** Everything a reader tells, as data. */
function told({ dataSet, fileMeta, ...rest }: ParsedInstance): unknown {
  return { ...rest, fileMeta: fileMeta && described(fileMeta), dataSet: described(dataSet) }
}

function described(dataSet: DataSet): unknown {
  return dataSet.elements.map(({ tag, vr, offset, length, value, items, fragments }) => ({ tag, vr, offset, length, value, fragments, items: items?.map(described) }))
}

function cutAt(bytes: Uint8Array, places: readonly number[]): Uint8Array[] {
  const cuts = [0, ...[...places].map((place) => place % (bytes.length + 1)).sort((a, b) => a - b), bytes.length]
  return cuts.slice(1).map((cut, index) => bytes.subarray(cuts[index], cut))
}

describe('chunks', () => {
  test('may be cut anywhere: what is read is the same', async () => {
    await fc.assert(fc.asyncProperty(anObject, fc.array(fc.nat(), { maxLength: 20 }), async (bytes, places) => {
      expect(told(await readIn(cutAt(bytes, places)))).toEqual(told(await readIn([bytes])))
    }), { numRuns: 300 })
  })

  test('may be single bytes', async () => {
    await fc.assert(fc.asyncProperty(anObject, async (bytes) => {
      expect(told(await readIn(Array.from(bytes, (byte) => Uint8Array.of(byte))))).toEqual(told(await readIn([bytes])))
    }), { numRuns: 60 })
  })
})

describe('whatever was written', () => {
  test('is read: tags, values and items in order, without a warning of structure', async () => {
    const expected = (dataSet: readonly Element[]): unknown => dataSet.map((element) => {
      if (element.kind === 'sequence') return [element.tag, element.items.map(expected)]
      const bytes = element.kind === 'text' ? new TextEncoder().encode(element.text) : element.bytes
      return [element.tag, bytes.length > limits.maxKeptValueBytes ? bytes.length : bytes]
    })
    const found = (dataSet: DataSet): unknown => dataSet.elements.map(({ tag, value, length, items }) => [tag, items?.map(found) ?? value ?? length])
    await fc.assert(fc.asyncProperty(elements, fc.boolean(), async (dataSet, isExplicit) => {
      const instance = await readIn([join(fileHead(isExplicit ? '1.2.840.10008.1.2.1' : '1.2.840.10008.1.2'), isExplicit ? explicit(0x0008_0005, 'CS', 'ISO_IR 192') : implicit(0x0008_0005, 'ISO_IR 192'), encode(dataSet, isExplicit))])
      expect((found(instance.dataSet) as unknown[]).slice(1)).toEqual(expected(dataSet))
      expect(instance.warnings.filter((warning) => !['oddLength', 'tagOrder'].includes(warning.code))).toEqual([])
    }), { numRuns: 300 })
  })
})

describe('broken bytes', () => {
  const mutation = fc.oneof(
    fc.record({ kind: fc.constant('set' as const), at: fc.nat(), bytes: fc.uint8Array({ minLength: 1, maxLength: 8 }) }),
    fc.record({ kind: fc.constant('cut' as const), at: fc.nat(), bytes: fc.constant(new Uint8Array(0)) }),
    fc.record({ kind: fc.constant('insert' as const), at: fc.nat(), bytes: fc.uint8Array({ maxLength: 12 }) }),
    fc.record({ kind: fc.constant('set' as const), at: fc.nat(), bytes: fc.constantFrom(u16(0xffff), Uint8Array.of(0xff, 0xff, 0xff, 0xff), Uint8Array.of(0xfe, 0xff, 0x00, 0xe0), Uint8Array.of(0xfe, 0xff, 0xdd, 0xe0), Uint8Array.of(0x55, 0x4e)) }),
  )

  function mutated(bytes: Uint8Array, mutations: readonly { kind: 'set' | 'cut' | 'insert'; at: number; bytes: Uint8Array }[]): Uint8Array {
    let result = bytes
    for (const { kind, at, bytes: patch } of mutations) {
      const place = at % (result.length + 1)
      if (kind === 'cut') result = result.slice(0, place)
      else if (kind === 'insert') result = join(result.subarray(0, place), patch, result.subarray(place))
      else result = join(result.subarray(0, place), patch, result.subarray(place + patch.length)).slice(0, Math.max(result.length, place))
    }
    return result
  }

  test('are read or refused with DicomReadError, however they are cut, and alike', async () => {
    const outcome = (chunks: readonly Uint8Array[]): Promise<unknown> => readIn(chunks).then(told, (error: unknown) => {
      if (!(error instanceof DicomReadError)) throw error
      return error.code
    })
    await fc.assert(fc.asyncProperty(anObject, fc.array(mutation, { minLength: 1, maxLength: 6 }), fc.array(fc.nat(), { maxLength: 6 }), async (bytes, mutations, places) => {
      const broken = mutated(bytes, mutations)
      const whole = await outcome([broken])
      const inPieces = await outcome(cutAt(broken, places))
      // A broken deflate stream is noticed sooner or later, depending on the pieces; never read differently.
      if (typeof whole === 'string') expect(inPieces).toBeTypeOf('string')
      else expect(inPieces).toEqual(whole)
    }), { numRuns: 1500 })
  })

  test('of any kind are refused with DicomReadError, or read', async () => {
    await fc.assert(fc.asyncProperty(fc.uint8Array({ maxLength: 3000 }), fc.boolean(), async (bytes, hasHead) => {
      const outcome = await readIn([hasHead ? join(fileHead('1.2.840.10008.1.2.1'), bytes) : bytes]).catch((error: unknown) => error)
      if (outcome instanceof Error) expect(outcome).toBeInstanceOf(DicomReadError)
    }), { numRuns: 1500 })
  })
})
