/** What a study says of the attributes rules look at, out of what the catalogue keeps of it. */
import { inflateSync } from 'node:zlib'
import type { TagAttribute } from '@isocenter/contracts'
import { formatTag, tagOf, textOf, type DicomJson, type Keyword } from '@isocenter/dicom'
import { rows, type Db } from '../platform/db.ts'
import type { SeriesValues } from './rules.ts'

const valuesIn = (json: DicomJson, keyword: Keyword): readonly unknown[] => json[formatTag(tagOf(keyword))]?.Value ?? []
const textsIn = (json: DicomJson, keyword: Keyword): string[] => valuesIn(json, keyword).flatMap((value) => textOf(value)?.trim() ?? []).filter((text) => text !== '')
const itemsIn = (json: DicomJson, keyword: Keyword): DicomJson[] => valuesIn(json, keyword).filter((value): value is DicomJson => typeof value === 'object' && value !== null)

/** Of each item its code, the code under its scheme, and its meaning (PS3.3 §8.1 to 8.3). */
const codesIn = (json: DicomJson, keyword: Keyword): string[] => itemsIn(json, keyword).flatMap((item) => {
  const [code] = [...textsIn(item, 'CodeValue'), ...textsIn(item, 'LongCodeValue'), ...textsIn(item, 'URNCodeValue')]
  const [scheme] = textsIn(item, 'CodingSchemeDesignator')
  return [...(code === undefined ? [] : [code, ...(scheme === undefined ? [] : [`${scheme}:${code}`])]), ...textsIn(item, 'CodeMeaning')]
})

/** Of the object itself, or of an enhanced multi-frame one (PS3.3 §C.7.6.16.2.8). */
const anatomicRegions = (json: DicomJson): string[] => [
  ...codesIn(json, 'AnatomicRegionSequence'),
  ...itemsIn(json, 'SharedFunctionalGroupsSequence').flatMap((groups) => itemsIn(groups, 'FrameAnatomySequence')).flatMap((anatomy) => codesIn(anatomy, 'AnatomicRegionSequence')),
]

export interface StudyRow {
  readonly study_key: string
  readonly study_description: string | null
  readonly more_attributes: string
}

interface SeriesRow {
  readonly series_key: string
  readonly series_instance_uid: string
  readonly series_description: string | null
  readonly body_part_examined: string | null
  readonly more_attributes: string
}

/** Of its first instance to be stored: what differs from object to object within a series says nothing of the series. */
async function firstInstanceOf(db: Db, seriesKey: string): Promise<DicomJson> {
  const [found] = await rows<{ metadata: Buffer }>(db, 'select metadata from instance join instance_metadata using (instance_key) where series_key = ? order by instance_key limit 1', [seriesKey])
  return found === undefined ? {} : JSON.parse(inflateSync(found.metadata).toString('utf8')) as DicomJson
}

/** Every series of a study with what it and the study say, in the order of their numbers. Objects are read only where a rule looks at what they alone say. */
export async function studyValues(db: Db, study: StudyRow, attributes: ReadonlySet<TagAttribute>): Promise<SeriesValues[]> {
  const ofStudy = { StudyDescription: study.study_description === null ? [] : [study.study_description], ProcedureCodeSequence: codesIn(JSON.parse(study.more_attributes) as DicomJson, 'ProcedureCodeSequence') }
  const series = await rows<SeriesRow>(
    db,
    'select series_key, series_instance_uid, series_description, body_part_examined, more_attributes from series where study_key = ? order by series_number_sort, series_key',
    [study.study_key],
  )
  const all: SeriesValues[] = []
  for (const one of series) {
    all.push({
      SeriesInstanceUID: one.series_instance_uid,
      values: {
        BodyPartExamined: one.body_part_examined === null ? [] : [one.body_part_examined],
        ...ofStudy,
        SeriesDescription: one.series_description === null ? [] : [one.series_description],
        ProtocolName: textsIn(JSON.parse(one.more_attributes) as DicomJson, 'ProtocolName'),
        // One after another: metadata of a large object are megabytes.
        AnatomicRegionSequence: attributes.has('AnatomicRegionSequence') ? anatomicRegions(await firstInstanceOf(db, one.series_key)) : [],
      },
    })
  }
  return all
}
