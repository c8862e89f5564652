/** The search a viewer opens every series with: all its instances, by nothing but what the path names. */
import { reachesStudy, type Access } from '../identity/index.ts'
import { namedRows, type Db } from '../platform/db.ts'
import type { Answer } from './answer.ts'
import type { Search } from './query.ts'
import { spliceInstances } from './ready.ts'

/**
 * One row, however many instances: what takes time with hundreds of rows is to send and to read each of them. The series' own count says how
 * many there are. By the index instance_in_order; without a transaction, since it is one statement.
 */
const pageStatement = {
  name: 'instances-of-series',
  text: `
    select series.number_of_series_related_instances as total, (
      select string_agg(page.sop_instance_uid || chr(31) || page.attributes, chr(31)) from (
        select sop_instance_uid, attributes from instance where instance.series_key = series.series_key
        order by instance_number_sort, instance_key limit $4 offset $5
      ) as page
    ) as instances
    from study join series using (study_key)
    where study.organisation_id = $1 and study_instance_uid = $2 and series_instance_uid = $3`,
}

/** A page of a series' instances. */
export interface SeriesPage {
  readonly results: string[]
  /** Instances behind the page. */
  readonly remaining: number
}

/** True for a search that `instancesOfSeries` answers as the general one would. */
export const isOfWholeSeries = ({ level, scope, keys, limit }: Search, { columns }: Answer): boolean =>
  level === 'instance' && scope.StudyInstanceUID !== undefined && scope.SeriesInstanceUID !== undefined && keys.length === 0 && limit > 0
  && columns.above.length === 0 && columns.more.length === 0 && !columns.isMetadataAsked && !columns.isTransferSyntaxAsked

/** The instances of the series the path names, in order; empty where the access reaches none. */
export async function instancesOfSeries(db: Db, access: Pick<Access, 'organisationId' | 'studies'>, { scope, limit, offset, baseURL }: Search): Promise<SeriesPage> {
  const { StudyInstanceUID = '', SeriesInstanceUID = '' } = scope
  if (!reachesStudy(access, StudyInstanceUID)) return { results: [], remaining: 0 }
  const [row] = await namedRows<{ total: number; instances: string | null }>(db, pageStatement, [access.organisationId, StudyInstanceUID, SeriesInstanceUID, limit, offset])
  if (!row || row.instances === null) return { results: [], remaining: 0 }
  const results = spliceInstances(row.instances, `${baseURL}/studies/${StudyInstanceUID}/series/${SeriesInstanceUID}`)
  return { results, remaining: Math.max(0, row.total - offset - results.length) }
}
