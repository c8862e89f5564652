import { attribute, formatTag, orderedJson, tagOf } from '@isocenter/dicom'
import type { DicomJson, Keyword } from '@isocenter/dicom'
import { instanceAttributes, seriesAttributes, studyAttributes } from './level-attributes.ts'
import type { LevelAttributes } from './level-attributes.ts'

/** Columns every level has: DICOM JSON text ready to be answered, with marks where computed members go, and what includefield may add. */
export interface Ready {
  readonly attributes: string
  readonly more_attributes: string
}

/** Stands where computed members are spliced in; JSON text escapes it inside strings, so it occurs nowhere else. */
const mark = '\u001f'

const key = (keyword: Keyword): string => formatTag(tagOf(keyword))

/** Before which attribute each mark of a level stands: the computed members that follow one another share a mark. */
const marks = {
  study: [key('InstanceAvailability'), key('RetrieveURL'), key('NumberOfStudyRelatedSeries')],
  series: [key('InstanceAvailability'), key('RetrieveURL'), key('NumberOfSeriesRelatedInstances')],
  instance: [key('InstanceAvailability'), key('RetrieveURL')],
}

/** The study's part of an instance's metadata as the study row keeps it. */
export const readyStudy = (json: DicomJson): Ready => ready(json, studyAttributes, marks.study)

/** The series' part of an instance's metadata as the series row keeps it. */
export const readySeries = (json: DicomJson): Ready => ready(json, seriesAttributes, marks.series)

/** The instance's default answer; its full metadata stands in instance_metadata, so there is nothing more. */
export const readyInstance = (json: DicomJson): Pick<Ready, 'attributes'> => ({ attributes: ready(json, instanceAttributes, marks.instance).attributes })

function ready(json: DicomJson, level: LevelAttributes, marks: readonly string[]): Ready {
  const members = new Map<string, string>()
  // Every answer is UTF-8, whatever the object was stored in.
  members.set(key('SpecificCharacterSet'), '{"vr":"CS","Value":["ISO_IR 192"]}')
  for (const keyword of level.always) members.set(key(keyword), JSON.stringify(json[key(keyword)] ?? { vr: attribute(keyword)?.vr[0] }))
  for (const keyword of level.known) {
    const value = json[key(keyword)]
    if (value?.Value !== undefined) members.set(key(keyword), orderedJson(value))
  }
  const more: DicomJson = {}
  for (const tag of level.more.map(key).toSorted()) {
    const value = json[tag]
    if (value !== undefined) more[tag] = value
  }
  return { attributes: withMarks(members, marks), more_attributes: JSON.stringify(more) }
}

/** Members in ascending order. The first is (0008,0005), before every mark, so that each spliced member can begin with its comma. */
function withMarks(members: ReadonlyMap<string, string>, marks: readonly string[]): string {
  const places = [...members.keys(), ...marks].toSorted()
  const text = places.map((place) => {
    const member = members.get(place)
    return member === undefined ? mark : `,"${place}":${member}`
  })
  return `{${text.join('').slice(1)}}`
}

/** What is computed for a study at the moment of the answer. */
export interface StudyFacts {
  readonly RetrieveURL: string
  readonly ModalitiesInStudy: readonly string[]
  /** Only when it was asked for. */
  readonly SOPClassesInStudy?: readonly string[]
  readonly NumberOfStudyRelatedSeries: number
  readonly NumberOfStudyRelatedInstances: number
}

/**
 * A study's ready text with its computed members. ModalitiesInStudy without a value is left out: widely used viewers
 * read its Value unasked and lose the whole list.
 */
export function spliceStudy(attributes: string, facts: StudyFacts): string {
  return splice(attributes, [
    online + values('ModalitiesInStudy', 'CS', facts.ModalitiesInStudy) + values('SOPClassesInStudy', 'UI', facts.SOPClassesInStudy ?? []),
    values('RetrieveURL', 'UR', [facts.RetrieveURL]),
    values('NumberOfStudyRelatedSeries', 'IS', [facts.NumberOfStudyRelatedSeries])
      + values('NumberOfStudyRelatedInstances', 'IS', [facts.NumberOfStudyRelatedInstances]),
  ])
}

/** A series' ready text with its computed members. */
export function spliceSeries(attributes: string, facts: { RetrieveURL: string; NumberOfSeriesRelatedInstances: number }): string {
  return splice(attributes, [
    online,
    values('RetrieveURL', 'UR', [facts.RetrieveURL]),
    values('NumberOfSeriesRelatedInstances', 'IS', [facts.NumberOfSeriesRelatedInstances]),
  ])
}

/** What is computed for an instance at the moment of the answer. */
export interface InstanceFacts {
  readonly RetrieveURL: string
  /** As it is kept; only when it was asked for. */
  readonly AvailableTransferSyntaxUID?: string
}

/** An instance's ready text with its computed members. */
export function spliceInstance(attributes: string, facts: InstanceFacts): string {
  const { RetrieveURL, AvailableTransferSyntaxUID } = facts
  return splice(attributes, [
    online,
    values('RetrieveURL', 'UR', [RetrieveURL]) + values('AvailableTransferSyntaxUID', 'UI', AvailableTransferSyntaxUID === undefined ? [] : [AvailableTransferSyntaxUID]),
  ])
}

/** What of an instance the page of a series is made of, one after the other with marks between: its UID and its ready text, which has two marks itself. */
const piecesOfInstance = 1 + marks.instance.length + 1

/** The same for the instances of a series that come as one text, their UIDs and ready texts with marks between and behind each other. */
export function spliceInstances(joined: string, seriesURL: string): string[] {
  const beforeUID = `${values('RetrieveURL', 'UR', [`${seriesURL}/instances/`]).slice(0, -'"]}'.length)}`
  const pieces = joined.split(mark)
  const spliced: string[] = []
  for (let at = 0; at + piecesOfInstance <= pieces.length; at += piecesOfInstance) {
    spliced.push(`${pieces[at + 1] ?? ''}${online}${pieces[at + 2] ?? ''}${beforeUID}${pieces[at] ?? ''}"]}${pieces[at + 3] ?? ''}`)
  }
  return spliced
}

function splice(attributes: string, computed: readonly string[]): string {
  const pieces = attributes.split(mark)
  return pieces.map((piece, index) => piece + (computed[index] ?? '')).join('')
}

function values(keyword: Keyword, vr: string, Value: readonly (string | number)[]): string {
  return Value.length === 0 ? '' : `,"${key(keyword)}":${JSON.stringify({ vr, Value })}`
}

const online = values('InstanceAvailability', 'CS', ['ONLINE'])
