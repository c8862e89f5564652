/** What is said of one match: the keys that were asked for, no more (PS3.4 §C.4.1.1.3.2). */
import { formatTag, type DicomJson, type DicomJsonAttribute, type DicomJsonValue } from '@isocenter/dicom'
import type { QueryKey } from './identifier.ts'

/** The attributes of `keys` as `found` has them; those it has no value of are there and empty. */
export function returned(keys: readonly QueryKey[], found: DicomJson): DicomJson {
  return Object.fromEntries(keys.map((key) => [formatTag(key.tag), attributeOf(key, found[formatTag(key.tag)])]))
}

function attributeOf({ vr, items }: QueryKey, found: DicomJsonAttribute | undefined): DicomJsonAttribute {
  // What is kept as bulk data is no key.
  if (!found?.Value) return { vr: found?.vr ?? vr }
  if (items.length === 0 || found.vr !== 'SQ') return { vr: found.vr, Value: found.Value }
  return { vr: 'SQ', Value: found.Value.map((item) => (isDataSet(item) ? returned(items, item) : item)) }
}

const isDataSet = (value: DicomJsonValue): value is DicomJson => typeof value === 'object' && value !== null && !('Alphabetic' in value) && !('Ideographic' in value) && !('Phonetic' in value)
