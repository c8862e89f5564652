import { keywordOf, nameOfKey, planOf, tagOf, type MatchKey, type MatchOptions, type MatchPlan, type Tag } from '@isocenter/dicom'
import type { Access } from '../identity/index.ts'
import { searchable, searchableRequest, type Level } from './attributes.ts'
import { extraSql, type ExtraKey } from './extra-search.ts'
import { isSearchable, planSql, type Shape } from './query-conditions.ts'
import { fixed, joined, sql, type Sql } from './sql.ts'

/** One search (PS3.18 §10.6), as the HTTP layer understood it. */
export interface Search {
  readonly level: Level
  /** What the path names; a series only within its study. */
  readonly scope: { readonly StudyInstanceUID?: string | undefined; readonly SeriesInstanceUID?: string | undefined }
  readonly keys: readonly MatchKey[]
  readonly options: MatchOptions
  readonly includefield: 'all' | readonly Tag[]
  readonly limit: number
  readonly offset: number
  /** URL of the DICOMweb service that RetrieveURL begins with, no slash at the end. */
  readonly baseURL: string
}

/** What rows to fetch beside the keys and the ready-made answers of the level. */
export interface Columns {
  /** The ready-made answers of the levels above that the path does not name. */
  readonly above: readonly Level[]
  /** Levels whose other attributes are asked for. */
  readonly more: readonly Level[]
  /** Only its key comes with a row: metadata are read a few at a time. */
  readonly isMetadataAsked: boolean
  /** The transfer syntax each instance is kept in. */
  readonly isTransferSyntaxAsked: boolean
}

/** A search made into the statements that answer it. */
export interface Query {
  /**
   * The rows of one page, at most `limit`, after the first `offset`. `found` in each is how many rows there are from the first one
   * of the page on; counting stops `countTo` rows behind the page.
   */
  page(columns: Columns, bounds: { readonly limit: number; readonly offset: number; readonly countTo: number }): Sql
  /** Only how many rows lie behind the first `offset`, `found`; counting stops at `countTo`. */
  count(bounds: { readonly offset: number; readonly countTo: number }): Sql
  /** Keys with a value that cannot be matched here and do not narrow the search, by keyword. */
  readonly unsupported: readonly string[]
}

const levels: readonly Level[] = ['study', 'series', 'instance']
const RequestAttributesSequence = tagOf('RequestAttributesSequence')
const ModalitiesInStudy = tagOf('ModalitiesInStudy')
const TimezoneOffsetFromUTC = tagOf('TimezoneOffsetFromUTC')

/** The levels a search at this level may match on: its own and those above (PS3.18 Table 10.6.1-4). */
export const levelsUpTo = (level: Level): readonly Level[] => levels.slice(0, levels.indexOf(level) + 1)

/**
 * The statements that answer a search. Every one is confined to the organisation and the studies that the access reaches.
 * @param extra keys besides the search's own, that extra attributes answer
 * @throws MatchValueError when a key's value has not the form its VR asks for
 */
export function queryOf(access: Pick<Access, 'organisationId' | 'studies'>, search: Pick<Search, 'level' | 'scope' | 'keys' | 'options'>, extra: readonly ExtraKey[] = []): Query {
  const { level, scope, options } = search
  const supported = search.keys.filter((key) => isSupported(key, level))
  const plan = planOf(supported, options)
  const shape = shapeOf(level, plan)
  const extraConditions = extra.flatMap((key) => extraSql(key, level, options) ?? [])
  const conditions = [...reachedBy(access), ...scopeSql(scope), ...planSql(plan, shape), ...extraConditions]
  const tables = tablesOf(level, shape, conditions)
  const where = joined([...ownedBy(access.organisationId, tables), ...modalitySql(shape), ...conditions], '\n    and ')
  const keys = keysOf(level, tables)
  const matching = (limit: number, offset: number): Sql => sql`select ${fixed(keys.join(', '))} from ${fixed(fromClause(tables))}
  where ${where}
  order by ${fixed(orderOf(level, scope, shape))} limit ${limit} offset ${offset}`
  return {
    unsupported: search.keys.filter((key) => key.value.trim() !== '' && !supported.includes(key)).map(({ path }) => nameOfKey(path)),
    page: (columns, { limit, offset, countTo }) => pageSql(level, columns, matching(limit + countTo, offset), limit),
    // In order, although nobody sees it: Postgres then comes to the same good plan as for a page.
    count: ({ offset, countTo }) => sql`select count(*)::integer as found from (\n  ${matching(countTo, offset)}\n) as matching`,
  }
}

/** Whether a key is one of the attributes every organisation is searched by at this level. */
export function isSupported({ path, value }: MatchKey, level: Level): boolean {
  const [tag, nested, ...deeper] = path
  if (tag === undefined || deeper.length > 0) return false
  if (nested === undefined && tag === TimezoneOffsetFromUTC) return true
  if (tag === RequestAttributesSequence) {
    if (level === 'study') return false
    return nested === undefined ? value.trim() === '' : Object.hasOwn(searchableRequest, keywordOf(nested) ?? '')
  }
  const keyword = keywordOf(tag)
  return nested === undefined && keyword !== undefined && isSearchable(keyword) && levelsUpTo(level).includes(searchable[keyword].level)
}

/**
 * Studies of one modality are walked by the side table, which has them newest first; several modalities are tested row by row,
 * for a study that has two of them must come once.
 */
function shapeOf(level: Level, plan: MatchPlan): Shape {
  const condition = plan.conditions.find(({ tag }) => tag === ModalitiesInStudy)?.condition
  const isOne = level === 'study' && condition?.kind === 'equal' && condition.values.length === 1
  return isOne ? { modality: condition.values[0], sortKey: 'study_modality.sort_key' } : byStudy
}

/** Walking studies by their own rows. */
const byStudy: Shape = { modality: undefined, sortKey: 'study.sort_key' }

type Table = Level | 'study_modality'

/**
 * The tables a search reads rows by. Where studies are walked by modality and nothing else is asked of them, the side table's
 * index has all that is needed; it cannot hold a study of another organisation, its foreign key sees to that.
 */
function tablesOf(level: Level, { modality }: Shape, conditions: readonly Sql[]): readonly Table[] {
  if (modality === undefined) return levelsUpTo(level)
  const isStudyRead = conditions.some(({ text }) => text.includes('study.'))
  return isStudyRead ? ['study_modality', 'study'] : ['study_modality']
}

function fromClause([first, ...others]: readonly Table[]): string {
  const key = { study_modality: '', study: 'study_key', series: 'study_key', instance: 'series_key' } as const
  return [first, ...others.map((table) => `join ${table} using (${key[table]})`)].join(' ')
}

const ownedBy = (organisationId: string, tables: readonly Table[]): Sql[] => tables.map((table) => sql`${fixed(table)}.organisation_id = ${organisationId}`)

const reachedBy = ({ studies }: Pick<Access, 'studies'>): Sql[] => (studies === 'all' ? [] : [sql`study.study_instance_uid = any(${[...studies]}::text[])`])

function scopeSql({ StudyInstanceUID, SeriesInstanceUID }: Search['scope']): Sql[] {
  return [
    ...(StudyInstanceUID === undefined ? [] : [sql`study.study_instance_uid = ${StudyInstanceUID}`]),
    ...(SeriesInstanceUID === undefined ? [] : [sql`series.series_instance_uid = ${SeriesInstanceUID}`]),
  ]
}

const modalitySql = ({ modality }: Shape): Sql[] => (modality === undefined ? [] : [sql`study_modality.modality = ${modality}`])

/** Total orders, so that the same search gives the same pages: studies newest first, the rest by number. */
function orderOf(level: Level, scope: Search['scope'], { sortKey, modality }: Shape): string {
  const study = level === 'study' || scope.StudyInstanceUID === undefined ? [`${sortKey} desc`, `${modality === undefined ? 'study' : 'study_modality'}.study_key desc`] : []
  const series = scope.SeriesInstanceUID === undefined ? ['series.series_number_sort', 'series.series_key'] : []
  switch (level) {
    case 'study': return study.join(', ')
    case 'series': return [...study, ...series].join(', ')
    case 'instance': return [...study, ...series, 'instance.instance_number_sort', 'instance.instance_key'].join(', ')
  }
}

/** The keys of a row and of what it belongs to; an instance's study is its series'. */
const keysOf = (level: Level, [first]: readonly Table[]): readonly string[] =>
  (first === 'study_modality' ? ['study_modality.study_key'] : levelsUpTo(level).map((table) => `${table}.${table}_key`))

const answered: Readonly<Record<Level, readonly string[]>> = {
  study: ['attributes', 'modalities_in_study', 'sop_classes_in_study', 'number_of_study_related_series', 'number_of_study_related_instances'],
  series: ['attributes', 'number_of_series_related_instances'],
  instance: ['attributes'],
}
const uids: Readonly<Record<Level, string>> = { study: 'study_instance_uid', series: 'series_instance_uid', instance: 'sop_instance_uid' }

/**
 * Rows are found by key first and fetched after: what OFFSET steps over and what is only counted is then never read from the
 * tables where an index has it all, nor do wide rows go through a sort.
 */
function pageSql(level: Level, { above, more, isMetadataAsked, isTransferSyntaxAsked }: Columns, matching: Sql, limit: number): Sql {
  const selected = [
    ...levelsUpTo(level).map((table) => `${table}.${uids[table]}`),
    ...[...above, level].flatMap((table) => answered[table].map((column) => `${table}.${column} as ${table}_${column}`)),
    ...more.map((table) => `${table}.more_attributes as ${table}_more_attributes`),
    ...(isMetadataAsked ? ['page.instance_key'] : []),
    ...(isTransferSyntaxAsked ? ['instance.transfer_syntax_uid'] : []),
  ]
  const tables = levelsUpTo(level).toReversed().map((table) => `join ${table} on ${table}.${table}_key = page.${table}_key`)
  return sql`with page as (
  select matching.*, row_number() over () as place from (
  ${matching}
  ) as matching
)
select ${fixed(selected.join(', '))}, (select count(*)::integer from page) as found
from (select * from page order by place limit ${limit}) as page
${fixed(tables.join('\n'))}
order by page.place`
}
