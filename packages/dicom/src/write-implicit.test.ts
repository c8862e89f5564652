import { ExplicitVRLittleEndian, formatTag, ImplicitVRLittleEndian, InstanceReader, isGroupLength, type DataSet } from './index.ts'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { implicitVR, NotExplicit } from './write-implicit.ts'

const undefinedLength = 0xffff_ffff
const longForm = new Set(['OB', 'OW', 'SQ', 'UN', 'UT', 'UC'])

const tagBytes = (tag: number): Buffer => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt16LE(tag >>> 16, 0)
  bytes.writeUInt16LE(tag & 0xffff, 2)
  return bytes
}
const uint32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return bytes
}
const uint16 = (value: number): Buffer => {
  const bytes = Buffer.alloc(2)
  bytes.writeUInt16LE(value)
  return bytes
}
const explicit = (tag: number, vr: string, length: number, value: Uint8Array): Buffer =>
  Buffer.concat([tagBytes(tag), Buffer.from(vr), ...(longForm.has(vr) ? [Buffer.alloc(2), uint32(length)] : [uint16(length)]), value])
const implicit = (tag: number, length: number, value: Uint8Array): Buffer => Buffer.concat([tagBytes(tag), uint32(length), value])
const itemDelimiter = implicit(0xfffe_e00d, 0, Buffer.alloc(0))
const sequenceDelimiter = implicit(0xfffe_e0dd, 0, Buffer.alloc(0))

/** An item, or a sequence's items, between a header that says how long they are and one that does not. */
const item = (elements: Uint8Array, isDefined: boolean): Buffer => isDefined
  ? implicit(0xfffe_e000, elements.length, elements)
  : Buffer.concat([implicit(0xfffe_e000, undefinedLength, elements), itemDelimiter])

type Written = (isImplicit: boolean) => Buffer
interface Element { readonly tag: number; readonly written: Written }

const evenBytes = fc.uint8Array({ maxLength: 12 }).map((bytes) => Buffer.from(bytes.length % 2 === 0 ? bytes : bytes.subarray(1)))
const valued = (tag: number, vr: string) => evenBytes.map((value): Element =>
  ({ tag, written: (isImplicit) => (isImplicit ? implicit(tag, value.length, value) : explicit(tag, vr, value.length, value)) }))
const groupLength = (tag: number) => fc.constant<Element>({ tag, written: (isImplicit) => (isImplicit ? implicit(tag, 4, uint32(2)) : explicit(tag, 'UL', 4, uint32(2))) })

function sequence(tag: number, items: fc.Arbitrary<readonly Element[]>): fc.Arbitrary<Element> {
  return fc.record({ items: fc.array(fc.tuple(items, fc.boolean()), { maxLength: 3 }), isDefined: fc.boolean(), isUnknown: fc.boolean() }).map(({ items: all, isDefined, isUnknown }) => ({
    tag,
    written: (isImplicit) => {
      // What stands in a UN of undefined length is Implicit VR (PS3.5 §6.2.2).
      const isInner = isImplicit || isUnknown
      const content = Buffer.concat(all.map(([elements, isItemDefined]) => item(dataSetOf(elements, isInner), isItemDefined)))
      const hasLength = isDefined && !isUnknown
      const length = hasLength ? content.length : undefinedLength
      const value = hasLength ? content : Buffer.concat([content, sequenceDelimiter])
      return isImplicit ? implicit(tag, length, value) : explicit(tag, isUnknown ? 'UN' : 'SQ', length, value)
    },
  }))
}

const dataSetOf = (elements: readonly Element[], isImplicit: boolean): Buffer =>
  Buffer.concat(elements.toSorted((one, other) => one.tag - other.tag).map(({ written }) => written(isImplicit)))

const elements: fc.Arbitrary<readonly Element[]> = fc.letrec<{ elements: readonly Element[] }>((tie) => ({
  elements: fc.uniqueArray(fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    groupLength(0x0008_0000), groupLength(0x0028_0000),
    valued(0x0008_0060, 'CS'), valued(0x0010_0010, 'PN'), valued(0x0020_0013, 'IS'), valued(0x0028_0010, 'US'), valued(0x0040_a160, 'UT'), valued(0x0028_0106, 'SS'),
    valued(0x0009_0010, 'LO'), valued(0x0009_1001, 'UN'), valued(0x0009_1002, 'DS'), valued(0x0018_9999, 'UN'), valued(0x7fe0_0010, 'OW'),
    sequence(0x0008_1140, tie('elements')), sequence(0x0009_1003, tie('elements')), sequence(0x0040_0275, tie('elements')),
  ), { selector: ({ tag }) => tag, maxLength: 6 }),
})).elements

async function* inPieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

async function rewritten(bytes: Uint8Array, pieceBytes = 7): Promise<Buffer> {
  const pieces: Uint8Array[] = []
  for await (const piece of implicitVR(inPieces(bytes, pieceBytes))) pieces.push(piece)
  return Buffer.concat(pieces)
}

async function read(bytes: Uint8Array, transferSyntaxUID: string): Promise<DataSet> {
  const reader = new InstanceReader({ transferSyntaxUID })
  await reader.write(bytes)
  return (await reader.end()).dataSet
}

/** Tags with their bytes or items; VRs aside, which Implicit VR does not tell of private elements, and group lengths, which go. */
const contentOf = (dataSet: DataSet): unknown => dataSet.elements.filter(({ tag }) => !isGroupLength(tag))
  .map(({ tag, items, value }) => [formatTag(tag), items ? items.map(contentOf) : Buffer.from(value ?? []).toString('hex')])

describe('a data set rewritten in Implicit VR', () => {
  test('reads as it did before, whatever its sequences and the pieces it came in', async () => {
    await fc.assert(fc.asyncProperty(elements, fc.integer({ min: 1, max: 40 }), async (given, pieceBytes) => {
      const before = dataSetOf(given, false)
      expect(contentOf(await read(await rewritten(before, pieceBytes), ImplicitVRLittleEndian))).toEqual(contentOf(await read(before, ExplicitVRLittleEndian)))
    }), { numRuns: 300 })
  })

  test.each([
    ['breaks off within a value', explicit(0x0010_0010, 'PN', 8, Buffer.from('Doe'))],
    ['breaks off within a header', Buffer.from([0x10, 0x00, 0x10])],
    ['breaks off within a sequence', explicit(0x0008_1140, 'SQ', undefinedLength, item(Buffer.alloc(0), true))],
    ['has frames in fragments', explicit(0x7fe0_0010, 'OB', undefinedLength, sequenceDelimiter)],
    ['has an element that reaches beyond its item', explicit(0x0008_1140, 'SQ', 20, Buffer.concat([implicit(0xfffe_e000, 12, Buffer.alloc(0)), explicit(0x0008_0060, 'CS', 8, Buffer.from('AAAAAAAA'))]))],
    ['has an item outside a sequence', item(Buffer.alloc(0), true)],
    ['is no Explicit VR', implicit(0x0008_0060, 2, Buffer.from('CT'))],
  ])('is refused where it %s', async (_what, bytes) => {
    await expect(rewritten(bytes)).rejects.toBeInstanceOf(NotExplicit)
  })
})
