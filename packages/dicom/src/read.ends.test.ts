/** Where reading ends: with an object that is cut off, with what stands behind it, at a limit; and what its errors say. */
import { describe, expect, test } from 'vitest'
import { InstanceReader, readInstance, type ParsedInstance } from './read.ts'
import { explicit, explicitFile, fileHead, item, join, sequenceDelimiter, undefinedLength } from './raw-object.fixture.ts'
import { DicomReadError } from './read-error.ts'
import { codes, PatientID, PatientName, PixelData, ReferencedSeriesSequence, refusal } from './read.fixture.ts'

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
