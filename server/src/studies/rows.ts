/** Rows of the study list, read with as few statements as a page needs, whatever its size. */
import { joined, sql, type Sql } from '../catalogue/index.ts'
import type { Corrections } from '../corrections/index.ts'
import { exactly } from '../platform/cursor.ts'
import { rows, type Db } from '../platform/db.ts'

export interface StudyListRow {
  readonly study_key: string
  readonly study_instance_uid: string
  readonly record_id: string
  readonly patient_id: string | null
  readonly patient_name: string | null
  readonly patient_birth_date: string | null
  readonly patient_sex: string | null
  readonly study_date: string | null
  readonly study_time: string | null
  readonly timezone_offset_from_utc: string | null
  readonly accession_number: string | null
  readonly study_id: string | null
  readonly study_description: string | null
  readonly referring_physician_name: string | null
  readonly modalities_in_study: string[]
  readonly number_of_study_related_series: number
  readonly number_of_study_related_instances: number
  readonly attributes: string
  readonly more_attributes: string
  readonly stored_by: string | null
  readonly arrived_at: Date
  /** to the microsecond: what a page goes on behind */
  readonly arrived_exactly: string
  readonly changed_at: Date
  readonly sort_key: string
  readonly body_parts: string[] | null
  readonly tags: string[] | null
  readonly first_series: string | null
  readonly hidden_series: number
  readonly locked_by: string | null
  readonly locked_at: Date | null
  readonly is_favourite: boolean
  readonly corrections: Corrections | null
  readonly case_version: number
}

const columns = [
  'study.study_key', 'study.study_instance_uid', 'study_record_id(study.organisation_id, study.study_instance_uid) as record_id', 'study.patient_id',
  'patient_name', 'patient_birth_date', 'patient_sex', 'study_date', 'study_time',
  'timezone_offset_from_utc', 'study.accession_number', 'study_id', 'study_description', 'referring_physician_name', 'modalities_in_study',
  'number_of_study_related_series', 'number_of_study_related_instances', 'study.attributes',
  'study.more_attributes', 'stored_by', 'study.created_at as arrived_at', `${exactly('study.created_at')} as arrived_exactly`, 'study.updated_at as changed_at', 'sort_key',
  'of_series.body_parts', 'tagged.tags', 'first_series.more_attributes as first_series', 'coalesce(hidden.count, 0)::integer as hidden_series',
  'study_lock.locked_by', 'study_lock.locked_at', 'favourite.target is not null as is_favourite', 'study_correction.corrections',
  'coalesce(study_correction.version, 0) as case_version',
].join(', ')

/** Keys are found first, and what is told of a study read of those of the page alone. */
const pageSql = (found: Sql, order: Sql, accountId: string | null): Sql => sql`with page as materialized (${found})
select ${{ text: columns, values: [] }}
from page join study using (study_key)
  left join lateral (select array_agg(distinct body_part_examined) filter (where body_part_examined is not null) as body_parts from series where series.study_key = study.study_key) of_series on true
  left join lateral (
    select array_agg(part_tag.name order by priority) as tags
    from study_tags join part_tag on part_tag.organisation_id = study_tags.organisation_id and part_tag.tag_id = any(study_tags.tag_ids)
    where study_tags.study_key = study.study_key
  ) tagged on true
  left join lateral (select more_attributes from series where series.study_key = study.study_key order by series_number_sort, series_key limit 1) first_series on true
  left join lateral (select count(*) from hidden_series join series using (series_instance_uid)
    where hidden_series.organisation_id = study.organisation_id and hidden_series.study_instance_uid = study.study_instance_uid and series.study_key = study.study_key) hidden on true
  left join study_lock on study_lock.organisation_id = study.organisation_id and study_lock.study_instance_uid = study.study_instance_uid
  left join study_correction on study_correction.organisation_id = study.organisation_id and study_correction.study_instance_uid = study.study_instance_uid
  left join favourite on favourite.organisation_id = study.organisation_id and favourite.target = study.study_instance_uid and favourite.kind = 'study' and favourite.account_id = ${accountId}::uuid
order by ${order}`

export interface Sorting {
  readonly by: 'arrival' | 'exam'
  readonly isAscending: boolean
  /** Sort value and key of the last row before. */
  readonly after: readonly [string, string] | undefined
  /** The conditions find few: they are found first and sorted then. Else Postgres walks the order, hoping to meet them early. */
  readonly isOfFew?: boolean
}

const sortColumn = { arrival: 'study.created_at', exam: 'study.sort_key' } as const
const sortType = { arrival: 'timestamptz', exam: 'text' } as const

const ordered = ({ by, isAscending, isOfFew = false }: Sorting): Sql => {
  const direction = isAscending ? 'asc' : 'desc'
  const column = isOfFew && by === 'exam' ? `(${sortColumn[by]} || '')` : sortColumn[by]
  return { text: `${column} ${direction}, study.study_key ${direction}`, values: [] }
}

function behind({ by, isAscending, after }: Sorting): Sql[] {
  if (after === undefined) return []
  const sides = { text: `(${sortColumn[by]}, study.study_key) ${isAscending ? '>' : '<'} (?::${sortType[by]}, ?::bigint)`, values: [...after] }
  return [sides]
}

/** One page: the studies all conditions hold for, in order. */
export const pageStatement = (conditions: readonly Sql[], sorting: Sorting, limit: number, accountId: string | undefined): Sql => {
  const order = ordered(sorting)
  return pageSql(sql`select study.study_key from study where ${joined([...conditions, ...behind(sorting)], ' and ')} order by ${order} limit ${limit}`, order, accountId ?? null)
}

/** A few studies, the latest examination first. */
export const studiesStatement = (conditions: readonly Sql[], limit: number, accountId: string | undefined): Sql =>
  pageStatement(conditions, { by: 'exam', isAscending: false, after: undefined, isOfFew: true }, limit, accountId)

/** How many the conditions hold for, counted up to `most`. */
export const countStatement = (conditions: readonly Sql[], sorting: Omit<Sorting, 'after'>, most: number): Sql =>
  sql`select count(*)::integer as count from (select from study where ${joined(conditions, ' and ')} order by ${ordered({ ...sorting, after: undefined })} limit ${most}) as found`

/** Bytes of each study's objects as they are kept now. */
export async function bytesOf(db: Db, studyKeys: readonly string[]): Promise<ReadonlyMap<string, number>> {
  const found = await rows<{ study_key: string; bytes: string }>(db, 'select study_key, sum(byte_length)::bigint as bytes from instance where study_key = any(?::bigint[]) group by study_key', [[...studyKeys]])
  return new Map(found.map(({ study_key, bytes }) => [study_key, Number(bytes)]))
}
