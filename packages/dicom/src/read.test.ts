/** In what form an object comes: as a Part 10 file, deflated, or without the proper beginning. */
import { deflateRawSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { InstanceReader, readInstance } from './read.ts'
import { bigEndian, explicit, fileHead, implicit, implicitFile, item, join, u16 } from './raw-object.fixture.ts'
import { DicomReadError } from './read-error.ts'
import { anImage, codes, PatientID, PatientName, PixelData, refusal, Rows } from './read.fixture.ts'

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
