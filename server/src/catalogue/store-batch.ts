import { record } from '../audit/index.ts'
import { together, type Trx } from '../platform/db.ts'
import { recordChanges, type NewChange } from './changes.ts'
import { decide, policiesOf, type Decision, type DuplicatePolicy } from './duplicates.ts'
import { planByIndex } from './json-rows.ts'
import { findKept } from './kept-versions.ts'
import type { StoreOutcome } from './new-instance.ts'
import type { Prepared } from './prepare.ts'
import { findOldest } from './oldest-instances.ts'
import { storeEvents } from './store-audit.ts'
import { storeExtraValues } from './extra-values.ts'
import { findEmptied, refillEmptied } from './store-emptied.ts'
import { findExisting, insertInstances, supersede, type InstanceNow, type Placed } from './store-instances.ts'
import { findSeries, insertSeries, seriesIdentity, takeIntoSeries, updateSeries } from './store-series.ts'
import { lockStudies, saveStudies, takeIntoStudy } from './store-studies.ts'
import { liftTombstones } from './tombstones.ts'

/** How what is brought back differs from what arrives. */
export interface StoreOptions {
  /** In place of each organisation's own. */
  readonly policy?: DuplicatePolicy
  /** False where the caller writes the event. */
  readonly isAudited?: boolean
}

/**
 * Stores a batch within the caller's transaction; outcomes in the order given. No instance may occur twice in it.
 *
 * The studies' rows are locked first and in one order everywhere, and nothing below a study changes without that lock:
 * from there on no other writer is in the way, and what is read stays true until the commit.
 */
export async function storeBatch(trx: Trx, batch: readonly Prepared[], { policy, isAudited = true }: StoreOptions = {}): Promise<StoreOutcome[]> {
  const [, studies] = await together(planByIndex(trx), lockStudies(trx, batch))
  const [series, existing] = await together(findSeries(trx, batch, studies), findExisting(trx, batch, studies))
  const placed = batch.map((prepared, index) => ({ prepared, series: known(series.get(seriesIdentity(prepared))), former: existing[index] }))
  const decided = await decideAll(trx, placed, policy)

  const created = decided.filter(({ decision }) => decision.writes === 'instance')
  const superseding = decided.filter(({ decision }) => decision.writes === 'version')
  for (const { series } of created) {
    series.newInstances += 1
    series.study.newInstances += 1
  }
  const oldest = await findOldest(trx, superseding.map(({ former }) => known(former).instanceKey))
  const emptied = await findEmptied(trx, superseding)
  for (const { prepared, series, former } of [...created, ...superseding]) {
    const oldestOf = former && oldest.get(former.instanceKey)
    takeIntoSeries(series, prepared, oldestOf?.series ?? false)
    takeIntoStudy(series.study, prepared, oldestOf?.study ?? false)
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

type WithFormer = Placed & { readonly former: InstanceNow | undefined }
type Decided = WithFormer & { readonly decision: Decision }

function changesOf({ prepared: { access: { organisationId }, instance }, decision: { outcome, version, writes } }: Decided): NewChange[] {
  if (writes === 'nothing' || outcome === 'unchanged' || outcome === 'refused') return []
  const { StudyInstanceUID, SeriesInstanceUID, SOPInstanceUID } = instance
  return [{ organisationId, action: outcome, scope: { StudyInstanceUID, SeriesInstanceUID, SOPInstanceUID }, version }]
}

async function decideAll(trx: Trx, placed: readonly WithFormer[], policy: DuplicatePolicy | undefined): Promise<Decided[]> {
  const policies = await policiesOf(trx, placed.filter(({ former }) => former !== undefined))
  const kept = await findKept(trx, placed)
  return placed.map((one, index) => {
    const { prepared, former } = one
    return { ...one, decision: decide(prepared, former, kept[index], policy ?? policies.get(prepared.access.organisationId) ?? 'keepBoth') }
  })
}

function known<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('a row that this transaction holds locked is missing')
  return value
}
