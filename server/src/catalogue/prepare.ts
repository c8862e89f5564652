import { formatTag, tagOf, type DicomJson } from '@isocenter/dicom'
import type { Access } from '../identity/index.ts'
import { deflateJoinable, type JoinableText } from '../platform/joinable-deflate.ts'
import { currentOrigin, type RequestOrigin } from '../platform/request-origin.ts'
import { instanceColumns, seriesColumns, studyColumns, type InstanceColumns, type SeriesColumns, type StudyColumns } from './columns.ts'
import { seriesAttributes, studyAttributes, type LevelAttributes } from './level-attributes.ts'
import { memoized } from './memo.ts'
import type { NewInstance } from './new-instance.ts'
import { readyInstance, readySeries, readyStudy, type Ready } from './ready.ts'

export type StudyRow = StudyColumns & Ready
export type SeriesRow = SeriesColumns & Ready
export type InstanceRow = InstanceColumns & Pick<Ready, 'attributes'>

/** One instance with all that is computed before its transaction begins. */
export interface Prepared {
  readonly access: Access
  /** Where it was sent from: it is stored together with what others sent. */
  readonly origin: RequestOrigin | null
  readonly instance: NewInstance
  readonly study: StudyRow
  readonly series: SeriesRow
  readonly row: InstanceRow
  readonly metadata: JoinableText
}

/** Rows of as many studies, and of as many series, as are likely being stored at once; some kilobytes each. */
const rememberedRows = 256

/** Computes rows and deflated metadata; what is wrong with one instance shows here, before it shares a transaction with others. */
export async function prepare(access: Access, instance: NewInstance): Promise<Prepared> {
  const { attributes, metadataText } = instance
  return {
    access,
    origin: currentOrigin() ?? null,
    instance,
    study: studyOf(attributes),
    series: seriesRow(membersOf(attributes, seriesTags)),
    row: { ...storable(instanceColumns(attributes)), ...readyInstance(attributes) },
    metadata: await deflateJoinable(metadataText),
  }
}

/** The same object without what it says of its patient: for a study that has one. */
export function withoutPatient(prepared: Prepared): Prepared {
  return { ...prepared, study: studyOf(attributesWithoutPatient(prepared.instance.attributes)) }
}

/** What an object says of its study. */
export const studyOf = (attributes: DicomJson): StudyRow => studyRow(membersOf(attributes, studyTags))

export const attributesWithoutPatient = (attributes: DicomJson): DicomJson => Object.fromEntries(Object.entries(attributes).filter(([tag]) => !isOfPatient(tag)))

export const isOfPatient = (tag: string): boolean => groupsOfPatient.has(tag.slice(0, 4))

/** Of the patient, and of the trial the patient takes part in. */
const groupsOfPatient: ReadonlySet<string> = new Set(['0010', '0012'])

/** A study's row out of its attributes. The instances of a study arrive together and nearly always say the same of it, so the last rows are remembered. */
export const studyRow = memoized((study: DicomJson): StudyRow => ({ ...storable(studyColumns(study)), ...readyStudy(study) }), JSON.stringify, rememberedRows)

/** A series' row out of its attributes, remembered likewise. */
export const seriesRow = memoized((series: DicomJson): SeriesRow => ({ ...storable(seriesColumns(series)), ...readySeries(series) }), JSON.stringify, rememberedRows)

const tagsOf = ({ always, known, more }: LevelAttributes): ReadonlySet<string> => new Set([...always, ...known, ...more].map((keyword) => formatTag(tagOf(keyword))))
const studyTags = tagsOf(studyAttributes)
const seriesTags = tagsOf(seriesAttributes)

function membersOf(attributes: DicomJson, tags: ReadonlySet<string>): DicomJson {
  const members: DicomJson = {}
  for (const tag in attributes) {
    const member = tags.has(tag) ? attributes[tag] : undefined
    if (member) members[tag] = member
  }
  return members
}

/** The same columns without what Postgres cannot hold in a text: NUL and halves of surrogate pairs. The stored bytes and metadata keep them. */
function storable<Columns extends object>(columns: Columns): Columns {
  return Object.fromEntries(Object.entries(columns).map(([column, value]: [string, unknown]) => [column, storableValue(value)])) as Columns
}

function storableValue(value: unknown): unknown {
  if (typeof value === 'string') return (value.includes('\0') ? value.replaceAll('\0', '') : value).toWellFormed()
  return Array.isArray(value) ? value.map(storableValue) : value
}
