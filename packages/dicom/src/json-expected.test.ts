/**
 * DICOM JSON of real files against what dcm2json (DCMTK 3.6.7) and pydicom 2.3.1 made of them: equal in meaning, except for the
 * differences listed here, each with its reason.
 */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { sharedDicom } from '@isocenter/testkit/instances'
import { writeDicomJson, type DicomJson, type DicomJsonAttribute, type DicomJsonValue } from './json.ts'
import type { PersonName } from './person-name.ts'
import { readInstance } from './read.ts'
import { isGroupLength, isPrivate, parseTag } from './tag.ts'

/** The expected files name a long value by its size and digest. */
interface ExpectedAttribute extends DicomJsonAttribute {
  readonly _InlineBinaryBytes?: number
  readonly _InlineBinarySha256?: string
}
type Expected = Record<string, ExpectedAttribute>

/** What their bytes may have behind ours. */
const sameBytes: Readonly<Record<string, Buffer>> = {
  'the same bytes': Buffer.alloc(0),
  'pydicom includes the sequence delimiter of encapsulated Pixel Data': Buffer.from('feffdde000000000', 'hex'),
  'dcm2json adds the padding byte that an odd length lacks': Buffer.alloc(1),
}

const isEmpty = (attribute: DicomJsonAttribute): boolean => !attribute.Value?.length && attribute.InlineBinary === undefined && attribute.BulkDataURI === undefined
const isName = (value: unknown): value is PersonName => typeof value === 'object' && value !== null
const bareName = (value: unknown): unknown => {
  if (!isName(value)) return null
  const groups = Object.entries(value as Record<string, string>).map(([group, text]) => [group, text.replace(/\^+$/, '')])
  const bare = Object.fromEntries(groups.filter(([, text]) => text !== '')) as PersonName
  return Object.keys(bare).length > 0 ? bare : null
}

/** Reasons why one value of ours may differ from one of theirs. */
const sameValue: Readonly<Record<string, (vr: string, ours: DicomJsonValue, theirs: unknown) => boolean>> = {
  'FL: dcm2json prints nine digits, we print the double that the float is': (vr, ours, theirs) =>
    vr === 'FL' && typeof ours === 'number' && typeof theirs === 'number' && Math.fround(ours) === Math.fround(theirs),
  'FD: dcm2json prints a digit too few, so that its text is the neighbouring double': (vr, ours, theirs) =>
    vr === 'FD' && typeof ours === 'number' && typeof theirs === 'number' && Math.abs(ours - theirs) <= Math.abs(ours) * Number.EPSILON,
  'PN: dcm2json drops carets at the end of a group, we keep what is stored': (vr, ours, theirs) =>
    vr === 'PN' && isName(theirs) && JSON.stringify(bareName(ours)) === JSON.stringify(bareName(theirs)),
  'pydicom writes an empty value among others as an empty string': (_vr, ours, theirs) => ours === null && theirs === '',
}

/** Reasons why a whole attribute of ours may differ from theirs. */
const sameAttribute: Readonly<Record<string, (key: string, ours: DicomJsonAttribute | undefined, theirs: ExpectedAttribute | undefined) => boolean>> = {
  'group lengths are not written (PS3.18 §F.2.2)': (key, ours, theirs) => ours === undefined && theirs !== undefined && isGroupLength(parseTag(key) ?? 0),
  '(0008,0005) says what the JSON is in, not what the file was in': (key, ours) => key === '00080005' && ours?.Value?.[0] === 'ISO_IR 192',
  'dcm2json knows VRs of private attributes sent as UN, we keep them as they were sent': (key, ours, theirs) =>
    isPrivate(parseTag(key) ?? 0) && ours?.vr === 'UN' && theirs !== undefined && theirs.vr !== 'UN',
  'dcm2json takes a name of nothing but carets for none': (_key, ours, theirs) =>
    ours?.vr === 'PN' && theirs?.vr === 'PN' && isEmpty(theirs) && ours.Value?.every((name) => bareName(name) === null) === true,
}

function differences(ours: DicomJson, theirs: Expected, bulk: (uri: string) => Buffer, path = ''): string[] {
  return [...new Set([...Object.keys(ours), ...Object.keys(theirs)])].flatMap((key) => {
    const [mine, other, where] = [ours[key], theirs[key], path + key]
    if (Object.values(sameAttribute).some((same) => same(key, mine, other))) return []
    if (!mine || !other) return [`${where} is only in ${mine ? 'ours' : 'theirs'}`]
    if (mine.vr !== other.vr) return [`${where} is ${mine.vr}, expected ${other.vr}`]
    if (isEmpty(mine) && isEmpty(other) && other._InlineBinarySha256 === undefined) return []
    if (mine.BulkDataURI !== undefined || mine.InlineBinary !== undefined) return binaryDifferences(mine, other, bulk, where)
    const [values, expected] = [mine.Value ?? [], other.Value ?? []]
    if (values.length !== expected.length) return [`${where} has ${values.length} values, expected ${expected.length}`]
    return values.flatMap((value, index) => {
      if (mine.vr === 'SQ') return differences(value as DicomJson, (expected[index] ?? {}) as Expected, bulk, `${where}.${index + 1}.`)
      const isSame = JSON.stringify(value) === JSON.stringify(expected[index]) || Object.values(sameValue).some((same) => same(mine.vr, value, expected[index]))
      return isSame ? [] : [`${where} value ${index + 1} is ${JSON.stringify(value)}, expected ${JSON.stringify(expected[index])}`]
    })
  })
}

function binaryDifferences(ours: DicomJsonAttribute, theirs: ExpectedAttribute, bulk: (uri: string) => Buffer, where: string): string[] {
  const bytes = ours.BulkDataURI === undefined ? Buffer.from(ours.InlineBinary ?? '', 'base64') : bulk(ours.BulkDataURI)
  const candidates = Object.values(sameBytes).map((tail) => Buffer.concat([bytes, tail]))
  if (theirs._InlineBinarySha256 !== undefined) {
    const isSame = candidates.some((candidate) => createHash('sha256').update(candidate).digest('hex') === theirs._InlineBinarySha256)
    return isSame ? [] : [`${where} has other bytes: ${bytes.length}, expected ${theirs._InlineBinaryBytes}`]
  }
  return candidates.some((candidate) => candidate.toString('base64') === theirs.InlineBinary) ? [] : [`${where} has other bytes`]
}

const folder = sharedDicom()

describe.skipIf(folder === undefined)('DICOM JSON of real files is what other tools make of them', () => {
  const index = folder === undefined ? [] : readFileSync(join(folder, 'expected/json-index.csv'), 'utf8').trim().split('\n').slice(1)

  test.each(index.map((line) => line.split(',').slice(0, 2) as [file: string, json: string]))('%s', async (file, json) => {
    const bytes = readFileSync(join(folder ?? '', file))
    const inflated: Uint8Array[] = []
    const instance = await readInstance(bytes, { onInflated: (chunk) => void inflated.push(chunk.slice()) })
    const object = instance.inflated ? Buffer.concat([bytes.subarray(0, instance.dataSetOffset), ...inflated]) : bytes
    const ranges = new Map<string, Buffer>()
    const text = writeDicomJson(instance.dataSet, {
      bulkDataURI: (path, { offset, length, vr }) => {
        const value = Buffer.from(object.subarray(offset, offset + length))
        // Served little endian (PS3.18 §F.2.7); the one big endian file of the list has 16-bit pixels.
        ranges.set(path, instance.dataSet.littleEndian || vr !== 'OW' ? value : value.swap16())
        return path
      },
    })
    const expected = JSON.parse(readFileSync(join(folder ?? '', 'expected/json', json), 'utf8')) as Expected
    expect(differences(JSON.parse(text) as DicomJson, expected, (uri) => ranges.get(uri) ?? Buffer.alloc(0))).toEqual([])
  })
})
