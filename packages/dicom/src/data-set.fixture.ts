import fc from 'fast-check'
import { tagOf, type Keyword } from './dictionary.ts'
import type { DicomJson, DicomJsonAttribute, DicomJsonValue } from './json.ts'
import { formatTag } from './tag.ts'
import type { VR } from './vr.ts'

/** Text without padding, without a delimiter, without what no value may hold. */
const text = (maxLength: number, unit: fc.Arbitrary<string> = fc.constantFrom('a', 'Z', '0', ' ', '"', '/', 'é', '王', '𠮷', '\u2028')): fc.Arbitrary<string> =>
  fc.string({ unit, minLength: 1, maxLength }).filter((value) => value === value.trim() && value !== '')
const oneOf = (...values: string[]): fc.Arbitrary<string> => fc.constantFrom(...values)
const integer = (min: number, max: number): fc.Arbitrary<number> => fc.integer({ min, max })
const decimal = fc.tuple(fc.integer({ min: -999_999, max: 999_999 }), fc.nat(6)).map(([digits, point]) => Number((digits / 10 ** point).toFixed(point)) + 0)
const binary = (width: number): fc.Arbitrary<string> =>
  fc.uint8Array({ minLength: 1, maxLength: 6 }).map((bytes) => Buffer.concat(Array.from({ length: width * 2 }, () => bytes)).toString('base64'))
const personName = fc.record({ Alphabetic: text(8), Ideographic: text(4), Phonetic: text(4) }, { requiredKeys: [] }).filter((name) => Object.keys(name).length > 0)

const value = <T extends DicomJsonValue>(vr: VR, one: fc.Arbitrary<T>, most = 3): fc.Arbitrary<DicomJsonAttribute> =>
  fc.array(one, { maxLength: most }).map((Value) => (Value.length === 0 ? { vr } : { vr, Value }))
/** Text and names may have empty values among others; one empty value alone is no value. */
const sparse = <T extends DicomJsonValue>(vr: VR, one: fc.Arbitrary<T>): fc.Arbitrary<DicomJsonAttribute> =>
  fc.array(fc.option(one, { freq: 4 }), { maxLength: 3 }).map((Value) => (Value.length === 0 || (Value.length === 1 && Value[0] === null) ? { vr } : { vr, Value }))
const inline = (vr: VR, width: number): fc.Arbitrary<DicomJsonAttribute> => fc.option(binary(width)).map((InlineBinary) => (InlineBinary === null ? { vr } : { vr, InlineBinary }))

/** One attribute of each VR that the dictionary gives that VR and no other. */
const attributes = (item: fc.Arbitrary<DicomJson>): Partial<Record<Keyword, fc.Arbitrary<DicomJsonAttribute>>> => ({
  RetrieveAETitle: sparse('AE', oneOf('STORE', 'ARCHIVE 1')),
  PatientAge: value('AS', oneOf('039Y'), 1),
  FrameIncrementPointer: value('AT', oneOf('00181063', '7FE00010')),
  ImageType: sparse('CS', oneOf('ORIGINAL', 'PRIMARY', 'A B')),
  StudyDate: value('DA', oneOf('20240229'), 1),
  ImagePositionPatient: value('DS', decimal),
  AcquisitionDateTime: value('DT', oneOf('20240229101530.5+0100'), 1),
  RealWorldValueSlope: value('FD', fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), oneOf('NaN', 'Infinity', '-Infinity'))),
  GraphicData: value('FL', fc.oneof(fc.float({ noNaN: true, noDefaultInfinity: true }), oneOf('NaN'))),
  InstanceNumber: value('IS', integer(-(2 ** 31), 2 ** 31 - 1)),
  OtherPatientIDs: sparse('LO', text(10)),
  AdditionalPatientHistory: value('LT', text(20, oneOf('a', '\\', '\n', 'é')), 1),
  EncapsulatedDocument: inline('OB', 1),
  DoubleFloatPixelData: fc.constant({ vr: 'OD' }),
  VectorGridData: inline('OF', 4),
  TrackPointIndexList: inline('OL', 4),
  SelectorOVValue: inline('OV', 8),
  RedPaletteColorLookupTableData: inline('OW', 2),
  OtherPatientNames: sparse('PN', personName),
  AccessionNumber: sparse('SH', text(6)),
  ReferencePixelX0: value('SL', integer(-(2 ** 31), 2 ** 31 - 1)),
  RequestAttributesSequence: value('SQ', item),
  TagAngleSecondAxis: value('SS', integer(-32768, 32767)),
  InstitutionAddress: value('ST', text(20, oneOf('a', '\\', 'é')), 1),
  SelectorSVValue: value('SV', fc.oneof(integer(-5, 5), oneOf('9007199254740993', '-9223372036854775808'))),
  StudyTime: value('TM', oneOf('101530.123456', '10'), 1),
  LongCodeValue: value('UC', text(20), 1),
  RelatedGeneralSOPClassUID: sparse('UI', oneOf('1.2.840.10008.1.1', '2.25.1')),
  SimpleFrameList: value('UL', integer(0, 2 ** 32 - 1)),
  RetrieveURL: value('UR', oneOf('http://example.org/a\\b'), 1),
  Rows: value('US', integer(0, 65535), 1),
  TextValue: value('UT', text(30, oneOf('a', '\\', '王')), 1),
  SelectorUVValue: value('UV', fc.oneof(integer(0, 5), oneOf('9007199254740993', '18446744073709551615'))),
})

/** Any data set: every VR, nested sequences, empty values. */
export const { dataSet } = fc.letrec<{ dataSet: DicomJson }>((tie) => {
  const byTag = Object.fromEntries(Object.entries(attributes(tie('dataSet'))).map(([keyword, arbitrary]) => [formatTag(tagOf(keyword as Keyword)), arbitrary]))
  return { dataSet: fc.oneof({ depthSize: 'small' }, fc.constant<DicomJson>({}), fc.record(byTag, { requiredKeys: [] }) as fc.Arbitrary<DicomJson>) }
})
