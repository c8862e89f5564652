import type { DicomJson } from '@isocenter/dicom'
import { sharedDicom } from '@isocenter/testkit'
import fc from 'fast-check'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { storedInstance } from '../stored-frame.fixture.ts'
import { reportContent } from './content-tree.ts'
import { escapeXml, reportHtml } from './html.ts'
import { reportText } from './text.ts'

const cs = (value: string) => ({ vr: 'CS' as const, Value: [value] })
const sq = (...Value: DicomJson[]) => ({ vr: 'SQ' as const, Value })
const code = (meaning: string, value = '1') => sq({ '00080100': { vr: 'SH', Value: [value] }, '00080104': { vr: 'LO', Value: [meaning] } })
const item = (valueType: string, name: string, rest: DicomJson, relationship = 'CONTAINS'): DicomJson => ({ '0040A010': cs(relationship), '0040A040': cs(valueType), '0040A043': code(name), ...rest })

const report: DicomJson = {
  '00100010': { vr: 'PN', Value: [{ Alphabetic: 'Wang^XiaoDong', Ideographic: '王^小东' }] },
  '00100030': { vr: 'DA', Value: ['19610304'] },
  '0040A040': cs('CONTAINER'), '0040A043': code('CT Report'), '0040A491': cs('COMPLETE'),
  '0040A375': sq({ '0020000D': { vr: 'UI', Value: ['1.1'] }, '00081115': sq({ '0020000E': { vr: 'UI', Value: ['1.2'] }, '00081199': sq({ '00081155': { vr: 'UI', Value: ['1.3'] } }) }) }),
  '0040A730': sq(item('CONTAINER', 'Findings', { '0040A730': sq(
    item('TEXT', 'Finding', { '0040A160': { vr: 'UT', Value: ['Nodule <1 cm & "smooth"\nleft lung'] }, '0040A730': sq(item('CODE', 'Certainty', { '0040A168': code('Probable') }, 'HAS PROPERTIES')) }),
    item('NUM', 'Diameter', { '0040A300': sq({ '004008EA': code('millimeter', 'mm'), '0040A30A': { vr: 'DS', Value: [8.5] } }) }),
    item('NUM', 'Count', { '0040A300': sq({ '004008EA': code('no units', '1'), '0040A30A': { vr: 'DS', Value: [2] } }) }),
    item('NUM', 'Volume', { '0040A301': code('Not a number') }),
    item('IMAGE', 'Best seen on', { '00081199': sq({ '00081150': { vr: 'UI', Value: ['1.2.840.10008.5.1.4.1.1.2'] }, '00081155': { vr: 'UI', Value: ['1.3'] }, '00081160': { vr: 'IS', Value: [4] } }) }),
  ) })),
}

const content = (json: DicomJson) => {
  const found = reportContent(json)
  if (!found) throw new Error('no content tree')
  return found
}

describe('content', () => {
  test('plain text has headings, values with units, and what belongs to what', () => {
    expect(reportText(content(report))).toBe([
      'CT Report', '=========', '', 'Patient: Wang XiaoDong 王小东', 'Birth date: 1961-03-04', 'Completion: COMPLETE', '',
      'Findings', '--------', '  - Finding: Nodule <1 cm & "smooth"', '    left lung', '    - (has properties) Certainty: Probable', '  - Diameter: 8.5 millimeter', '  - Count: 2',
      '  - Volume: Not a number', '  - Best seen on: CT Image Storage, frame 4 (1.3)', '',
    ].join('\n'))
  })
  test('HTML links to what the evidence says where to find, and escapes text', () => {
    const html = reportHtml(content(report), ({ at, SOPInstanceUID }) => at && `/studies/${at.StudyInstanceUID}/series/${at.SeriesInstanceUID}/instances/${SOPInstanceUID}/rendered`)
    expect(html).toContain('<h2>Findings</h2>')
    expect(html).toContain('<a href="/studies/1.1/series/1.2/instances/1.3/rendered">CT Image Storage, frame 4</a>')
    expect(html).toContain('Nodule &#60;1 cm &#38; &#34;smooth&#34;')
    expect(html).toContain('<dt>Patient</dt><dd>Wang XiaoDong 王小东</dd>')
  })
  test('an instance without content tree is no report', () => {
    expect(reportContent({ '0040A040': cs('TEXT') })).toBeUndefined()
    expect(reportContent({})).toBeUndefined()
  })
})

test('whatever a report says, its page has no markup but ours', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => {
    const json: DicomJson = { '0040A040': cs('CONTAINER'), '0040A730': sq(item('TEXT', text, { '0040A160': { vr: 'UT', Value: [text] } })) }
    const tags = new Set([...reportHtml(content(json), () => undefined).matchAll(/<\/?([a-z0-9!]+)/gi)].map(([, name]) => name))
    expect([...tags].filter((name) => !['!DOCTYPE', 'html', 'head', 'meta', 'title', 'style', 'body', 'h1', 'dl', 'ul', 'li', 'span'].includes(name ?? ''))).toEqual([])
    expect(escapeXml(text)).not.toMatch(/[<>"'\u0000-\u0008]/)
  }))
})

const shared = sharedDicom()
describe.skipIf(!shared)('real reports', () => {
  const folder = join(shared ?? '', 'sr')
  const files = shared ? readdirSync(folder).map((name) => join(folder, name)).filter((path) => statSync(path).isFile()) : []
  test.for(files.map((path) => [path.slice(folder.length + 1), path] as const))('%s has a page and a text', async ([, path]) => {
    const { metadata } = await storedInstance(readFileSync(path))
    const report = reportContent(metadata)
    if (!report) return
    expect(reportHtml(report, () => undefined)).toMatch(/^<!DOCTYPE html>\n<html[^]*<\/html>\n$/)
    expect(reportText(report).length).toBeGreaterThan(report.title.length * 2)
  })
})
