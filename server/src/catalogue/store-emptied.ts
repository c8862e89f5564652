/** Values that corrections take away: other bytes under the same UIDs that no longer say what their study or series was described by. */
import { inflateSync } from 'node:zlib'
import type { DicomJson } from '@isocenter/dicom'
import { rows, type Trx } from '../platform/db.ts'
import { fillSeries, fillStudy, givenBy, refilled, valuesWithout, withoutValue } from './fill-in.ts'
import { isStranger } from './patient-conflict.ts'
import { attributesWithoutPatient, isOfPatient, seriesRow, studyOf, studyRow } from './prepare.ts'
import { learnCorrections } from './quarantine.ts'
import type { WithFormer } from './store-instances.ts'
import type { SeriesState } from './store-series.ts'
import { ofItsPatient, type StudyState } from './store-studies.ts'

/** Tags that a study or series may have lost. */
export interface Emptied {
  readonly studies: ReadonlyMap<StudyState, ReadonlySet<string>>
  readonly series: ReadonlyMap<SeriesState, ReadonlySet<string>>
}

const metadataSql = 'select instance_key, metadata from instance_metadata where instance_key = any(?::bigint[])'

/** What a value may be taken from instead: the oldest instances, as many. Beyond them a study says hardly anything new of itself. */
const lookedThrough = 64

/**
 * What objects no longer say of their study and series although what they supersede did, in the very words the rows have.
 * To be asked before anything of the batch is taken in.
 */
export async function findEmptied(trx: Trx, superseding: readonly WithFormer[]): Promise<Emptied> {
  const studies = new Map<StudyState, Set<string>>()
  const series = new Map<SeriesState, Set<string>>()
  const missing = superseding.flatMap((one) => {
    const { prepared, series: state, former } = one
    const ofStudy = valuesWithout(state.study.ready, prepared.study)
    const ofSeries = valuesWithout(state.ready, prepared.series)
    return former && ofStudy.length + ofSeries.length > 0 ? [{ state, former, ofStudy, ofSeries }] : []
  })
  if (missing.length === 0) return { studies, series }
  const metadata = await metadataOf(trx, metadataSql, [missing.map(({ former }) => former.instanceKey)])
  for (const { state, former, ofStudy, ofSeries } of missing) {
    const json = metadata.get(former.instanceKey)
    if (!json) continue
    addAll(studies, state.study, givenBy(json, state.study.ready, ofStudy))
    addAll(series, state, givenBy(json, state.ready, ofSeries))
  }
  return { studies, series }
}

/**
 * Of objects that take the place of their study's oldest instance those, by the instance's key, that were of another patient before as well: they have never said whose
 * the study is. To be asked before they are written.
 */
export async function findStrangeBefore(trx: Trx, superseding: readonly WithFormer[]): Promise<ReadonlySet<string>> {
  const strange = superseding.flatMap(({ prepared, series: { study }, former }) => (former && isStranger(study, prepared.study) ? [{ study, instanceKey: former.instanceKey }] : []))
  if (strange.length === 0) return new Set()
  const metadata = await metadataOf(trx, metadataSql, [strange.map(({ instanceKey }) => instanceKey)])
  return new Set(strange.flatMap(({ study, instanceKey }) => {
    const json = metadata.get(instanceKey)
    return json !== undefined && isStranger(study, studyOf(json)) ? [instanceKey] : []
  }))
}

/** Lets the rows say of what was emptied what other instances say, or nothing. To be called when the superseding objects have been written, before the rows are saved. */
export async function refillEmptied(trx: Trx, { studies, series }: Emptied, created: readonly WithFormer[]): Promise<void> {
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
    const asksPatient = [...tags].some(isOfPatient)
    if (asksPatient) await learnCorrections(trx, [state])
    const told = (json: DicomJson) => (asksPatient && isStranger(state, studyOf(json)) ? attributesWithoutPatient(json) : json)
    const ready = studyRow(refilled(state.ready, tags, await oldest(trx, 'study_key', state.studyKey, tags, told)))
    state.ready = created.filter((one) => one.series.study === state).reduce((filled, { prepared }) => fillStudy(filled, ofItsPatient(state, prepared).study) ?? filled, ready)
    state.isFilled = true
  }
}

/**
 * The oldest instances, as few as have a value for each of these tags: nearly always the first one has them all.
 * @param told what of an instance counts
 */
async function oldest(trx: Trx, column: 'study_key' | 'series_key', key: string, tags: ReadonlySet<string>, told: (json: DicomJson) => DicomJson = (json) => json): Promise<DicomJson[]> {
  const found: DicomJson[] = []
  let lacking = [...tags]
  for (let after = '0', limit = 1; lacking.length > 0 && found.length < lookedThrough; limit *= 2) {
    const page = await metadataOf(trx, `
      select instance_key, metadata from instance_metadata join (select instance_key from instance where ${column} = ? and instance_key > ? order by instance_key limit ?) as oldest using (instance_key)
      order by instance_key`, [key, after, Math.min(limit, lookedThrough - found.length)])
    const last = [...page.keys()].at(-1)
    if (last === undefined) return found
    after = last
    for (const json of [...page.values()].map(told)) {
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
