/** What is wrong with the values of a data set that somebody writes, attribute by attribute. */
import { attribute, describeTag, isPrivate, parseTag, textOf, valueFault, vrTraits, type DicomJson, type DicomJsonAttribute, type DicomJsonValue, type VR } from '@isocenter/dicom'

/** One thing that is wrong; names attributes, never values. */
export interface Fault {
  /** Keywords joined by dots, items counted from 1: `ScheduledProcedureStepSequence[1].Modality`. */
  readonly path: string
  readonly message: string
}

/** Enough to mend a message by; a data set of nothing but faults is not told in full. */
export const maxFaults = 50

const messages = {
  valueForm: 'has a value that its VR does not allow',
  valueTooLong: 'has a value that is longer than its VR allows',
} as const

/** Everything wrong with the values of a data set and the items in it (PS3.5 Table 6.2-1), at most `maxFaults`. */
export function faultsIn(dataSet: DicomJson): Fault[] {
  const faults: Fault[] = []
  collect(dataSet, '', faults)
  return faults.slice(0, maxFaults)
}

function collect(dataSet: DicomJson, parent: string, faults: Fault[]): void {
  for (const [key, member] of Object.entries(dataSet)) {
    if (faults.length >= maxFaults) return
    const path = parent + nameOf(key)
    const message = faultOf(key, member)
    if (message !== undefined) faults.push({ path, message })
    else if (member.vr === 'SQ') (member.Value ?? []).forEach((item, index) => { collect(item as DicomJson, `${path}[${index + 1}].`, faults) })
  }
}

function faultOf(key: string, { vr, Value = [], BulkDataURI }: DicomJsonAttribute): string | undefined {
  const tag = parseTag(key) ?? 0
  const expected = attribute(tag)?.vr
  if (expected && expected.length > 0 && !expected.includes(vr) && !(vr === 'UN' && isPrivate(tag))) return `has VR ${vr}, not ${expected.join(' or ')}`
  if (BulkDataURI !== undefined) return 'refers to bulk data, which cannot come with it'
  if (!vrTraits(vr).isText) return undefined
  for (const value of Value) {
    const text = textOf(value)
    const fault = hasControls(value, vr) ? 'valueForm' : text === undefined ? undefined : valueFault(vr, text)
    if (fault) return messages[fault]
  }
  return undefined
}

/** Control characters other than those of PS3.5 §6.1.3, and those only in texts of lines. */
function hasControls(value: DicomJsonValue, vr: VR): boolean {
  if (typeof value === 'object' && value !== null) return Object.values(value).some((group) => typeof group === 'string' && hasControls(group, vr))
  const text = String(value ?? '')
  return (['LT', 'ST', 'UT'].includes(vr) ? /[\0-\x08\x0b\x0e-\x1f\x7f]/ : /[\0-\x1f\x7f]/).test(text)
}

const nameOf = (key: string): string => describeTag(parseTag(key) ?? 0).split(' ')[1] ?? key
