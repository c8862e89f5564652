import { inflateSync } from 'node:zlib'
import { formatTag, isPrivate, orderedJson, tagOf, type DicomJson, type Keyword, type Tag } from '@isocenter/dicom'
import type { Level } from './attributes.ts'
import { instanceAttributes, seriesAttributes, studyAttributes, type LevelAttributes } from './level-attributes.ts'
import { levelsUpTo, type Columns, type Search } from './query.ts'
import { spliceInstance, spliceSeries, spliceStudy } from './ready.ts'

/** One row of a page; which of the optional columns are there is what `Columns` asked for. */
export interface PageRow {
  readonly study_instance_uid: string
  readonly series_instance_uid?: string
  readonly sop_instance_uid?: string
  readonly study_attributes?: string
  readonly study_modalities_in_study?: string[]
  readonly study_sop_classes_in_study?: string[]
  readonly study_number_of_study_related_series?: number
  readonly study_number_of_study_related_instances?: number
  readonly study_more_attributes?: string
  readonly series_attributes?: string
  readonly series_number_of_series_related_instances?: number
  readonly series_more_attributes?: string
  readonly instance_attributes?: string
  readonly transfer_syntax_uid?: string
  /** bigint as text; where metadata are asked for */
  readonly instance_key?: string
  readonly metadata?: Uint8Array
}

/** How the rows of one search become its results. */
export interface Answer {
  readonly columns: Columns
  /** One row as the text of one DICOM JSON data set. */
  write(row: PageRow): string
}

/**
 * Decides what a search answers with (PS3.18 §10.6.3.3): the level's own attributes and those of the levels the path does not name,
 * the attributes matched on, and what includefield asks for as far as it belongs to these levels. When that is no more than the
 * ready-made text of one level, an answer is that text with its computed members spliced in.
 */
export function answerTo(search: Pick<Search, 'level' | 'scope' | 'keys' | 'includefield' | 'baseURL'>): Answer {
  const { level, scope, includefield, baseURL } = search
  const isAll = includefield === 'all'
  const asked = new Set([...(isAll ? [] : includefield), ...search.keys.flatMap(({ path }) => path.slice(0, 1))])
  const own = ownTags[level].ready
  const extra = [...asked].filter((tag) => !own.has(tag))
  const unnamed = levelsUpTo(level).filter((above) => above !== level && scope[scopedBy[above]] === undefined)
  const askedAbove = levelsUpTo(level).filter((above) => above !== level && extra.some((tag) => ownTags[above].ready.has(tag) || ownTags[above].more.has(tag)))
  const fromMetadata = level === 'instance' && (isAll || extra.some((tag) => !unnamed.some((above) => ownTags[above].ready.has(tag))))
  const more = fromMetadata ? [] : levelsUpTo(level).filter((table) =>
    isAll ? table === level || unnamed.includes(table) : extra.some((tag) => ownTags[table].more.has(tag)))
  const areClassesAsked = isAll || asked.has(SOPClassesInStudy)
  const isTransferSyntaxAsked = level === 'instance' && (isAll || asked.has(AvailableTransferSyntaxUID))
  const columns: Columns = {
    above: levelsUpTo(level).filter((above) => above !== level && (unnamed.includes(above) || (!fromMetadata && askedAbove.includes(above)))),
    more,
    isMetadataAsked: fromMetadata,
    isTransferSyntaxAsked,
  }
  const splice = (row: PageRow, table: Level): string => spliced(row, table, baseURL, areClassesAsked)
  if (columns.above.length === 0 && more.length === 0 && !fromMetadata) return { columns, write: (row) => splice(row, level) }

  const wanted = new Set([...extra, ...privateCreators(extra)].map(formatTag))
  const isWanted = (member: string): boolean => isAll || wanted.has(member)
  return {
    columns,
    write(row) {
      const merged: DicomJson = {}
      if (row.metadata) addWanted(merged, textOfMetadata(row.metadata), isWanted)
      if (row.study_more_attributes) addWanted(merged, row.study_more_attributes, isWanted)
      if (row.series_more_attributes) addWanted(merged, row.series_more_attributes, isWanted)
      // From the highest level down, so that what is said of two (RetrieveURL) is said of the level that was searched.
      for (const above of columns.above) addWanted(merged, splice(row, above), (member) => unnamed.includes(above) || isWanted(member))
      Object.assign(merged, JSON.parse(splice(row, level)))
      return orderedJson(merged)
    },
  }
}

/** Whether attributes are asked for that no level has ready. */
export const isAnsweredBeyond = (includefield: Search['includefield']): boolean =>
  includefield === 'all' || includefield.some((tag) => !Object.values(ownTags).some(({ ready, more }) => ready.has(tag) || more.has(tag)))

const SOPClassesInStudy = tagOf('SOPClassesInStudy')
const AvailableTransferSyntaxUID = tagOf('AvailableTransferSyntaxUID')
const scopedBy = { study: 'StudyInstanceUID', series: 'SeriesInstanceUID', instance: 'SeriesInstanceUID' } as const

/** By level: what its ready-made text holds or is spliced into it, and what is kept beside it. */
const ownTags: Readonly<Record<Level, { ready: ReadonlySet<Tag>; more: ReadonlySet<Tag> }>> = {
  study: tagsOf(studyAttributes, ['ModalitiesInStudy', 'SOPClassesInStudy', 'NumberOfStudyRelatedSeries', 'NumberOfStudyRelatedInstances']),
  series: tagsOf(seriesAttributes, ['NumberOfSeriesRelatedInstances']),
  instance: tagsOf(instanceAttributes, ['AvailableTransferSyntaxUID']),
}

function tagsOf({ always, known, more }: LevelAttributes, computed: readonly Keyword[]): { ready: ReadonlySet<Tag>; more: ReadonlySet<Tag> } {
  const everywhere: readonly Keyword[] = ['SpecificCharacterSet', 'InstanceAvailability', 'RetrieveURL']
  return { ready: new Set([...always, ...known, ...computed, ...everywhere].map(tagOf)), more: new Set(more.map(tagOf)) }
}

function spliced(row: PageRow, table: Level, baseURL: string, areClassesAsked: boolean): string {
  const study = `${baseURL}/studies/${row.study_instance_uid}`
  const series = `${study}/series/${row.series_instance_uid ?? ''}`
  switch (table) {
    case 'study': return spliceStudy(row.study_attributes ?? '{}', {
      RetrieveURL: study,
      ModalitiesInStudy: row.study_modalities_in_study ?? [],
      ...(areClassesAsked && { SOPClassesInStudy: row.study_sop_classes_in_study ?? [] }),
      NumberOfStudyRelatedSeries: row.study_number_of_study_related_series ?? 0,
      NumberOfStudyRelatedInstances: row.study_number_of_study_related_instances ?? 0,
    })
    case 'series': return spliceSeries(row.series_attributes ?? '{}', {
      RetrieveURL: series,
      NumberOfSeriesRelatedInstances: row.series_number_of_series_related_instances ?? 0,
    })
    case 'instance': return spliceInstance(row.instance_attributes ?? '{}', {
      RetrieveURL: `${series}/instances/${row.sop_instance_uid ?? ''}`,
      ...(row.transfer_syntax_uid !== undefined && { AvailableTransferSyntaxUID: row.transfer_syntax_uid }),
    })
  }
}

function addWanted(merged: DicomJson, text: string, isWanted: (member: string) => boolean): void {
  for (const [member, attribute] of Object.entries(JSON.parse(text) as DicomJson)) if (isWanted(member)) merged[member] = attribute
}

const textOfMetadata = (metadata: Uint8Array): string => inflateSync(metadata).toString('utf8')

/** A private attribute is answered together with the element that says whose it is (PS3.18 §10.6.3.3). */
const privateCreators = (tags: readonly Tag[]): Tag[] =>
  tags.filter((tag) => isPrivate(tag) && (tag & 0xffff) > 0xff).map((tag) => ((tag & 0xffff_0000) | ((tag & 0xff00) >>> 8)) >>> 0)
