/** Values that corrections take away: other bytes under the same UIDs that no longer say what their study or series was described by. */
import { inflateSync } from 'node:zlib'
import type { DicomJson } from '@isocenter/dicom'
import { rows, type Trx } from '../platform/db.ts'
import { fillSeries, fillStudy, givenBy, refilled, valuesWithout, withoutValue } from './fill-in.ts'
import { seriesRow, studyRow, type Prepared } from './prepare.ts'
import type { InstanceNow } from './store-instances.ts'
import type { SeriesState } from './store-series.ts'
import type { StudyState } from './store-studies.ts'

/** Tags that a study or series may have lost. */
export interface Emptied {
  readonly studies: ReadonlyMap<StudyState, ReadonlySet<string>>
  readonly series: ReadonlyMap<SeriesState, ReadonlySet<string>>
}

interface Superseding {
  readonly prepared: Prepared
  readonly series: SeriesState
  readonly former: InstanceNow | undefined
}

/** What a value may be taken from instead: the oldest instances, as many. Beyond them a study says hardly anything new of itself. */
const lookedThrough = 64

/**
 * What objects no longer say of their study and series although what they supersede did, in the very words the rows have.
 * To be asked before anything of the batch is taken in.
 */
export async function findEmptied(trx: Trx, superseding: readonly Superseding[]): Promise<Emptied> {
  const studies = new Map<StudyState, Set<string>>()
  const series = new Map<SeriesState, Set<string>>()
  const missing = superseding.flatMap((one) => {
    const { prepared, series: state, former } = one
    const ofStudy = valuesWithout(state.study.ready, prepared.study)
    const ofSeries = valuesWithout(state.ready, prepared.series)
    return former && ofStudy.length + ofSeries.length > 0 ? [{ state, former, ofStudy, ofSeries }] : []
  })
  if (missing.length === 0) return { studies, series }
  const metadata = await metadataOf(trx, 'select instance_key, metadata from instance_metadata where instance_key = any(?::bigint[])', [missing.map(({ former }) => former.instanceKey)])
  for (const { state, former, ofStudy, ofSeries } of missing) {
    const json = metadata.get(former.instanceKey)
    if (!json) continue
    addAll(studies, state.study, givenBy(json, state.study.ready, ofStudy))
    addAll(series, state, givenBy(json, state.ready, ofSeries))
  }
  return { studies, series }
}

/** Lets the rows say of what was emptied what other instances say, or nothing. To be called when the superseding objects have been written, before the rows are saved. */
export async function refillEmptied(trx: Trx, { studies, series }: Emptied, created: readonly Superseding[]): Promise<void> {
  for (const [state, tags] of series) {
    if (state.seriesKey === undefined) continue
    const ready = seriesRow(refilled(state.ready, tags, await oldest(trx, 'series_key', state.seriesKey, tags)))
    const row = created.filter((one) => one.series === state).reduce((filled, { prepared }) => fillSeries(filled, prepared.series) ?? filled, ready)
    if (row.modality !== state.modality) {
      state.study.lostSomething = true
      if (row.modality !== null) state.study.modalities.add(row.modality)
      state.study.hasNewModality = true
    }
    Object.assign(state, { ready: row, row, modality: row.modality })
  }
  for (const [state, tags] of studies) {
    const ready = studyRow(refilled(state.ready, tags, await oldest(trx, 'study_key', state.studyKey, tags)))
    state.ready = created.filter((one) => one.series.study === state).reduce((filled, { prepared }) => fillStudy(filled, prepared.study) ?? filled, ready)
    state.isFilled = true
  }
}

/** The oldest instances, as few as have a value for each of these tags: nearly always the first one has them all. */
async function oldest(trx: Trx, column: 'study_key' | 'series_key', key: string, tags: ReadonlySet<string>): Promise<DicomJson[]> {
  const found: DicomJson[] = []
  let lacking = [...tags]
  for (let after = '0', limit = 1; lacking.length > 0 && found.length < lookedThrough; limit *= 2) {
    const page = await metadataOf(trx, `
      select instance_key, metadata from instance_metadata join (select instance_key from instance where ${column} = ? and instance_key > ? order by instance_key limit ?) as oldest using (instance_key)
      order by instance_key`, [key, after, Math.min(limit, lookedThrough - found.length)])
    const last = [...page.keys()].at(-1)
    if (last === undefined) return found
    after = last
    for (const json of page.values()) {
      found.push(json)
      lacking = withoutValue(json, lacking)
    }
  }
  return found
}

async function metadataOf(trx: Trx, sql: string, bindings: Parameters<typeof rows>[2]): Promise<Map<string, DicomJson>> {
  const found = await rows<{ instance_key: string; metadata: Uint8Array }>(trx, sql, bindings)
  return new Map(found.map(({ instance_key, metadata }) => [instance_key, JSON.parse(inflateSync(metadata).toString('utf8')) as DicomJson]))
}

function addAll<Key>(sets: Map<Key, Set<string>>, key: Key, tags: readonly string[]): void {
  if (tags.length === 0) return
  const set = sets.get(key) ?? new Set()
  for (const tag of tags) set.add(tag)
  sets.set(key, set)
}
