import type { Trx } from '../platform/db.ts'
import { correctSeries, fillSeries } from './fill-in.ts'
import { assigned, sortsLast, withRows } from './json-rows.ts'
import { seriesRow, type Prepared, type SeriesRow } from './prepare.ts'
import type { Ready } from './ready.ts'
import { studyIdentity, type StudyState } from './store-studies.ts'

/** A series of a locked study, and what the batch changes in it. */
export interface SeriesState {
  readonly study: StudyState
  readonly organisationId: string
  readonly SeriesInstanceUID: string
  /** Absent until the series has a row. */
  seriesKey: string | undefined
  modality: string | null
  ready: Ready
  /** The whole row, when it is new or was filled in. */
  row: SeriesRow | undefined
  newInstances: number
  isChanged: boolean
}

export const seriesIdentity = (prepared: Pick<Prepared, 'access' | 'instance'>): string => `${studyIdentity(prepared)} ${prepared.instance.SeriesInstanceUID}`

/** What instances say of their series: whatever columns.ts and ready.ts make, save the series' identity. */
const described = Object.keys(seriesRow({})).filter((column) => column !== 'series_instance_uid')

const readStatement = {
  name: 'read-series',
  text: `
    select study_key, series_key, series_instance_uid, modality, attributes, more_attributes
    from series join json_to_recordset($1) as given(study_key bigint, series_instance_uid text) using (study_key, series_instance_uid)`,
}

interface SeriesNow {
  readonly study_key: string
  readonly series_key: string
  readonly series_instance_uid: string
  readonly modality: string | null
  readonly attributes: string
  readonly more_attributes: string
}

/** The series of a batch as they are, or as they will be when they are new. By `seriesIdentity`. */
export async function findSeries(trx: Trx, batch: readonly Prepared[], studies: ReadonlyMap<string, StudyState>): Promise<Map<string, SeriesState>> {
  const states = new Map<string, SeriesState>()
  for (const prepared of batch) {
    const study = studies.get(studyIdentity(prepared))
    const identity = seriesIdentity(prepared)
    if (!study || states.has(identity)) continue
    states.set(identity, {
      study,
      organisationId: prepared.access.organisationId,
      SeriesInstanceUID: prepared.instance.SeriesInstanceUID,
      seriesKey: undefined,
      modality: prepared.series.modality,
      ready: prepared.series,
      row: prepared.series,
      newInstances: 0,
      isChanged: false,
    })
  }
  const byKey = new Map([...states.values()].filter(({ study }) => !study.isNew).map((state) => [`${state.study.studyKey} ${state.SeriesInstanceUID}`, state] as const))
  if (byKey.size === 0) return states
  const found = await withRows<SeriesNow>(trx, readStatement, [...byKey.values()].map(({ study, SeriesInstanceUID }) => ({ study_key: study.studyKey, series_instance_uid: SeriesInstanceUID })))
  for (const row of found) {
    const state = byKey.get(`${row.study_key} ${row.series_instance_uid}`)
    if (state) Object.assign(state, { seriesKey: row.series_key, modality: row.modality, ready: row, row: undefined })
  }
  return states
}

/**
 * Notes that an instance was accepted into the series, and what that means for the study's modalities.
 * @param isCorrection it takes the place of the series' oldest instance, which describes the series
 */
export function takeIntoSeries(series: SeriesState, { series: row }: Prepared, isCorrection: boolean): void {
  series.isChanged = true
  const changed = isCorrection ? correctSeries(series.ready, row) : fillSeries(series.ready, row)
  if (changed) {
    if (series.modality !== null && series.modality !== changed.modality) series.study.lostSomething = true
    series.ready = changed
    series.row = changed
    series.modality = changed.modality
  }
  const { modality, study } = series
  if (modality === null || study.modalities.has(modality)) return
  study.modalities.add(modality)
  study.hasNewModality = true
}

const insertStatement = {
  name: 'insert-series',
  text: `
    insert into series (organisation_id, study_key, series_instance_uid, number_of_series_related_instances, ${described.join(', ')})
    select organisation_id, study_key, series_instance_uid, number_of_series_related_instances, ${described.join(', ')}
    from json_populate_recordset(null::series, $1)
    returning study_key, series_key, series_instance_uid`,
}

const fillStatement = {
  name: 'fill-series',
  text: `
    update series set ${assigned(described)}
    from json_populate_recordset(null::series, $1) as given where series.series_key = given.series_key`,
}

const countStatement = {
  name: 'count-series',
  text: `
    update series set
      number_of_series_related_instances = number_of_series_related_instances + given.new_instances,
      version = version + 1, updated_at = now()
    from json_to_recordset($1) as given(series_key bigint, new_instances integer)
    where series.series_key = given.series_key`,
}

/** Adds rows of the series that are new, which get their keys; answers the others that the batch changed. */
export async function insertSeries(trx: Trx, all: Iterable<SeriesState>): Promise<SeriesState[]> {
  const changed = [...all].filter(({ isChanged }) => isChanged)
  const known = changed.filter(({ seriesKey }) => seriesKey !== undefined)
  const fresh = changed.filter(({ seriesKey }) => seriesKey === undefined)
  if (fresh.length === 0) return known

  const made = await withRows<Pick<SeriesNow, 'study_key' | 'series_key' | 'series_instance_uid'>>(trx, insertStatement, fresh.map((series) => ({
    ...columnsOf(series),
    organisation_id: series.organisationId,
    study_key: series.study.studyKey,
    series_instance_uid: series.SeriesInstanceUID,
    number_of_series_related_instances: series.newInstances,
  })))
  const keys = new Map(made.map((row) => [`${row.study_key} ${row.series_instance_uid}`, row.series_key]))
  for (const series of fresh) {
    series.study.newSeries += 1
    series.seriesKey = keys.get(`${series.study.studyKey} ${series.SeriesInstanceUID}`)
  }
  return known
}

/** Writes what the batch changed in series that have their rows. */
export async function updateSeries(trx: Trx, known: readonly SeriesState[]): Promise<void> {
  const filled = known.filter(({ row }) => row !== undefined)
  if (filled.length > 0) await withRows(trx, fillStatement, filled.map((series) => ({ ...columnsOf(series), series_key: series.seriesKey })))
  if (known.length > 0) await withRows(trx, countStatement, known.map(({ seriesKey, newInstances }) => ({ series_key: seriesKey, new_instances: newInstances })))
}

function columnsOf({ row }: SeriesState): object {
  return row ? { ...row, series_number_sort: row.series_number_sort ?? sortsLast, request_attributes: JSON.parse(row.request_attributes) as unknown } : {}
}
