import { performedStepStatuses } from '@isocenter/contracts'
import { formatTag, tagOf, type DicomJson, type Keyword } from '@isocenter/dicom'
import { aUID } from '@isocenter/testkit'
import { describe, expect, test } from 'vitest'
import { changed, refusalOfCreate } from './performed-check.ts'
import { attributeRules, performedStates } from './performed-rules.ts'
import { aBegunStep, anEnd, dataSet } from './worklist.fixture.ts'

const key = (keyword: Keyword) => formatTag(tagOf(keyword))
const without = (json: DicomJson, keyword: Keyword): DicomJson => Object.fromEntries(Object.entries(json).filter(([tag]) => tag !== key(keyword)))
const begun = aBegunStep(aUID())
const stepWith = (status: string): DicomJson => ({ ...begun, ...anEnd('COMPLETED'), ...dataSet({ PerformedProcedureStepStatus: status }) })

describe('every attribute of the table', () => {
  test.each(attributeRules)('$keyword in an N-CREATE', ({ keyword, create }) => {
    const { vr } = begun[key(keyword)] ?? { vr: 'SQ' as const }
    expect(refusalOfCreate(without(begun, keyword))?.dimseStatus).toBe(create === 1 ? 0x0120 : undefined)
    expect(refusalOfCreate({ ...begun, [key(keyword)]: { vr } })?.dimseStatus).toBe(create === 1 ? 0x0121 : undefined)
    if (create === 1) expect(refusalOfCreate(without(begun, keyword))?.attributes).toEqual([key(keyword)])
  })

  test.each(attributeRules)('$keyword in an N-SET that completes the step', ({ keyword, set, final }) => {
    const end = anEnd('COMPLETED')
    const emptied = changed(begun, { ...end, [key(keyword)]: { vr: begun[key(keyword)]?.vr ?? 'SQ' } })
    const isNeeded = final?.includes('COMPLETED') === true
    // An empty status is no status at all.
    if (keyword === 'PerformedProcedureStepStatus') expect(emptied).toMatchObject({ refusal: { dimseStatus: 0x0106 } })
    else if (isNeeded) expect(emptied).toMatchObject({ refusal: { dimseStatus: 0x0121, attributes: [key(keyword)] } })
    else {
      const wouldChange = (begun[key(keyword)]?.Value ?? []).length > 0
      expect(emptied).toMatchObject({ status: 'COMPLETED', kept: !set && wouldChange ? [key(keyword)] : [] })
      if (!set && 'dataSet' in emptied) expect(emptied.dataSet[key(keyword)]).toEqual(begun[key(keyword)])
    }
  })

  test('is an attribute of PS3.6, once', () => {
    expect(new Set(attributeRules.map(({ keyword }) => tagOf(keyword))).size).toBe(attributeRules.length)
  })
})

describe('every pair of statuses', () => {
  const pairs = performedStepStatuses.flatMap((from) => [...performedStepStatuses, 'FINISHED', ''].map((to) => [from, to] as const))
  test.each(pairs)('%s to %j', (from, to) => {
    const change = changed(stepWith(from), dataSet({ PerformedProcedureStepStatus: to }))
    const isAllowed = (performedStates[from] as readonly string[]).includes(to)
    expect('refusal' in change).toBe(!isAllowed)
    if (!isAllowed) expect(change).toMatchObject({ refusal: { dimseStatus: 0x0106, attributes: [key('PerformedProcedureStepStatus')] } })
  })

  test('only a step in progress comes anywhere', () => {
    expect(performedStepStatuses.filter((status) => performedStates[status].length > 0)).toEqual(['IN PROGRESS'])
  })
})

describe('a step', () => {
  test.each(['COMPLETED', 'DISCONTINUED', 'WAITING'])('is not created %s', (status) => {
    expect(refusalOfCreate({ ...begun, ...dataSet({ PerformedProcedureStepStatus: status }) })).toMatchObject({ dimseStatus: 0x0106 })
  })

  test('given up before there was a series ends without one; one that is completed does not', () => {
    expect(changed(begun, anEnd('DISCONTINUED', { PerformedSeriesSequence: [] }))).toMatchObject({ status: 'DISCONTINUED' })
    expect(changed(begun, anEnd('COMPLETED', { PerformedSeriesSequence: [] }))).toMatchObject({ refusal: { dimseStatus: 0x0121 } })
  })

  test('has a UID and, at its end, a protocol in every series, and both UIDs in every reference', () => {
    const series = { SeriesInstanceUID: '1.2.3', ProtocolName: 'Head', ReferencedImageSequence: [dataSet({ ReferencedSOPClassUID: '1.2', ReferencedSOPInstanceUID: '1.3' })] }
    const ended = (values: Parameters<typeof dataSet>[0]) => changed(begun, anEnd('COMPLETED', { PerformedSeriesSequence: [dataSet({ ...series, ...values })] }))
    expect(ended({})).toMatchObject({ status: 'COMPLETED' })
    for (const values of [{ SeriesInstanceUID: '' }, { ProtocolName: '' }, { ReferencedImageSequence: [dataSet({ ReferencedSOPClassUID: '1.2' })] }]) {
      expect(ended(values)).toMatchObject({ refusal: { dimseStatus: 0x0121, attributes: [key('PerformedSeriesSequence')] } })
    }
    expect(changed(begun, dataSet({ PerformedSeriesSequence: [dataSet({ SeriesInstanceUID: '1.2.3' })] }))).toMatchObject({ status: 'IN PROGRESS' })
  })

  test('that begins on no day, or names no study, is refused', () => {
    expect(refusalOfCreate({ ...begun, ...dataSet({ PerformedProcedureStepStartDate: 'today' }) })).toMatchObject({ dimseStatus: 0x0106, attributes: [key('PerformedProcedureStepStartDate')] })
    expect(refusalOfCreate(aBegunStep(''))).toMatchObject({ dimseStatus: 0x0121, attributes: [key('ScheduledStepAttributesSequence')] })
    expect(refusalOfCreate(aBegunStep('x'))).toMatchObject({ dimseStatus: 0x0106 })
  })

  test('keeps attributes the table leaves open', () => {
    expect(changed(begun, { ...anEnd('COMPLETED'), ...dataSet({ CommentsOnThePerformedProcedureStep: 'moved' }) })).toMatchObject({ dataSet: dataSet({ CommentsOnThePerformedProcedureStep: 'moved' }) })
  })
})
