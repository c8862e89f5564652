import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { tagOf } from '../dictionary.ts'
import type { DicomJson, DicomJsonAttribute } from '../json.ts'
import { formatTag } from '../tag.ts'
import { allVRs } from '../vr.ts'
import type { Keyword } from '../dictionary.ts'
import { deidentify, keepsBulkdata } from './deidentify.ts'
import { createPseudonyms } from './pseudonyms.ts'
import { visibleRisks } from './visible-risks.ts'

const pseudonyms = createPseudonyms(Buffer.alloc(32, 7))
const clean = (dataSet: DicomJson) => deidentify(dataSet, { pseudonyms })
const of = (values: Partial<Record<Keyword, DicomJsonAttribute>>): DicomJson =>
  Object.fromEntries(Object.entries(values).map(([keyword, value]) => [formatTag(tagOf(keyword as Keyword)), value]))
const at = (dataSet: DicomJson, keyword: Keyword) => dataSet[formatTag(tagOf(keyword))]

describe('the basic profile', () => {
  test('removes, empties, replaces and keeps as the table has it', () => {
    const result = clean(of({
      PatientName: { vr: 'PN', Value: [{ Alphabetic: 'Zhang^Wei', Ideographic: '张^伟' }] }, PatientID: { vr: 'LO', Value: ['4711'] }, PatientSex: { vr: 'CS', Value: ['F'] }, PatientAge: { vr: 'AS', Value: ['044Y'] },
      StudyDate: { vr: 'DA', Value: ['20260102'] }, SeriesDate: { vr: 'DA', Value: ['20260102'] }, ContentDate: { vr: 'DA', Value: ['20260102'] }, StudyDescription: { vr: 'LO', Value: ['thorax of Zhang'] },
      Modality: { vr: 'CS', Value: ['CT'] }, Rows: { vr: 'US', Value: [512] }, PixelSpacing: { vr: 'DS', Value: [0.5, 0.5] },
    }))
    expect(at(result, 'PatientName')).toEqual({ vr: 'PN' })
    expect(at(result, 'PatientID')?.Value).toEqual([pseudonyms.patientIDFor('4711')])
    expect(at(result, 'PatientSex')).toEqual({ vr: 'CS' })
    expect(at(result, 'PatientAge')).toBeUndefined()
    expect(at(result, 'StudyDate')).toEqual({ vr: 'DA' })
    expect(at(result, 'SeriesDate')).toBeUndefined()
    expect(at(result, 'ContentDate')?.Value).toEqual(['19000101'])
    expect(at(result, 'StudyDescription')).toBeUndefined()
    expect(at(result, 'Modality')?.Value).toEqual(['CT'])
    expect(at(result, 'PixelSpacing')?.Value).toEqual([0.5, 0.5])
  })

  test('says that it was done, and how', () => {
    const result = clean({})
    expect(at(result, 'PatientIdentityRemoved')?.Value).toEqual(['YES'])
    expect(at(result, 'DeidentificationMethod')?.Value?.[0]).toContain('PS3.15')
    expect(at(result, 'DeidentificationMethodCodeSequence')?.Value).toMatchObject([{ '00080100': { Value: ['113100'] } }])
  })

  test('reaches into sequences, also those that it keeps', () => {
    const result = clean(of({ AnatomicRegionSequence: { vr: 'SQ', Value: [of({ CodeMeaning: { vr: 'LO', Value: ['Chest'] }, ReferringPhysicianName: { vr: 'PN', Value: [{ Alphabetic: 'Who' }] }, ReferencedSOPInstanceUID: { vr: 'UI', Value: ['1.2.3'] } })] } }))
    const [item] = (at(result, 'AnatomicRegionSequence')?.Value ?? []) as DicomJson[]
    expect(item && at(item, 'CodeMeaning')?.Value).toEqual(['Chest'])
    expect(item && at(item, 'ReferringPhysicianName')).toEqual({ vr: 'PN' })
    expect(item && at(item, 'ReferencedSOPInstanceUID')?.Value).toEqual([pseudonyms.uidFor('1.2.3')])
  })

  test('empties a text that stays where it repeats who the patient is', () => {
    const result = clean(of({
      PatientName: { vr: 'PN', Value: [{ Alphabetic: 'Zhang^Wei', Ideographic: '张^伟' }] }, AccessionNumber: { vr: 'SH', Value: ['A2026-11'] },
      SequenceName: { vr: 'SH', Value: ['fl3d zhang'] }, ManufacturerModelName: { vr: 'LO', Value: ['A2026-11'] }, SoftwareVersions: { vr: 'LO', Value: ['v 张伟'] }, ConvolutionKernel: { vr: 'SH', Value: ['B70f'] },
    }))
    expect(at(result, 'SequenceName')).toEqual({ vr: 'SH' })
    expect(at(result, 'ManufacturerModelName')).toEqual({ vr: 'LO' })
    expect(at(result, 'SoftwareVersions')).toEqual({ vr: 'LO' })
    expect(at(result, 'ConvolutionKernel')?.Value).toEqual(['B70f'])
  })

  test('gives bulk data that stay a new address, and names no other', () => {
    const uri = { BulkDataURI: '/dicom-web/studies/1.2/series/1.3/instances/1.4/bulkdata/x' }
    const dataSet = of({ PixelData: { vr: 'OW', ...uri }, EncapsulatedDocument: { vr: 'OB', ...uri }, TextValue: { vr: 'UT', ...uri }, WaveformSequence: { vr: 'SQ', Value: [{}, of({ WaveformData: { vr: 'OW', ...uri } })] } })
    dataSet['00291010'] = { vr: 'OB', ...uri }
    const result = deidentify(dataSet, { pseudonyms, bulkdataURI: (path) => `new/${path}` })
    expect(at(result, 'PixelData')).toEqual({ vr: 'OW', BulkDataURI: 'new/7FE00010' })
    expect([...JSON.stringify(result).matchAll(/new\/([0-9A-F.]+)/g)].map(([, path]) => path).sort()).toEqual(['54000100.2.54001010', '7FE00010'])
    expect([['7FE00010', 'OW'], ['54000100.2.54001010', 'OW'], ['00420011', 'OB'], ['0040A160', 'UT'], ['00291010', 'OB'], ['00081110.1.7FE00010', 'OW']].map(([path = '', vr]) => keepsBulkdata(path, vr as 'OW'))).toEqual([true, true, false, false, false, false])
  })
})

describe('stand-ins', () => {
  test('are the same for the same secret, others for another, and UIDs by PS3.5 §9.1', () => {
    fc.assert(fc.property(fc.stringMatching(/^[1-9]\d{0,8}(\.[1-9]\d{0,8}){1,5}$/), (uid) => {
      const stand = pseudonyms.uidFor(uid)
      expect(stand).toMatch(/^2\.25\.(0|[1-9]\d{0,38})$/)
      expect(createPseudonyms(Buffer.alloc(32, 7)).uidFor(uid)).toBe(stand)
      expect(createPseudonyms(Buffer.alloc(32, 8)).uidFor(uid)).not.toBe(stand)
    }))
  })

  test('are not given to UIDs of the standard', () => { expect(pseudonyms.uidFor('1.2.840.10008.5.1.4.1.1.2')).toBe('1.2.840.10008.5.1.4.1.1.2') })
})

/** Data sets with any tags, known, unknown and private, two levels deep. The marked text cannot come about otherwise. */
const secret = 'Qx7SECRETq'
const privateTag = fc.tuple(fc.integer({ min: 4, max: 0x7fff }), fc.integer({ min: 0x10, max: 0xffff })).map(([half, element]) => formatTag((((half * 2 + 1) << 16) | element) >>> 0))
const anyTag = fc.oneof(privateTag, fc.integer({ min: 0x0008_0000, max: 0xffff_ffff }).map(formatTag))
const leaf = fc.record({ vr: fc.constantFrom(...allVRs.filter((vr) => vr !== 'SQ')), Value: fc.constant([secret]) })
const level = (element: fc.Arbitrary<unknown>) => fc.dictionary(anyTag, element) as fc.Arbitrary<DicomJson>
const anyDataSet = level(fc.oneof(leaf, fc.record({ vr: fc.constant('SQ' as const), Value: fc.array(level(leaf), { maxLength: 3 }) })))

test('nothing of an attribute that PS3.6 does not know, or of a vendor, is in any result', () => {
  const named = of({ PatientName: { vr: 'PN', Value: [{ Alphabetic: secret }] } })
  fc.assert(fc.property(anyDataSet, (dataSet) => {
    const text = JSON.stringify(clean({ ...dataSet, ...named }))
    expect(text).not.toContain(secret)
    for (const key of text.matchAll(/"([0-9A-F]{8})":/g)) expect(Number.parseInt(key[1]?.[3] ?? '', 16) % 2).toBe(0)
  }), { numRuns: 300 })
})

describe('who makes an anonymous copy is warned', () => {
  test('of writing in the picture', () => {
    expect(visibleRisks(of({ BurnedInAnnotation: { vr: 'CS', Value: ['YES'] } }))).toEqual(['burnedInAnnotation'])
    expect(visibleRisks(of({ SOPClassUID: { vr: 'UI', Value: ['1.2.840.10008.5.1.4.1.1.7'] } }))).toEqual(['possibleAnnotation'])
    expect(visibleRisks(of({ Modality: { vr: 'CS', Value: ['US'] }, BurnedInAnnotation: { vr: 'CS', Value: ['NO'] } }))).toEqual([])
  })

  test('of faces', () => {
    expect(visibleRisks(of({ Modality: { vr: 'CS', Value: ['MR'] }, BodyPartExamined: { vr: 'CS', Value: ['BRAIN'] } }))).toEqual(['recognisableFeatures'])
    expect(visibleRisks(of({ Modality: { vr: 'CS', Value: ['CT'] }, BodyPartExamined: { vr: 'CS', Value: ['CHEST'] } }))).toEqual([])
  })
})
