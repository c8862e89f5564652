import type { DicomJson, DicomJsonAttribute } from '@isocenter/dicom'
import { seriesRow, studyRow, type SeriesRow, type StudyRow } from './prepare.ts'
import type { Ready } from './ready.ts'

/**
 * The study's row with its empty attributes filled from another instance of it, or undefined when that adds nothing.
 * The first value that is not empty stays: instances of one study that contradict each other are each kept as they are,
 * and the study does not change its patient because a later object says so.
 */
export function fillStudy(stored: Ready, incoming: Ready): StudyRow | undefined {
  const filled = merged(stored, incoming, (value) => !hasValue(value))
  return filled && studyRow(filled)
}

/** The same for a series. */
export function fillSeries(stored: Ready, incoming: Ready): SeriesRow | undefined {
  const filled = merged(stored, incoming, (value) => !hasValue(value))
  return filled && seriesRow(filled)
}

/**
 * The study's row after other bytes took the place of the instance that it was described by: it says what that instance says now.
 * What the instance no longer gives a value stays as it was: see store-emptied.ts. Undefined when nothing changes.
 */
export function correctStudy(stored: Ready, incoming: Ready): StudyRow | undefined {
  const corrected = merged(stored, incoming, differs)
  return corrected && studyRow(corrected)
}

/** The same for a series. */
export function correctSeries(stored: Ready, incoming: Ready): SeriesRow | undefined {
  const corrected = merged(stored, incoming, differs)
  return corrected && seriesRow(corrected)
}

/** Tags of which the stored row has a value and the incoming one has none. */
export function valuesWithout(stored: Ready, incoming: Ready): string[] {
  if (stored.attributes === incoming.attributes && stored.more_attributes === incoming.more_attributes) return []
  const given = attributesOf(incoming)
  return Object.entries(attributesOf(stored)).flatMap(([tag, attribute]) => (hasValue(attribute) && !hasValue(given[tag]) ? [tag] : []))
}

/** Of these attributes of a row those that have the very same value in an object. */
export function givenBy(json: DicomJson, stored: Ready, tags: readonly string[]): string[] {
  const kept = attributesOf(stored)
  return tags.filter((tag) => !differs(json[tag], kept[tag] ?? { vr: 'UN' }))
}

/** Of these tags those of which an object has no value. */
export const withoutValue = (json: DicomJson, tags: Iterable<string>): string[] => [...tags].filter((tag) => !hasValue(json[tag]))

/** The stored attributes, of which those in `tags` are what the first of the objects that has a value says, or empty where none has. */
export function refilled(stored: Ready, tags: Iterable<string>, objects: readonly DicomJson[]): DicomJson {
  const result = attributesOf(stored)
  for (const tag of tags) {
    const found = objects.map((json) => json[tag]).find(hasValue)
    if (found) result[tag] = found
    else delete result[tag]
  }
  return result
}

const differs = (value: DicomJsonAttribute | undefined, incoming: DicomJsonAttribute): boolean => JSON.stringify(value) !== JSON.stringify(incoming)

/** The stored attributes with those incoming ones that have a value and that `takes` lets in the place of the stored; undefined when that is none. */
function merged(stored: Ready, incoming: Ready, takes: (value: DicomJsonAttribute | undefined, incoming: DicomJsonAttribute) => boolean): DicomJson | undefined {
  // Nearly always: what instances say of their study and series is the same text.
  if (stored.attributes === incoming.attributes && stored.more_attributes === incoming.more_attributes) return undefined
  const result = attributesOf(stored)
  let isChanged = false
  for (const [tag, attribute] of Object.entries(attributesOf(incoming))) {
    if (hasValue(attribute) && takes(result[tag], attribute)) {
      result[tag] = attribute
      isChanged = true
    }
  }
  return isChanged ? result : undefined
}

/** Control character that holds the places of computed members; outside strings, so that the text without it is JSON. */
const marks = /\u001f/g

function attributesOf({ attributes, more_attributes }: Ready): DicomJson {
  return { ...JSON.parse(attributes.replace(marks, '')) as DicomJson, ...JSON.parse(more_attributes) as DicomJson }
}

function hasValue(attribute: DicomJsonAttribute | undefined): boolean {
  if (attribute === undefined) return false
  return attribute.InlineBinary !== undefined || attribute.BulkDataURI !== undefined || attribute.Value?.some((value) => !isBlank(attribute.vr, value)) === true
}

/** Spaces are padding, and a name whose every group is blank names nobody. */
function isBlank(vr: string, value: unknown): boolean {
  if (typeof value === 'string') return value.trim() === ''
  if (value === null || value === undefined) return true
  return vr === 'PN' && typeof value === 'object' && Object.values(value).every((group) => isBlank('LO', group))
}
