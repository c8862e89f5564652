import { deflateRawSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import type { DataSet } from './data-set.ts'
import { InstanceReader, readInstance, type ParsedInstance, type ReadOptions } from './read.ts'
import {
  bigEndian, explicit, explicitFile, fileHead, implicit, implicitFile, item, itemDelimiter, join, openItem, sequenceDelimiter, tagBytes, u16, u32,
  undefinedLength,
} from './raw-object.fixture.ts'
import { DicomReadError, type ReadWarningCode } from './read-error.ts'

const PatientName = 0x0010_0010
const PatientID = 0x0010_0020
const Rows = 0x0028_0010
const ReferencedSeriesSequence = 0x0008_1115
const PixelData = 0x7fe0_0010

const anImage = explicitFile(
  explicit(0x0008_0005, 'CS', 'ISO_IR 192'), explicit(0x0008_0018, 'UI', '1.2.3\0'), explicit(PatientName, 'PN', 'Doe^Jane'), explicit(Rows, 'US', u16(2)),
  explicit(PixelData, 'OW', new Uint8Array(8)),
)

function codes(instance: ParsedInstance): ReadWarningCode[] {
  return [...new Set(instance.warnings.map((warning) => warning.code))]
}

function refusal(bytes: Uint8Array, options?: ReadOptions): Promise<unknown> {
  return readInstance(bytes, options).then(() => 'was read', (error: unknown) => error)
}

describe('a Part 10 file', () => {
  test('gives its File Meta Information, transfer syntax and data set', async () => {
    const instance = await readInstance(anImage)
    expect(instance).toMatchObject({
      transferSyntaxUID: '1.2.840.10008.1.2.1', hasPreamble: true, inflated: false, byteLength: anImage.length, dataSetOffset: fileHead('1.2.840.10008.1.2.1').length,
      warnings: [],
    })
    expect(instance.fileMeta?.string('TransferSyntaxUID')).toBe('1.2.840.10008.1.2.1')
    expect(instance.dataSet.string('SOPInstanceUID')).toBe('1.2.3')
    expect(instance.dataSet.string('PatientName')).toBe('Doe^Jane')
    expect(instance.dataSet.number('Rows')).toBe(2)
    expect(instance.dataSetByteLength).toBe(anImage.length - instance.dataSetOffset)
  })

  test('locates every value from the start of the file', async () => {
    const { dataSet } = await readInstance(anImage)
    for (const element of dataSet.elements) expect(element.value).toEqual(anImage.slice(element.offset, element.offset + element.length))
  })

  test('may be encoded in Implicit VR, and then has the VRs of the dictionary', async () => {
    const { dataSet } = await readInstance(implicitFile(
      implicit(PatientName, 'Doe^Jane'), implicit(Rows, u16(2)), implicit(0x0028_0106, u16(0)), implicit(0x0029_0010, 'VENDOR'), implicit(0x0029_1001, 'X'), implicit(PixelData, new Uint8Array(8)),
    ))
    expect(dataSet.elements.map((element) => element.vr)).toEqual(['PN', 'US', 'US', 'LO', 'UN', 'OW'])
  })

  test('takes the VR of pixel value attributes from Pixel Representation, also in items', async () => {
    const { dataSet } = await readInstance(implicitFile(
      implicit(0x0028_0103, u16(1)), implicit(0x0028_0106, u16(0xffff)), implicit(0x0040_9096, item(implicit(0x0040_9216, u16(0xfffe)))),
    ))
    expect(dataSet.number('SmallestImagePixelValue')).toBe(-1)
    expect(dataSet.items('RealWorldValueMappingSequence')[0]?.number('RealWorldValueFirstValueMapped')).toBe(-2)
  })

  test('may be in Explicit VR Big Endian', async () => {
    const { dataSet, transferSyntaxUID } = await readInstance(join(
      fileHead('1.2.840.10008.1.2.2'), bigEndian(PatientName, 'PN', 'Doe^Jane'), bigEndian(Rows, 'US', [1, 2]), bigEndian(PixelData, 'OW', [0, 1, 0, 2]),
    ))
    expect(transferSyntaxUID).toBe('1.2.840.10008.1.2.2')
    expect(dataSet.number('Rows')).toBe(258)
    expect(dataSet.get('PixelData')?.value).toEqual(Uint8Array.of(0, 1, 0, 2))
  })

  test('of a private transfer syntax is read as Explicit VR Little Endian', async () => {
    const instance = await readInstance(join(fileHead('1.2.3.4'), explicit(PatientID, 'LO', 'ID')))
    expect(instance.dataSet.string('PatientID')).toBe('ID')
    expect(codes(instance)).toEqual(['transferSyntaxUnknown'])
  })

  test('of a private transfer syntax keeps it, whatever its attributes are encoded in: how its pixels lie nobody else knows', async () => {
    const instance = await readInstance(join(fileHead('1.2.3.4'), implicit(0x0008_0005, 'ISO_IR 100'), implicit(PatientID, 'ID'), implicit(PixelData, new Uint8Array(8))))
    expect(instance.dataSet.string('PatientID')).toBe('ID')
    expect(instance.transferSyntaxUID).toBe('1.2.3.4')
    expect(codes(instance)).toEqual(['transferSyntaxUnknown', 'transferSyntaxMismatch'])
  })

  test('without a data set is an empty one', async () => {
    expect((await readInstance(fileHead('1.2.840.10008.1.2.1'))).dataSet.elements).toEqual([])
  })
})

describe('a deflated data set', () => {
  const dataSet = join(explicit(PatientName, 'PN', 'Doe^Jane'), explicit(PixelData, 'OW', new Uint8Array(200_000)))
  const head = fileHead('1.2.840.10008.1.2.1.99')
  const file = join(head, new Uint8Array(deflateRawSync(dataSet)))

  test('is inflated, with offsets as if it had been so from the start', async () => {
    const instance = await readInstance(file)
    expect(instance).toMatchObject({ inflated: true, byteLength: file.length, dataSetByteLength: dataSet.length })
    expect(instance.dataSet.string('PatientName')).toBe('Doe^Jane')
    expect(instance.dataSet.get('PixelData')).toMatchObject({ offset: head.length + dataSet.length - 200_000, length: 200_000 })
  })

  test('hands on its inflated bytes, and waits for who takes them', async () => {
    const taken: Uint8Array[] = []
    let isTaking = false
    await readInstance(file, {
      async onInflated(chunk) {
        expect(isTaking).toBe(false)
        isTaking = true
        await new Promise((resolve) => { setTimeout(resolve, 1) })
        taken.push(chunk.slice())
        isTaking = false
      },
    })
    expect(new Uint8Array(Buffer.concat(taken))).toEqual(dataSet)
  })

  test('may have a padding byte behind it, in whatever chunk it comes', async () => {
    for (const split of [file.length - 1, file.length, file.length + 1]) {
      const padded = join(file, [0])
      const reader = new InstanceReader()
      await reader.write(padded.subarray(0, split))
      await reader.write(padded.subarray(split))
      expect((await reader.end()).dataSetByteLength).toBe(dataSet.length)
    }
  })

  test('that ends too early is truncated', async () => {
    expect(await refusal(file.subarray(0, file.length - 20))).toMatchObject({ code: 'truncated' })
  })

  test('that is no deflate stream is refused', async () => {
    expect(await refusal(join(head, new Uint8Array(100).fill(0xff)))).toMatchObject({ code: 'inflate' })
  })

  test('may not become more than the limit, whatever it is when deflated', async () => {
    const bomb = join(head, new Uint8Array(deflateRawSync(join(explicit(PixelData, 'OW', [], 0xffff_fff0), new Uint8Array(30_000_000)))))
    expect(bomb.length).toBeLessThan(50_000)
    expect(await refusal(bomb, { limits: { maxInflatedBytes: 1_000_000 } })).toMatchObject({ code: 'tooLarge' })
  })

  test('refuses further bytes after it failed', async () => {
    const reader = new InstanceReader({ limits: { maxInflatedBytes: 1000 } })
    await expect((async () => { await reader.write(file) })()).rejects.toMatchObject({ code: 'tooLarge' })
    expect(() => reader.write(file)).toThrow(DicomReadError)
    expect(() => reader.end()).toThrow(DicomReadError)
  })
})

describe('an object without the proper beginning', () => {
  const elements = [explicit(0x0008_0005, 'CS', 'ISO_IR 100'), explicit(0x0008_0016, 'UI', '1.2.840.10008.5.1.4.1.1.7\0'), explicit(PatientID, 'LO', 'ID')]

  test('is read when its bytes speak for a plain encoding', async () => {
    const implicitOnes = join(implicit(0x0008_0005, 'ISO_IR 100'), implicit(0x0008_0016, '1.2.840.10008.5.1.4.1.1.7\0'), implicit(PatientID, 'ID'))
    const bigEndianOnes = join(bigEndian(0x0008_0005, 'CS', 'ISO_IR 100'), bigEndian(0x0008_0016, 'UI', '1.2.840.10008.5.1.4.1.1.7\0'), bigEndian(PatientID, 'LO', 'ID'))
    for (const [bytes, uid] of [[join(...elements), '1.2.840.10008.1.2.1'], [implicitOnes, '1.2.840.10008.1.2'], [bigEndianOnes, '1.2.840.10008.1.2.2']] as const) {
      const instance = await readInstance(bytes)
      expect(instance).toMatchObject({ transferSyntaxUID: uid, hasPreamble: false, fileMeta: undefined, dataSetOffset: 0 })
      expect(instance.dataSet.string('PatientID')).toBe('ID')
      expect(codes(instance)).toEqual(['noPreamble', 'noFileMeta'])
    }
  })

  test('is read when the preamble, or preamble and prefix, are missing', async () => {
    for (const start of [128, 132]) {
      const instance = await readInstance(anImage.subarray(start))
      expect(instance.dataSet.string('PatientName')).toBe('Doe^Jane')
      expect(codes(instance)).toEqual(['noPreamble'])
    }
  })

  test('is read when the File Meta Information has no transfer syntax', async () => {
    const instance = await readInstance(join(new Uint8Array(128), 'DICM', explicit(0x0002_0012, 'UI', '1.2.3\0'), ...elements))
    expect(instance.transferSyntaxUID).toBe('1.2.840.10008.1.2.1')
    expect(codes(instance)).toEqual(['noFileMeta'])
  })

  test.each(['Explicit', '1.2.3\r\nX: 1', '1.2.\0.3', '9'.repeat(65)])('never gives the transfer syntax a name that is no UID: %j', async (uid) => {
    const instance = await readInstance(join(fileHead(uid), ...elements))
    expect(instance.transferSyntaxUID).toBe('1.2.840.10008.1.2.1')
    expect(instance.dataSet.string('PatientID')).toBe('ID')
    expect(codes(instance)).toContain('transferSyntaxUnknown')
  })

  test('may have the prefix by chance, in the text of a bare data set', async () => {
    const before = join(explicit(0x0008_0005, 'CS', 'ISO_IR 100'), explicit(0x0008_0070, 'LO', 'x'.repeat(94)))
    const bytes = join(before, explicit(0x0008_1010, 'SH', 'DICM-1'), explicit(PatientID, 'LO', 'ID'))
    expect(Buffer.from(bytes).indexOf('DICM')).toBe(128)
    expect((await readInstance(bytes)).dataSet.string('PatientID')).toBe('ID')
  })

  test('is read as DIMSE carries it when the transfer syntax is given', async () => {
    const instance = await readInstance(join(...elements), { transferSyntaxUID: '1.2.840.10008.1.2.1' })
    expect(instance.dataSet.string('PatientID')).toBe('ID')
    expect(instance.warnings).toEqual([])
  })

  test('is refused when nothing speaks for DICOM', async () => {
    for (const bytes of [new Uint8Array(0), new Uint8Array(5), new Uint8Array(4096), new TextEncoder().encode('GET / HTTP/1.1\r\nHost: example.org\r\n\r\n'.repeat(9))]) {
      expect(await refusal(bytes)).toMatchObject({ code: 'notDicom' })
    }
  })

  test('declares one encoding and has another: its bytes are believed', async () => {
    const instance = await readInstance(join(fileHead('1.2.840.10008.1.2.1'), implicit(0x0008_0005, 'ISO_IR 100'), implicit(PatientID, 'ID')))
    expect(instance.dataSet.string('PatientID')).toBe('ID')
    expect(instance.transferSyntaxUID).toBe('1.2.840.10008.1.2')
    expect(codes(instance)).toEqual(['transferSyntaxMismatch'])
  })

  test('declares a compressed transfer syntax and has native pixels: it is what an uncompressed object is', async () => {
    for (const [write, uid] of [[explicit, '1.2.840.10008.1.2.1'], [(tag: number, _vr: string, value: string | Uint8Array) => implicit(tag, value), '1.2.840.10008.1.2']] as const) {
      const instance = await readInstance(join(fileHead('1.2.840.10008.1.2.4.70'), write(0x0008_0005, 'CS', 'ISO_IR 100'), write(PatientID, 'LO', 'ID'), write(PixelData, 'OW', new Uint8Array(8))))
      expect([instance.transferSyntaxUID, codes(instance)]).toEqual([uid, ['transferSyntaxMismatch']])
    }
  })
})

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

describe('an object that ends too early', () => {
  test.each<[string, Uint8Array]>([
    ['inside Pixel Data', explicitFile(explicit(PixelData, 'OW', new Uint8Array(99_000), 100_000))],
    ['inside a kept value', explicitFile(explicit(PatientID, 'LO', 'ID', 12))],
    ['inside a header behind which more is due', explicitFile(explicit(PixelData, 'OW').subarray(0, 10))],
    ['inside an item', explicitFile(explicit(ReferencedSeriesSequence, 'SQ', item(explicit(PatientID, 'LO', 'ID', 12)), 100))],
    ['inside a fragment', explicitFile(explicit(PixelData, 'OB', [], undefinedLength), item(), item(new Uint8Array(10), 20))],
    ['inside an item header', explicitFile(explicit(PixelData, 'OB', [], undefinedLength), item(), item().subarray(0, 3))],
  ])('%s is truncated', async (_name, bytes) => {
    expect(await refusal(bytes)).toMatchObject({ code: 'truncated' })
  })

  test('never answers with what is not there: every cut of an object gives a shorter one, or none', async () => {
    const file = explicitFile(
      explicit(PatientID, 'LO', 'ID'), explicit(ReferencedSeriesSequence, 'SQ', item(explicit(PatientName, 'PN', 'A^B '))), explicit(PixelData, 'OW', new Uint8Array(64)),
    )
    for (let length = 0; length < file.length; length++) {
      const outcome = await readInstance(file.subarray(0, length)).catch((error: unknown) => error)
      if (outcome instanceof DicomReadError) continue
      for (const element of (outcome as ParsedInstance).dataSet.elements) expect(element.offset + (element.items ? 0 : element.length)).toBeLessThanOrEqual(length)
    }
  })
})

describe('what stands behind the last element', () => {
  test('may be Data Set Trailing Padding, which is an element', async () => {
    const instance = await readInstance(explicitFile(explicit(PatientID, 'LO', 'ID'), explicit(0xfffc_fffc, 'OB', new Uint8Array(100))))
    expect(instance.dataSet.elements).toHaveLength(2)
    expect(instance.warnings).toEqual([])
  })

  test.each([[1], [7], [8], [2000]])('may be %i zeros', async (count) => {
    const instance = await readInstance(explicitFile(explicit(PatientID, 'LO', 'ID'), new Uint8Array(count)))
    expect(instance.dataSet.elements).toHaveLength(1)
    expect(codes(instance)).toEqual(['trailingBytes'])
  })

  test('may not be anything', async () => {
    expect(await refusal(explicitFile(explicit(PatientID, 'LO', 'ID'), new Uint8Array(20), 'rubbish rubbish'))).toMatchObject({ code: 'badStructure' })
    expect(await refusal(explicitFile(explicit(PatientID, 'LO', 'ID'), item(explicit(PatientName, 'PN', 'A'))))).toMatchObject({ code: 'badStructure' })
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

describe('limits', () => {
  test('count elements, items and fragments together', async () => {
    const items = explicitFile(explicit(ReferencedSeriesSequence, 'SQ', join(...Array.from({ length: 200 }, () => item()))))
    const fragments = join(fileHead('1.2.840.10008.1.2.4.50'), explicit(PixelData, 'OB', [], undefinedLength), ...Array.from({ length: 200 }, () => item()), sequenceDelimiter)
    const elements = explicitFile(...Array.from({ length: 200 }, (_, index) => explicit(0x0029_1000 + index, 'LO')))
    for (const bytes of [items, fragments, elements]) {
      expect(await refusal(bytes, { limits: { maxElements: 100 } })).toMatchObject({ code: 'tooManyElements' })
      expect(await refusal(bytes, { limits: { maxElements: 250 } })).toBe('was read')
    }
  })

  test('bound the memory of all values together', async () => {
    const bytes = explicitFile(...Array.from({ length: 20 }, (_, index) => explicit(0x0029_1000 + index, 'OB', new Uint8Array(60_000))))
    expect(await refusal(bytes, { limits: { maxKeptBytes: 1_000_000 } })).toMatchObject({ code: 'tooLarge' })
  })

  test('bound the offset table', async () => {
    const bytes = join(fileHead('1.2.840.10008.1.2.4.50'), explicit(PixelData, 'OB', [], undefinedLength), item(new Uint8Array(4000)))
    expect(await refusal(bytes, { limits: { maxOffsetTableBytes: 1000 } })).toMatchObject({ code: 'tooLarge' })
  })

  test('do not let a declared length cost memory before the bytes come', async () => {
    const reader = new InstanceReader({ limits: { maxOffsetTableBytes: 0xffff_fff0 } })
    const before = process.memoryUsage().arrayBuffers
    await reader.write(join(fileHead('1.2.840.10008.1.2.4.50'), explicit(PixelData, 'OB', [], undefinedLength), item([], 0xffff_fff0), new Uint8Array(1000)))
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(4_000_000)
  })

  test('bound the list of warnings', async () => {
    const bytes = explicitFile(...Array.from({ length: 500 }, () => explicit(PatientID, 'LO', 'ID')))
    expect((await readInstance(bytes)).warnings).toHaveLength(100)
  })
})

test('errors say what, where and in which attribute, and nothing of the value', async () => {
  const error = await refusal(explicitFile(explicit(PatientName, 'PN', 'Doe^Jane', 400)))
  expect(error).toBeInstanceOf(DicomReadError)
  expect(error).toMatchObject({ code: 'truncated', tag: PatientName })
  expect((error as DicomReadError).message).toMatch(/00100010 PatientName/)
  expect((error as DicomReadError).message).not.toMatch(/Doe|Jane/)
})
