/** Holds what a modality sends of a performed step against the rules: nothing here reads or writes. */
import { performedStepStatuses, type PerformedStepStatus } from '@isocenter/contracts'
import { formatTag, orderedJson, tagOf, type DicomJson, type DicomJsonAttribute, type Keyword } from '@isocenter/dicom'
import { attributeOf, comparableIn, hasValue, itemsIn, keyOf, textIn } from './data-set.ts'
import { attributeRules, performedStates, type ItemRule } from './performed-rules.ts'

/** Statuses of PS3.7 §10.1.5 and §10.1.3, Annex C, that N-CREATE and N-SET are answered with. */
export const dimseStatus = {
  invalidAttributeValue: 0x0106,
  attributeListError: 0x0107,
  processingFailure: 0x0110,
  duplicateSOPInstance: 0x0111,
  noSuchSOPInstance: 0x0112,
  missingAttribute: 0x0120,
  missingAttributeValue: 0x0121,
} as const

/** Why a request is refused. */
export interface Refusal {
  readonly dimseStatus: number
  /** Words without values. */
  readonly errorComment: string
  /** Attribute Identifier List: tags as DICOM JSON writes them. */
  readonly attributes: readonly string[]
}

const statusKeyword = 'PerformedProcedureStepStatus'

/** The status a data set says; undefined where it says none of the three. */
export function statusIn(dataSet: DicomJson): PerformedStepStatus | undefined {
  const text = textIn(dataSet, statusKeyword)
  return performedStepStatuses.find((status) => status === text)
}

/** Why a step cannot be created so, or undefined (PS3.4 §F.7.2.1). */
export function refusalOfCreate(dataSet: DicomJson): Refusal | undefined {
  const absent = attributeRules.filter(({ keyword, create }) => create === 1 && attributeOf(dataSet, keyword) === undefined)
  if (absent.length > 0) return refused('missingAttribute', 'Attributes of type 1 are missing', absent.map(({ keyword }) => keyword))
  const empty = [
    ...attributeRules.filter(({ keyword, create }) => create === 1 && !hasValue(dataSet, keyword)).map(({ keyword }) => keyword),
    ...incompleteSequences(dataSet, ['create']),
  ]
  if (empty.length > 0) return refused('missingAttributeValue', 'Attributes of type 1 have no value', empty)
  if (statusIn(dataSet) !== 'IN PROGRESS') return refused('invalidAttributeValue', 'A step is created IN PROGRESS', [statusKeyword])
  return unreadable(dataSet)
}

/** What an N-SET makes of a step, or why it is refused (PS3.4 §F.7.2.2). */
export type Change =
  | { readonly refusal: Refusal }
  | { readonly dataSet: DicomJson; readonly status: PerformedStepStatus; /** Tags of attributes that stay as they are, since N-SET may not change them. */ readonly kept: readonly string[] }

/**
 * The step after an N-SET. Attributes replace those of the step whole, sequences with all their items. What N-SET may not change is left as it is,
 * which is told when it would have become different: to refuse it would leave steps open for ever that modalities end with their usual data.
 */
export function changed(step: DicomJson, modifications: DicomJson): Change {
  const fixed = new Set(attributeRules.filter(({ set }) => !set).map(({ keyword }) => keyOf(keyword)))
  const entries = Object.entries(modifications)
  const dataSet: DicomJson = { ...step, ...Object.fromEntries(entries.filter(([key]) => !fixed.has(key))) }
  const kept = entries.filter(([key, member]) => fixed.has(key) && !says(step[key], member)).map(([key]) => key)
  const former = statusIn(step) ?? 'IN PROGRESS'
  const status = statusIn(dataSet)
  if (status === undefined || !performedStates[former].includes(status)) return { refusal: refused('invalidAttributeValue', 'The step cannot come to this status', [statusKeyword]) }
  const refusal = refusalOfState(dataSet, status) ?? unreadable(dataSet)
  return refusal ? { refusal } : { dataSet, status, kept }
}

/** True when an attribute says what the other says; empty and absent say the same. */
const says = (one: DicomJsonAttribute | undefined, other: DicomJsonAttribute | undefined): boolean => {
  const told = ({ vr, ...value }: Partial<DicomJsonAttribute> = {}) => (Object.keys(value).length === 0 ? '' : orderedJson({ vr, ...value }))
  return told(one) === told(other)
}

/** Why a step with this status lacks something. */
function refusalOfState(dataSet: DicomJson, status: PerformedStepStatus): Refusal | undefined {
  const isFinal = status !== 'IN PROGRESS'
  const empty = [
    ...attributeRules.filter(({ keyword, final }) => isFinal && final?.includes(status) && !hasValue(dataSet, keyword)).map(({ keyword }) => keyword),
    ...incompleteSequences(dataSet, isFinal ? ['create', 'final'] : ['create']),
  ]
  return empty.length === 0 ? undefined : refused('missingAttributeValue', isFinal ? 'Attributes needed at the end of the step have no value' : 'Attributes of type 1 have no value', empty)
}

/** Sequences an item of which lacks something. */
function incompleteSequences(dataSet: DicomJson, stages: readonly ItemRule['neededAt'][]): Keyword[] {
  return attributeRules.filter(({ keyword, items = [] }) => itemsIn(dataSet, keyword).some((item) => !isComplete(item, items, stages))).map(({ keyword }) => keyword)
}

const isComplete = (item: DicomJson, rules: readonly ItemRule[], stages: readonly ItemRule['neededAt'][]): boolean =>
  rules.every(({ keyword, neededAt, items = [] }) =>
    (!stages.includes(neededAt) || hasValue(item, keyword)) && itemsIn(item, keyword).every((nested) => isComplete(nested, items, stages)))

/** Dates, times and UIDs that the step is found and linked by must be such. */
function unreadable(dataSet: DicomJson): Refusal | undefined {
  const moments = [['PerformedProcedureStepStartDate', 'DA'], ['PerformedProcedureStepStartTime', 'TM'], ['PerformedProcedureStepEndDate', 'DA'], ['PerformedProcedureStepEndTime', 'TM']] as const
  const wrong: Keyword[] = moments.filter(([keyword, vr]) => hasValue(dataSet, keyword) && comparableIn(dataSet, keyword, vr).length === 0).map(([keyword]) => keyword)
  if (itemsIn(dataSet, 'ScheduledStepAttributesSequence').some((item) => !/^[0-9]+(\.[0-9]+)*$/.test(textIn(item, 'StudyInstanceUID') ?? ''))) wrong.push('ScheduledStepAttributesSequence')
  return wrong.length === 0 ? undefined : refused('invalidAttributeValue', 'A date, a time or a UID cannot be read', wrong)
}

const refused = (status: keyof typeof dimseStatus, errorComment: string, keywords: readonly Keyword[]): Refusal =>
  ({ dimseStatus: dimseStatus[status], errorComment, attributes: [...new Set(keywords)].map((keyword) => formatTag(tagOf(keyword))) })
