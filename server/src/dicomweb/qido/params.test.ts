import { tagOf } from '@isocenter/dicom'
import { describe, expect, test } from 'vitest'
import { parseSearch } from './params.ts'

const PatientName = tagOf('PatientName')
const refused = (query: string) => expect(() => parseSearch(query), query).toThrow(expect.objectContaining({ kind: expect.objectContaining({ status: 400 }) }))

test('106 keys by keyword, by tag in any case, and nested', () => {
  expect(parseSearch('PatientName=a').keys).toEqual([{ path: [PatientName], vr: 'PN', value: 'a' }])
  expect(parseSearch('0020000d=1.2').keys).toEqual(parseSearch('StudyInstanceUID=1.2').keys)
  expect(parseSearch('OtherPatientIDsSequence.00100020=7').keys[0]).toMatchObject({ path: [tagOf('OtherPatientIDsSequence'), tagOf('PatientID')], vr: 'LO' })
})

test('111 escapes are decoded once, before wildcards and lists are looked for', () => {
  expect(parseSearch('PatientName=D%2A%20E+F%26%3D%252A').keys[0]?.value).toBe('D* E F&=%2A')
  expect(parseSearch('PatientName=%E5%BC%A0').keys[0]?.value).toBe('张')
})

test('109 a repeated attribute is refused, in whatever spelling', () => {
  refused('PatientID=1&PatientID=2')
  refused('PatientID=1&00100020=2')
})

test('112 a private attribute needs its creator', () => {
  refused('00091002=x')
  refused('00091002=x&00090010=')
  expect(parseSearch('00090010=ACME&00091002=x').keys.map((key) => key.vr)).toEqual(['LO', 'UN'])
})

test('113 an empty value is a key of its own', () => expect(parseSearch('PatientName=').keys[0]?.value).toBe(''))

describe('parameters that are no attributes', () => {
  test('128 wrong values are refused', () => {
    for (const query of ['limit=-1', 'limit=x', 'limit=', 'offset=1.5', 'offset=9999999999', 'fuzzymatching=yes', 'emptyvaluematching=1', 'multiplevaluematching=', 'limit=1&limit=2']) refused(query)
  })
  test('right ones are read', () => {
    expect(parseSearch('limit=0&offset=7&fuzzymatching=true&multiplevaluematching=false&emptyvaluematching=true')).toMatchObject({
      limit: 0, offset: 7, options: { fuzzy: true, multipleValues: false, emptyValues: true } })
    expect(parseSearch('')).toMatchObject({ limit: undefined, offset: 0, keys: [], includefield: [], ignored: [] })
  })
  test('unknown ones are passed over and named; a misspelt attribute is refused', () => {
    expect(parseSearch('orderby=StudyDate&_=1&accept=x').ignored).toEqual(['orderby', '_'])
    refused('PatientNam=Doe')
    refused('PatientID.PatientName=Doe')
  })
})

test('121 the offset of the request is read, with its plus sign escaped or not', () => {
  expect(parseSearch('TimezoneOffsetFromUTC=+0800').options.timezoneOffsetFromUTC).toBe('+0800')
  expect(parseSearch('TimezoneOffsetFromUTC=%2B0800').options.timezoneOffsetFromUTC).toBe('+0800')
  refused('TimezoneOffsetFromUTC=8')
})

test('131 includefield: repeated, as a list, by tag or keyword, with all', () => {
  expect(parseSearch('includefield=00081030%2C00080060&includefield=PatientID').includefield).toEqual([0x00081030, 0x00080060, tagOf('PatientID')])
  expect(parseSearch('includefield=all').includefield).toBe('all')
  expect(parseSearch('includefield=PatientID,all').includefield).toBe('all')
  expect(parseSearch('includefield=RequestAttributesSequence.ScheduledProcedureStepID').includefield).toEqual([tagOf('RequestAttributesSequence')])
  refused('includefield=NoSuchThing')
})

test('no answer repeats a value', () => {
  try {
    parseSearch('limit=Wang%5EXiaoming')
  } catch (error) {
    expect(JSON.stringify(error)).not.toContain('Wang')
  }
})
