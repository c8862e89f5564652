import { record } from '../audit/index.ts'
import { together, type Trx } from '../platform/db.ts'
import { recordChanges, type NewChange } from './changes.ts'
import { decide, policiesOf, type Decision, type DuplicatePolicy } from './duplicates.ts'
import { planByIndex } from './json-rows.ts'
import { findKept } from './kept-versions.ts'
import type { StoreOutcome } from './new-instance.ts'
import type { Prepared } from './prepare.ts'
import { findStrangers, holdApart } from './quarantine.ts'
import { findOldest } from './oldest-instances.ts'
import { storeEvents } from './store-audit.ts'
import { storeExtraValues } from './extra-values.ts'
import { findEmptied, findStrangeBefore, refillEmptied } from './store-emptied.ts'
import { findExisting, insertInstances, supersede, type WithFormer } from './store-instances.ts'
import { findSeries, insertSeries, seriesIdentity, takeIntoSeries, updateSeries } from './store-series.ts'
import { describeAgain, lockStudies, ofItsPatient, saveStudies, takeIntoStudy, unmakeStudies } from './store-studies.ts'
import { liftTombstones } from './tombstones.ts'

/** How what is brought back differs from what arrives. */
export interface StoreOptions {
  /** In place of each organisation's own. */
  readonly policy?: DuplicatePolicy
  /** False where the caller writes the event. */
  readonly isAudited?: boolean
  /** False where somebody has decided that it belongs into its study. */
  readonly isPatientAsked?: boolean
}

/**
 * Stores a batch within the caller's transaction; outcomes in the order given. No instance may occur twice in it.
 *
 * The studies' rows are locked first and in one order everywhere, and nothing below a study changes without that lock:
 * from there on no other writer is in the way, and what is read stays true until the commit.
 */
export async function storeBatch(trx: Trx, batch: readonly Prepared[], { policy, isAudited = true, isPatientAsked = true }: StoreOptions = {}): Promise<StoreOutcome[]> {
  const [, studies] = await together(planByIndex(trx), lockStudies(trx, batch))
  const [series, existing] = await together(findSeries(trx, batch, studies), findExisting(trx, batch, studies))
  const placed = batch.map((prepared, index) => ({ prepared, series: known(series.get(seriesIdentity(prepared))), former: existing[index] }))
  const strangers = await findStrangers(trx, placed)
  describeAgain(studies.values(), placed, strangers)
  const decided = await decideAll(trx, placed, isPatientAsked ? strangers : nobody, policy)

  const created = decided.filter(({ decision }) => decision.writes === 'instance')
  const superseded = decided.filter(({ decision }) => decision.writes === 'version')
  for (const { series } of created) {
    series.newInstances += 1
    series.study.newInstances += 1
  }
  await unmakeStudies(trx, studies.values())
  const oldest = await findOldest(trx, superseded.map(({ former }) => known(former).instanceKey))
  const correctsStudy = ({ former }: Decided) => former !== undefined && oldest.get(former.instanceKey)?.study === true
  // What says of whom the study is, before those that are compared with it.
  const superseding = superseded.toSorted((one, other) => Number(correctsStudy(other)) - Number(correctsStudy(one)))
  const emptied = await findEmptied(trx, superseding)
  const strangeBefore = await findStrangeBefore(trx, superseding.filter(correctsStudy))
  for (const one of [...created, ...superseding]) {
    const { prepared, series, former } = one
    const oldestOf = former && oldest.get(former.instanceKey)
    takeIntoSeries(series, prepared, oldestOf?.series ?? false)
    const isCorrection = correctsStudy(one)
    // A study becomes another patient's by a correction of what it is described by, and by nothing else.
    const isOfPatient = isCorrection && former !== undefined && !strangeBefore.has(former.instanceKey)
    takeIntoStudy(series.study, isOfPatient ? prepared : ofItsPatient(series.study, prepared), isCorrection)
    if (former && former.SOPClassUID !== prepared.instance.SOPClassUID) series.study.lostSomething = true
  }

  const knownSeries = await insertSeries(trx, series.values())
  await supersede(trx, superseding.map(({ prepared, former, decision }) => ({ prepared, former: known(former), keepsFormer: decision.outcome === 'newVersion' })))
  await refillEmptied(trx, emptied, created)
  // Of what reads rows that another one adds, the first statement comes behind it.
  await together(
    insertInstances(trx, created),
    storeExtraValues(trx, created, superseding),
    updateSeries(trx, knownSeries),
    saveStudies(trx, studies.values()),
    liftTombstones(trx, created.map(({ prepared }) => prepared)),
    record(trx, isAudited ? storeEvents(decided) : []),
    recordChanges(trx, decided.flatMap(changesOf)),
  )
  return decided.map(({ decision: { outcome, blobKept, version } }) => ({ outcome, blobKept, version }))
}

type Decided = WithFormer & { readonly decision: Decision }

function changesOf({ prepared: { access: { organisationId }, instance }, decision: { outcome, version, writes } }: Decided): NewChange[] {
  if (writes === 'nothing' || outcome === 'unchanged' || outcome === 'refused' || outcome === 'quarantined') return []
  const { StudyInstanceUID, SeriesInstanceUID, SOPInstanceUID } = instance
  return [{ organisationId, action: outcome, scope: { StudyInstanceUID, SeriesInstanceUID, SOPInstanceUID }, version }]
}

const nobody: ReadonlySet<number> = new Set()

/** What becomes of each; what is of another patient than its study is held apart with that. */
async function decideAll(trx: Trx, placed: readonly WithFormer[], strangers: ReadonlySet<number>, policy: DuplicatePolicy | undefined): Promise<Decided[]> {
  const policies = await policiesOf(trx, placed.filter(({ former }) => former !== undefined))
  const kept = await findKept(trx, placed)
  const places = [...strangers]
  const held = new Map((await holdApart(trx, places.map((place) => known(placed[place]).prepared))).map((decision, index) => [places[index], decision]))
  return placed.map((one, index) => {
    const { prepared, former } = one
    return { ...one, decision: held.get(index) ?? decide(prepared, former, kept[index], policy ?? policies.get(prepared.access.organisationId) ?? 'keepBoth') }
  })
}

function known<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('a row that this transaction holds locked is missing')
  return value
}
