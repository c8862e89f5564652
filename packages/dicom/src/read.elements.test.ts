/** What stands in a data set: sequences, values and encapsulated Pixel Data, as senders really write them. */
import { describe, expect, test } from 'vitest'
import type { DataSet } from './data-set.ts'
import { InstanceReader, readInstance } from './read.ts'
import {
  bigEndian, explicit, explicitFile, fileHead, implicit, implicitFile, item, itemDelimiter, join, openItem, sequenceDelimiter, tagBytes, u16, u32,
  undefinedLength,
} from './raw-object.fixture.ts'
import type { ReadWarningCode } from './read-error.ts'
import { anImage, codes, PatientID, PixelData, ReferencedSeriesSequence, refusal, Rows } from './read.fixture.ts'

describe('a sequence', () => {
  const nested = (content: Uint8Array): Uint8Array => join(explicit(ReferencedSeriesSequence, 'SQ', [], undefinedLength), content, sequenceDelimiter, explicit(PatientID, 'LO', 'ID'))
  const inItem = explicit(0x0020_000e, 'UI', '1.2.3\0')
  const uidsOf = (dataSet: DataSet): (string | undefined)[] => dataSet.items('ReferencedSeriesSequence').map((one) => one.string('SeriesInstanceUID'))

  test.each([
    ['of defined lengths', explicit(ReferencedSeriesSequence, 'SQ', join(item(inItem), item(), item(inItem)))],
    ['of undefined length with defined items', join(explicit(ReferencedSeriesSequence, 'SQ', [], undefinedLength), item(inItem), item(), item(inItem), sequenceDelimiter)],
    ['of defined length with undefined items', explicit(ReferencedSeriesSequence, 'SQ', join(openItem(inItem), openItem(), openItem(inItem)))],
    ['of undefined lengths', join(explicit(ReferencedSeriesSequence, 'SQ', [], undefinedLength), openItem(inItem), openItem(), openItem(inItem), sequenceDelimiter)],
  ])('%s has its items, empty ones too', async (_name, sequence) => {
    const instance = await readInstance(explicitFile(sequence, explicit(PatientID, 'LO', 'ID')))
    expect(uidsOf(instance.dataSet)).toEqual(['1.2.3', undefined, '1.2.3'])
    expect(instance.dataSet.string('PatientID')).toBe('ID')
    expect(instance.warnings).toEqual([])
  })

  test('without items is there, with none', async () => {
    const { dataSet } = await readInstance(explicitFile(explicit(ReferencedSeriesSequence, 'SQ'), explicit(0x0008_1140, 'SQ', [], undefinedLength), sequenceDelimiter))
    expect(dataSet.elements.map((element) => [element.vr, element.items?.length, element.length])).toEqual([['SQ', 0, 0], ['SQ', 0, 0]])
  })

  test('of undefined length is measured without its delimiter', async () => {
    const { dataSet } = await readInstance(explicitFile(nested(openItem(inItem))))
    expect(dataSet.get('ReferencedSeriesSequence')?.length).toBe(openItem(inItem).length)
  })

  test.each<[string, Uint8Array, ReadWarningCode]>([
    ['items whose delimiters are missing', nested(join(item(inItem, undefinedLength), item(inItem, undefinedLength))), 'missingDelimiter'],
    ['an item length that is too long', nested(join(item(inItem, inItem.length + 4), item(inItem, inItem.length + 100))), 'overrun'],
    ['an element longer than its item', nested(join(item(inItem, inItem.length - 2), item(inItem))), 'overrun'],
    ['a delimiter inside a sequence of defined length', join(explicit(ReferencedSeriesSequence, 'SQ', join(item(inItem), item(inItem), sequenceDelimiter)), explicit(PatientID, 'LO', 'ID')), 'strayDelimiter'],
    ['implicit elements in explicit items', nested(join(openItem(implicit(0x0020_000e, '1.2.3\0')), item(implicit(0x0020_000e, '1.2.3\0')))), 'mixedVR'],
  ])('is read in spite of %s', async (_name, dataSetBytes, warning) => {
    const instance = await readInstance(explicitFile(dataSetBytes))
    expect(uidsOf(instance.dataSet)).toEqual(['1.2.3', '1.2.3'])
    expect(instance.dataSet.string('PatientID')).toBe('ID')
    expect(codes(instance)).toEqual([warning])
  })

  test('that ends with the file is closed there', async () => {
    const open = join(explicit(ReferencedSeriesSequence, 'SQ', [], undefinedLength), item(inItem, undefinedLength))
    const instance = await readInstance(explicitFile(open))
    expect(uidsOf(instance.dataSet)).toEqual(['1.2.3'])
    expect(codes(instance)).toEqual(['missingDelimiter'])
    const short = await readInstance(explicitFile(explicit(ReferencedSeriesSequence, 'SQ', item(inItem), 100)))
    expect(uidsOf(short.dataSet)).toEqual(['1.2.3'])
    expect(codes(short)).toEqual(['shortSequence'])
  })

  test('sent as UN of undefined length is Implicit VR inside (PS3.5 §6.2.2)', async () => {
    const content = openItem(implicit(0x0020_000e, '1.2.3\0'))
    const instance = await readInstance(explicitFile(explicit(ReferencedSeriesSequence, 'UN', [], undefinedLength), content, sequenceDelimiter, explicit(PatientID, 'LO', 'ID')))
    expect(uidsOf(instance.dataSet)).toEqual(['1.2.3'])
    expect(instance.dataSet.get('ReferencedSeriesSequence')?.vr).toBe('SQ')
    expect(instance.dataSet.string('PatientID')).toBe('ID')
    expect(instance.warnings).toEqual([])
  })

  test('sent as UN is little endian inside, also in a big endian data set', async () => {
    const sequence = join(bigEndian(ReferencedSeriesSequence, 'UN').subarray(0, 8), u32(undefinedLength), item(implicit(Rows, u16(258))), sequenceDelimiter)
    const { dataSet } = await readInstance(join(fileHead('1.2.840.10008.1.2.2'), bigEndian(0x0008_0005, 'CS', 'ISO_IR 100'), sequence, bigEndian(Rows, 'US', [1, 2])))
    expect(dataSet.items('ReferencedSeriesSequence')[0]?.number('Rows')).toBe(258)
    expect(dataSet.number('Rows')).toBe(258)
  })

  test('sent as private UN of undefined length is a sequence, too', async () => {
    const { dataSet } = await readInstance(explicitFile(explicit(0x0029_1010, 'UN', [], undefinedLength), openItem(implicit(PatientID, 'ID')), sequenceDelimiter))
    expect(dataSet.items(0x0029_1010)[0]?.string('PatientID')).toBe('ID')
  })

  test('sent as UN of defined length is a sequence when the dictionary says so and an item follows', async () => {
    const { dataSet } = await readInstance(explicitFile(
      explicit(ReferencedSeriesSequence, 'UN', item(implicit(0x0020_000e, '1.2.3\0'))), explicit(0x0008_1140, 'UN', 'no item here'), explicit(0x0029_1010, 'UN', item(implicit(PatientID, 'ID'))),
    ))
    expect(uidsOf(dataSet)).toEqual(['1.2.3'])
    expect(dataSet.elements.map((element) => element.vr)).toEqual(['SQ', 'UN', 'UN'])
  })

  test('sent as UN, but explicit inside as some senders do, is read so', async () => {
    const instance = await readInstance(explicitFile(explicit(ReferencedSeriesSequence, 'UN', [], undefinedLength), openItem(inItem), sequenceDelimiter))
    expect(uidsOf(instance.dataSet)).toEqual(['1.2.3'])
    expect(codes(instance)).toEqual(['mixedVR'])
  })

  test('may be a private one in Implicit VR, told by its undefined length', async () => {
    const { dataSet } = await readInstance(implicitFile(implicit(0x0029_1010, [], undefinedLength), openItem(implicit(PatientID, 'ID')), sequenceDelimiter))
    expect(dataSet.items(0x0029_1010)[0]?.string('PatientID')).toBe('ID')
  })

  test('may be nested as deep as the limit, and no deeper', async () => {
    const deep = (depth: number): Uint8Array => {
      const open = join(explicit(ReferencedSeriesSequence, 'SQ', [], undefinedLength), item([], undefinedLength))
      const close = join(itemDelimiter, sequenceDelimiter)
      const repeated = (bytes: Uint8Array): Buffer => Buffer.alloc(depth * bytes.length, bytes)
      return explicitFile(repeated(open), repeated(close))
    }
    expect((await readInstance(deep(64))).warnings).toEqual([])
    expect(await refusal(deep(65))).toMatchObject({ code: 'tooDeep' })
    expect(await refusal(deep(100_000))).toMatchObject({ code: 'tooDeep' })
  })
})

describe('a value', () => {
  test('longer than is kept is located only', async () => {
    const bytes = explicitFile(explicit(0x0008_0005, 'CS', 'ISO_IR 100'), explicit(0x0042_0011, 'OB', new Uint8Array(1001).fill(7)), explicit(PatientID + 0x0100_0000, 'LO', 'x'))
    const { dataSet } = await readInstance(bytes, { limits: { maxKeptValueBytes: 1000 } })
    const element = dataSet.get('EncapsulatedDocument')
    expect(element).toMatchObject({ length: 1001, value: undefined })
    expect(bytes.subarray(element!.offset, element!.offset + 1001).every((byte) => byte === 7)).toBe(true)
  })

  test('of an Extended Offset Table is kept although it is longer', async () => {
    const { dataSet } = await readInstance(explicitFile(explicit(0x7fe0_0001, 'OV', new Uint8Array(80_000))))
    expect(dataSet.get('ExtendedOffsetTable')?.value).toHaveLength(80_000)
  })

  test('sent as UN has the VR of the dictionary, where it can be one', async () => {
    const { dataSet } = await readInstance(explicitFile(explicit(PatientID, 'UN', 'ID'), explicit(Rows, 'UN', u16(5)), explicit(0x0028_0011, 'UN', [1, 2, 3, 4, 5, 6, 7]), explicit(0x0029_1001, 'UN', 'x ')))
    expect(dataSet.elements.map((element) => element.vr)).toEqual(['LO', 'US', 'UN', 'UN'])
    expect(dataSet.number('Rows')).toBe(5)
  })

  test('of odd length is read as it stands', async () => {
    const instance = await readInstance(explicitFile(explicit(PatientID, 'LO', 'ODD'), explicit(Rows, 'US', u16(5))))
    expect(instance.dataSet.string('PatientID')).toBe('ODD')
    expect(instance.dataSet.number('Rows')).toBe(5)
    expect(codes(instance)).toEqual(['oddLength'])
  })

  test('with a VR that is none is UN, or what the dictionary says', async () => {
    const instance = await readInstance(explicitFile(
      explicit(0x0008_0005, 'CS', 'ISO_IR 100'), join(tagBytes(PatientID), 'ZZ', u16(2), 'ID'), join(tagBytes(0x0029_1001), 'QQ', u16(0), u32(2), 'ab'), join(tagBytes(0x0029_1002), '??', u16(2), 'ab'),
    ))
    expect(instance.dataSet.elements.map((element) => [element.vr, element.length])).toEqual([['CS', 10], ['LO', 2], ['UN', 2], ['UN', 2]])
    expect(codes(instance)).toEqual(['unknownVR'])
  })

  test('keeps no reference to the chunks it came in', async () => {
    const reader = new InstanceReader()
    const chunk = anImage.slice()
    await reader.write(chunk)
    chunk.fill(0xff)
    const instance = await reader.end()
    expect(instance.dataSet.string('PatientName')).toBe('Doe^Jane')
  })

  test('of undefined length is refused where it cannot be', async () => {
    expect(await refusal(explicitFile(explicit(0x0040_a160, 'UT', [], undefinedLength), new Uint8Array(20)))).toMatchObject({ code: 'badLength', tag: 0x0040_a160 })
  })

  test('lacks the byte that makes it even: nothing of sense is missing', async () => {
    for (const bytes of [explicitFile(explicit(PatientID, 'LO', 'ODD', 4)), explicitFile(explicit(PixelData, 'OB', new Uint8Array(99_999), 100_000))]) {
      const instance = await readInstance(bytes)
      const last = instance.dataSet.elements.at(-1)!
      expect(last.offset + last.length).toBe(bytes.length)
      expect(codes(instance)).toEqual(['missingByte'])
    }
  })
})

describe('encapsulated Pixel Data', () => {
  const jpeg = Uint8Array.of(0xff, 0xd8, 0xff, 0xe0, ...new Array<number>(20).fill(1), 0xff, 0xd9)
  const jpegFile = (...parts: Uint8Array[]): Uint8Array => join(fileHead('1.2.840.10008.1.2.4.50'), explicit(0x0028_0008, 'IS', '2 '), explicit(PixelData, 'OB', [], undefinedLength), ...parts)

  test('has its offset table, and the place, head and tail of each fragment', async () => {
    const bytes = jpegFile(item(join(u32(0), u32(jpeg.length + 8))), item(jpeg), item(jpeg), sequenceDelimiter)
    const { dataSet } = await readInstance(bytes)
    const fragments = dataSet.get('PixelData')!.fragments!
    expect([...fragments.basicOffsets]).toEqual([0, jpeg.length + 8])
    expect([...fragments.lengths]).toEqual([jpeg.length, jpeg.length])
    for (const [index, offset] of fragments.offsets.entries()) {
      expect(bytes.slice(offset, offset + jpeg.length)).toEqual(jpeg)
      expect(fragments.heads.slice(index * 16, index * 16 + 16)).toEqual(jpeg.slice(0, 16))
      expect(fragments.tails.slice(index * 8, index * 8 + 8)).toEqual(jpeg.slice(-8))
    }
  })

  test('shows short fragments with zeros behind them', async () => {
    const { dataSet } = await readInstance(jpegFile(item(), item([1, 2, 3, 4]), item(), item(Uint8Array.from({ length: 10 }, (_, at) => at)), sequenceDelimiter))
    const { heads, tails, lengths } = dataSet.get('PixelData')!.fragments!
    expect([...lengths]).toEqual([4, 0, 10])
    expect(Array.from(heads.slice(0, 16))).toEqual([1, 2, 3, 4, ...new Array<number>(12).fill(0)])
    expect(Array.from(tails.slice(0, 8))).toEqual([1, 2, 3, 4, 0, 0, 0, 0])
    expect(Array.from(tails.slice(16, 24))).toEqual([2, 3, 4, 5, 6, 7, 8, 9])
  })

  test('is measured without its delimiter', async () => {
    const { dataSet } = await readInstance(jpegFile(item(), item(jpeg), sequenceDelimiter))
    expect(dataSet.get('PixelData')?.length).toBe(8 + 8 + jpeg.length)
  })

  test.each<[string, Uint8Array[], ReadWarningCode]>([
    ['no offset table at all', [item(jpeg), item(jpeg), sequenceDelimiter], 'missingOffsetTable'],
    ['no delimiter at the end', [item(), item(jpeg), item(jpeg)], 'missingDelimiter'],
    ['trailing padding in place of the delimiter', [item(), item(jpeg), item(jpeg), explicit(0xfffc_fffc, 'OB', new Uint8Array(4))], 'missingDelimiter'],
  ])('is read with %s', async (_name, parts, warning) => {
    const instance = await readInstance(jpegFile(...parts))
    expect(instance.dataSet.get('PixelData')?.fragments?.offsets).toHaveLength(2)
    expect(codes(instance)).toEqual([warning])
  })

  test('may be followed by elements', async () => {
    const { dataSet } = await readInstance(jpegFile(item(), item(jpeg), sequenceDelimiter, explicit(0xfffa_fffa, 'SQ')))
    expect(dataSet.get('DigitalSignaturesSequence')?.items).toEqual([])
  })

  test('is refused when something else stands between its fragments', async () => {
    expect(await refusal(jpegFile(item(), item(jpeg), explicit(PatientID, 'LO', 'ID')))).toMatchObject({ code: 'badStructure' })
    expect(await refusal(jpegFile(item(), item(jpeg, undefinedLength)))).toMatchObject({ code: 'badLength' })
  })

  test('may stand in an item, and be UN or implicit', async () => {
    const icon = join(explicit(0x0088_0200, 'SQ', [], undefinedLength), openItem(join(explicit(PixelData, 'UN', [], undefinedLength), item(), item(jpeg), sequenceDelimiter)), sequenceDelimiter)
    const { dataSet } = await readInstance(explicitFile(icon))
    expect(dataSet.items('IconImageSequence')[0]?.get('PixelData')).toMatchObject({ vr: 'OB', fragments: { lengths: Float64Array.of(jpeg.length) } })
  })
})
