/**
 * What a database can rule out of a worklist search, so that few items need be looked at: every item that matches satisfies these conditions, and
 * whether one that satisfies them matches is decided by `matchesPlan`, on the item itself.
 */
import { tagOf, type Condition, type Keyword, type MatchPlan, type Pattern, type VR } from '@isocenter/dicom'
import { anywhere, likeLiteral } from '../platform/like.ts'
import type { ItemColumns } from './item.ts'

export interface SqlCondition {
  readonly text: string
  readonly bindings: readonly (string | readonly string[])[]
}

interface Column {
  readonly name: keyof ItemColumns | 'status'
  readonly isList?: boolean
}

const columns: Partial<Record<Keyword, Column>> = {
  StudyInstanceUID: { name: 'study_instance_uid' }, RequestedProcedureID: { name: 'requested_procedure_id' }, AccessionNumber: { name: 'accession_number' },
  PatientID: { name: 'patient_id' }, PatientName: { name: 'patient_name_search' },
}
const stepColumns: Partial<Record<Keyword, Column>> = {
  ScheduledProcedureStepID: { name: 'scheduled_procedure_step_id' }, Modality: { name: 'modality' },
  ScheduledStationAETitle: { name: 'scheduled_station_ae_titles', isList: true },
  ScheduledProcedureStepStartDate: { name: 'start_date' }, ScheduledProcedureStepStartTime: { name: 'start_time' },
  ScheduledProcedureStepStatus: { name: 'status' },
}

const stepSequence = tagOf('ScheduledProcedureStepSequence')
const startDate = tagOf('ScheduledProcedureStepStartDate')
const dateDigits = 8

/** Conditions that every matching item satisfies. */
export function narrowing(plan: MatchPlan): SqlCondition[] {
  const steps = plan.sequences.filter(({ tag }) => tag === stepSequence).map((sequence) => sequence.plan)
  return [...ofPlan(plan, columns), ...steps.flatMap((step) => [...ofPlan(step, stepColumns), ...ofMoments(step)])]
}

function ofPlan({ conditions }: MatchPlan, known: Partial<Record<Keyword, Column>>): SqlCondition[] {
  const byTag = new Map(Object.entries(known).map(([keyword, column]) => [tagOf(keyword as Keyword), column]))
  return conditions.flatMap(({ tag, vr, condition }) => {
    const column = byTag.get(tag)
    return column ? ofCondition(column, vr, condition) : []
  })
}

function ofCondition({ name, isList }: Column, vr: VR, condition: Condition): SqlCondition[] {
  switch (condition.kind) {
    case 'equal': return [{ text: isList ? `${name} && ?::text[]` : `${name} = any(?::text[])`, bindings: [condition.values] }]
    case 'range': return [
      ...(condition.from === undefined ? [] : [{ text: `${name} >= ?`, bindings: [condition.from] }]),
      ...(condition.to === undefined ? [] : [{ text: `${name} <= ?`, bindings: [condition.to] }]),
    ]
    case 'pattern': return isList || vr === 'PN' ? [] : [{ text: `${name} like ?`, bindings: [likePattern(condition.pattern)] }]
    case 'nameGroup': return literals(condition.pattern).map(containing)
    case 'nameGroups': return condition.patterns.flatMap((pattern) => literals(pattern ?? []).map(containing))
    // Delimiters may stand between the characters of what is written without spaces.
    case 'nameWords': return condition.words.flatMap(({ text, ideographic }) => (ideographic ? Array.from(text) : [text]).map(containing))
    case 'anyOf': case 'empty': case 'number': case 'universal': return []
  }
}

const containing = (text: string): SqlCondition => ({ text: 'patient_name_search like ?', bindings: [anywhere(text)] })

const literals = (pattern: Pattern): string[] => pattern.flatMap((part) => (typeof part === 'object' ? [part.text] : []))
const likePattern = (pattern: Pattern): string => pattern.map((part) => (part === '*' ? '%' : part === '?' ? '_' : likeLiteral(part.text))).join('')

/** The days a range of moments touches. In another zone than the item's they may be others, so nothing is ruled out. */
function ofMoments({ dateTimes }: MatchPlan): SqlCondition[] {
  return dateTimes.flatMap(({ date, range, offsetMinutes }) => (date !== startDate || offsetMinutes !== undefined ? [] : [
    ...(range.from === undefined ? [] : [{ text: 'start_date >= ?', bindings: [range.from.slice(0, dateDigits)] }]),
    ...(range.to === undefined ? [] : [{ text: 'start_date <= ?', bindings: [range.to.slice(0, dateDigits)] }]),
  ]))
}
