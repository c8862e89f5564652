import { attributes, type AttributesInput } from '@isocenter/testkit/instances'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { attribute, isKeyword, tagOf } from './dictionary.ts'
import { matches } from './matching.ts'
import { MatchValueError, type MatchKey, type MatchOptions } from './matching-condition.ts'
import { matchesPattern, parsePattern } from './matching-pattern.ts'
import { parseTag } from './tag.ts'

/** `{ 'RequestAttributesSequence.RequestedProcedureID': 'RP1' }` as keys. */
function keys(given: Record<string, string>): MatchKey[] {
  return Object.entries(given).map(([name, value]) => {
    const path = name.split('.').map((part) => (isKeyword(part) ? tagOf(part) : parseTag(part) ?? 0))
    return { path, vr: attribute(path.at(-1) ?? 0)?.vr[0] ?? 'UN', value }
  })
}

const finds = (given: Record<string, string>, dataSet: AttributesInput, options?: MatchOptions): boolean => matches(attributes(dataSet), keys(given), options)

describe('universal matching', () => {
  test('113 an empty value matches everything, absent attributes too', () => {
    expect(finds({ PatientName: '', StudyDate: '', RequestAttributesSequence: '' }, {})).toBe(true)
  })
  test('114 so does a lone asterisk, whatever the VR', () => {
    expect(finds({ PatientName: '*', StudyDate: '*', StudyInstanceUID: '*', SeriesNumber: '**' }, {})).toBe(true)
  })
})

describe('single values and wildcards', () => {
  test('115 are case-sensitive except in person names', () => {
    expect(finds({ PatientID: 'abc' }, { PatientID: 'ABC' })).toBe(false)
    expect(finds({ StudyDescription: '*brain*' }, { StudyDescription: 'CT BRAIN' })).toBe(false)
    expect(finds({ PatientName: 'doe^john' }, { PatientName: 'DOE^John' })).toBe(true)
  })
  test('114 `?` is one character, a supplementary one too, and `*` any run', () => {
    expect(finds({ AccessionNumber: 'A?C*' }, { AccessionNumber: 'ABC-1' })).toBe(true)
    expect(finds({ AccessionNumber: 'A?C*' }, { AccessionNumber: 'AC-1' })).toBe(false)
    expect(finds({ StudyDescription: '?' }, { StudyDescription: '𠮷' })).toBe(true)
  })
  test('what SQL takes for wildcards is literal here', () => {
    expect(finds({ PatientID: 'A_1' }, { PatientID: 'AB1' })).toBe(false)
    expect(finds({ PatientID: '%' }, { PatientID: 'A' })).toBe(false)
  })
  test('surrounding spaces say nothing', () => expect(finds({ PatientID: ' 7 ' }, { PatientID: '7  ' })).toBe(true))
  test('one of several values is enough', () => {
    expect(finds({ ModalitiesInStudy: 'SR' }, { ModalitiesInStudy: ['CT', 'SR'] })).toBe(true)
    expect(finds({ OtherPatientIDs: 'B*' }, { OtherPatientIDs: ['A1', 'B1'] })).toBe(true)
  })
})

describe('lists', () => {
  test('110 UIDs by comma or backslash', () => {
    for (const value of ['1.2,1.3', '1.2\\1.3', '1.3,']) expect(finds({ StudyInstanceUID: value }, { StudyInstanceUID: '1.3' })).toBe(true)
    expect(finds({ StudyInstanceUID: '1.2,1.3' }, { StudyInstanceUID: '1.4' })).toBe(false)
  })
  test('modalities as viewers ask for them', () => expect(finds({ ModalitiesInStudy: 'CT,MR' }, { ModalitiesInStudy: ['MR', 'SR'] })).toBe(true))
  test('110 elsewhere a comma is text, until multiple value matching is asked for', () => {
    expect(finds({ StudyDescription: 'A,B' }, { StudyDescription: 'A,B' })).toBe(true)
    expect(finds({ PatientID: '1,2' }, { PatientID: '2' })).toBe(false)
    expect(finds({ PatientID: '1,2*' }, { PatientID: '27' }, { multipleValues: true })).toBe(true)
    expect(finds({ StudyDate: '20260101,20260301-' }, { StudyDate: '20260401' }, { multipleValues: true })).toBe(true)
  })
})

describe('person names', () => {
  const name = { PatientName: 'Wáng^XiǎoDōng=王^小東=おう^しょうとう' }
  test('116 a key without = is held against each component group, folded', () => {
    for (const key of ['wang^xiaodong', 'WANG^*', '王^*', '*小東', '王^小東', '*う^し*', 'w?ng^x*']) expect(finds({ PatientName: key }, name), key).toBe(true)
    for (const key of ['wang', 'xiao*', '小*', 'wang*王*', 'w*う']) expect(finds({ PatientName: key }, name), key).toBe(false)
  })
  test('a key with = is held against group by group', () => {
    for (const key of ['=王*', 'wang*=王*', '*=王^小東', '==おう*', 'Wang^Xiaodong=王^小東=おう^しょうとう']) expect(finds({ PatientName: key }, name), key).toBe(true)
    for (const key of ['=wang*', '王*=*', 'wang*=李*']) expect(finds({ PatientName: key }, name), key).toBe(false)
  })
  test('delimiters at the end say nothing', () => {
    expect(finds({ PatientName: 'Doe^John^^' }, { PatientName: 'Doe^John' })).toBe(true)
    expect(finds({ PatientName: 'Doe^*' }, { PatientName: 'Doe' })).toBe(true)
    expect(finds({ PatientName: 'Doe^*' }, { PatientName: 'Doering' })).toBe(false)
  })
  test('the full-width signs of input methods are wildcards too', () => {
    expect(finds({ PatientName: '王＊' }, { PatientName: '王^小明' })).toBe(true)
    expect(finds({ PatientName: '张？明' }, { PatientName: '张*明' })).toBe(true)
  })

  describe('127 fuzzy', () => {
    const fuzzy = { fuzzy: true }
    test('finds words by their beginnings, in any order', () => {
      for (const key of ['doe', 'joh', 'john doe', 'Doe, J', 'DOE^JOHN', 'jon-john']) {
        expect(finds({ PatientName: key }, { PatientName: 'Doe^John Jon' }, fuzzy), key).toBe(true)
      }
      for (const key of ['oe', 'john smith', 'doej']) expect(finds({ PatientName: key }, { PatientName: 'Doe^John' }, fuzzy), key).toBe(false)
    })
    test('an asterisk in front, as viewers put it, opens the beginning of the first word', () => {
      expect(finds({ PatientName: '*oe*' }, { PatientName: 'Doe^John' }, fuzzy)).toBe(true)
      expect(finds({ PatientName: '*oe jo*' }, { PatientName: 'Doe^John' }, fuzzy)).toBe(true)
    })
    test('accents and strokes need not be typed', () => expect(finds({ PatientName: 'muller soren' }, { PatientName: 'Müller^Søren' }, fuzzy)).toBe(true))
    test('Chinese is typed without the delimiter', () => {
      for (const key of ['王小東', '*小東*', '王小', '王^小東', '东']) expect(finds({ PatientName: key }, name, fuzzy), key).toBe(key !== '东')
    })
    test('wildcards inside keep their meaning', () => {
      expect(finds({ PatientName: 'D?e^J*n' }, { PatientName: 'Doe^John' }, fuzzy)).toBe(true)
      expect(finds({ PatientName: 'D?e' }, { PatientName: 'Doe^John' }, fuzzy)).toBe(false)
    })
    test('changes nothing for other attributes', () => expect(finds({ StudyDescription: 'brain' }, { StudyDescription: 'BRAIN' }, fuzzy)).toBe(false))
  })
})

describe('117 118 dates and times', () => {
  const study = { StudyDate: '20260115', StudyTime: '101530.5' }
  test('ranges include their ends', () => {
    for (const value of ['20260115', '20260115-', '-20260115', '20260101-20260115', '2026.01.15']) expect(finds({ StudyDate: value }, study), value).toBe(true)
    for (const value of ['20260116-', '-20260114', '20260131-20260101']) expect(finds({ StudyDate: value }, study), value).toBe(false)
  })
  test('a time matches at the precision given', () => {
    for (const value of ['10', '1015', '101530', '101530.5', '-10', '09-10', '101530-']) expect(finds({ StudyTime: value }, study), value).toBe(true)
    for (const value of ['1016', '101530.4', '-1014']) expect(finds({ StudyTime: value }, study), value).toBe(false)
  })
  test('what is absent or unreadable lies in no range', () => {
    expect(finds({ StudyDate: '-20260115' }, {})).toBe(false)
    expect(finds({ StudyDate: '-20260115' }, { StudyDate: 'unknown' })).toBe(false)
  })
  test('119 a hyphen may separate a range or begin an offset', () => {
    const at = { AcquisitionDateTime: '20240115120000+0100' }
    expect(finds({ AcquisitionDateTime: '20240101+0100-20240201' }, at)).toBe(true)
    expect(finds({ AcquisitionDateTime: '20240115060000-0500' }, at)).toBe(true)
  })
  test('120 date and time ranges together are one range of moments', () => {
    const range = { StudyDate: '20260114-20260115', StudyTime: '1800-0600' }
    expect(finds(range, { StudyDate: '20260114', StudyTime: '23' })).toBe(true)
    expect(finds(range, { StudyDate: '20260115', StudyTime: '0559' })).toBe(true)
    expect(finds(range, { StudyDate: '20260114', StudyTime: '17' })).toBe(false)
    expect(finds(range, { StudyDate: '20260115', StudyTime: '0700' })).toBe(false)
  })
  test('an unknown time may be any of its day', () => {
    expect(finds({ StudyDate: '20260114-20260115', StudyTime: '1800-0600' }, { StudyDate: '20260114' })).toBe(true)
    expect(finds({ StudyDate: '20260114-20260115', StudyTime: '1800-0600' }, { StudyDate: '20260116' })).toBe(false)
  })
  test('an end of the time without an end of the date leaves two conditions', () => {
    expect(finds({ StudyDate: '20260101-', StudyTime: '-12' }, { StudyDate: '20260301', StudyTime: '13' })).toBe(false)
    expect(finds({ StudyDate: '20260101-', StudyTime: '-12' }, { StudyDate: '20260301', StudyTime: '11' })).toBe(true)
  })
  test('121 the zone of the request is held against the zone of the study', () => {
    const utc = { StudyDate: '20260115', StudyTime: '2300', TimezoneOffsetFromUTC: '+0000' }
    expect(finds({ StudyDate: '20260116', TimezoneOffsetFromUTC: '+0800' }, utc)).toBe(true)
    expect(finds({ StudyDate: '20260115', TimezoneOffsetFromUTC: '+0800' }, utc)).toBe(false)
    expect(finds({ StudyDate: '20260115' }, utc, { timezoneOffsetFromUTC: '+0000' })).toBe(true)
    expect(finds({ StudyDate: '20260116' }, { StudyDate: '20260116', StudyTime: '01' }, { timezoneOffsetFromUTC: '+0800' })).toBe(true)
  })
})

test('integers and decimals compare as numbers', () => {
  expect(finds({ SeriesNumber: '005' }, { SeriesNumber: 5 })).toBe(true)
  expect(finds({ SeriesNumber: '5' }, { SeriesNumber: ' 05' })).toBe(true)
  expect(finds({ SliceThickness: '1.50' }, { SliceThickness: '1.5E+0' })).toBe(true)
  expect(finds({ SeriesNumber: '5' }, { SeriesNumber: 'five' })).toBe(false)
})

describe('124 sequences', () => {
  const item = (ScheduledProcedureStepID: string, RequestedProcedureID: string) => ({ ScheduledProcedureStepID, RequestedProcedureID })
  const series = { RequestAttributesSequence: [item('S1', 'R1'), item('S2', 'R2')] }
  const asked = (step: string, procedure: string) => ({
    'RequestAttributesSequence.ScheduledProcedureStepID': step, 'RequestAttributesSequence.RequestedProcedureID': procedure })
  test('all keys must match in the same item', () => {
    expect(finds(asked('S2', 'R2'), series)).toBe(true)
    expect(finds(asked('S1', 'R2'), series)).toBe(false)
    expect(finds(asked('S*', ''), series)).toBe(true)
    expect(finds(asked('', ''), {})).toBe(true)
    expect(finds(asked('S1', ''), {})).toBe(false)
  })
  test('item keys by tag reach any depth', () => {
    expect(finds({ '00400275.00400008.00080100': 'HEAD' }, { RequestAttributesSequence: [{ ScheduledProtocolCodeSequence: [{ CodeValue: 'HEAD' }] }] })).toBe(true)
  })
})

test('125 empty value matching finds what is absent, empty or unreadable', () => {
  const empty = { emptyValues: true }
  for (const dataSet of [{}, { StudyDate: null }, { StudyDate: 'yesterday' }]) expect(finds({ StudyDate: '""' }, dataSet, empty)).toBe(true)
  expect(finds({ PatientName: '""' }, { PatientName: 'Doe' }, empty)).toBe(false)
  expect(finds({ PatientID: '""' }, { PatientID: '""' })).toBe(true)
  expect(finds({ PatientID: '7,""' }, {}, { emptyValues: true, multipleValues: true })).toBe(true)
})

describe('values that cannot be understood', () => {
  test.each([
    ['StudyDate', '-'], ['StudyDate', '2026*'], ['StudyDate', '20261301'], ['StudyTime', '25'], ['AcquisitionDateTime', '2024+9900'],
    ['SeriesNumber', '1.5'], ['SliceThickness', 'thin'], ['StudyInstanceUID', '1.2*'], ['StudyInstanceUID', 'Doe'],
    ['RequestAttributesSequence', 'x'], ['PixelData', 'x'], ['TimezoneOffsetFromUTC', '8'],
  ])('%s=%s is refused by name, without the value', (name, value) => {
    let refusal: unknown
    try {
      finds({ [name]: value }, {})
    } catch (error) {
      refusal = error
    }
    expect(refusal).toBeInstanceOf(MatchValueError)
    const { message } = refusal as MatchValueError
    expect(message).toContain(name)
    expect(message.replace(name, '')).not.toContain(value === '-' || value === 'x' || value === '8' ? `"${value}"` : value)
  })
  test('a value longer than any attribute is refused', () => {
    expect(() => finds({ PatientName: '*a'.repeat(600) }, {})).toThrow('PatientName is longer than 1024 characters')
    expect(finds({ StudyInstanceUID: Array.from({ length: 500 }, (_, index) => `1.2.${index}`).join(',') }, { StudyInstanceUID: '1.2.7' })).toBe(true)
  })
  test('a nested key is named by its whole path', () => {
    expect(() => finds({ 'RequestAttributesSequence.00400002': 'noon' }, {})).toThrow('RequestAttributesSequence.ScheduledProcedureStepStartDate')
  })
})

test('wildcards agree with the regular expression they stand for', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b', '𠮷', '*', '?'), maxLength: 8 })
  fc.assert(fc.property(text, text, (pattern, value) => {
    const expression = new RegExp(`^${Array.from(pattern, (c) => (c === '*' ? '.*' : c === '?' ? '.' : c)).join('')}$`, 'su')
    expect(matchesPattern(parsePattern(pattern), value)).toBe(expression.test(value))
  }))
})

test('a hostile pattern costs no more than pattern times text', () => {
  const started = performance.now()
  expect(matchesPattern(parsePattern(`${'a*'.repeat(200)}b`), 'a'.repeat(10_000))).toBe(false)
  expect(performance.now() - started).toBeLessThan(1_000)
})
