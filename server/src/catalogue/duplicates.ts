import type { Trx } from '../platform/db.ts'
import type { KeptVersion } from './kept-versions.ts'
import type { StoreOutcome } from './new-instance.ts'
import type { Prepared } from './prepare.ts'
import { isCurrent, type InstanceNow, type Placed } from './store-instances.ts'

/** What an organisation does with other bytes under UIDs it already has. */
export type DuplicatePolicy = 'keepBoth' | 'replace' | 'reject'

/** An outcome and what is to be written for it. */
export interface Decision extends StoreOutcome {
  readonly writes: 'instance' | 'version' | 'quarantine' | 'nothing'
}

/**
 * Decides what becomes of an object, given what is current under its UIDs and the former version that it is, if it is one.
 * A former version sent again, by a gateway that tries once more or a modality that sends all of a study, undoes no correction.
 */
export function decide({ instance }: Prepared, existing: InstanceNow | undefined, kept: KeptVersion | undefined, policy: DuplicatePolicy): Decision {
  if (!existing) return { outcome: 'created', blobKept: true, version: 1, writes: 'instance' }
  const { version } = existing
  // This very object: its commit went through, but the connection broke before anyone was told.
  if (existing.blobKey === instance.blobKey) {
    return { outcome: version === 1 ? 'created' : supersedes[policy], blobKept: true, version, writes: 'nothing' }
  }
  if (isCurrent(existing, instance)) {
    return { outcome: 'unchanged', blobKept: false, version, writes: 'nothing' }
  }
  // As above, but superseded by another in between: the blob is the kept version's own.
  if (kept?.blobKey === instance.blobKey) return { outcome: kept.version === 1 ? 'created' : 'newVersion', blobKept: true, version: kept.version, writes: 'nothing' }
  if (kept) return { outcome: 'unchanged', blobKept: false, version, writes: 'nothing' }
  if (policy === 'reject') return { outcome: 'refused', blobKept: false, version, writes: 'nothing' }
  return { outcome: supersedes[policy], blobKept: true, version: version + 1, writes: 'version' }
}

/** `reject` stands here for objects that superseded another before the policy became `reject`. */
const supersedes = { keepBoth: 'newVersion', replace: 'replaced', reject: 'newVersion' } as const

/** The policies of the organisations of these instances. */
export async function policiesOf(trx: Trx, placed: readonly Placed[]): Promise<Map<string, DuplicatePolicy>> {
  if (placed.length === 0) return new Map()
  const ids = new Set(placed.map(({ prepared }) => prepared.access.organisationId))
  const found = await trx('organisation').whereIn('organisation_id', [...ids]).select<{ organisation_id: string; duplicate_policy: DuplicatePolicy }[]>('organisation_id', 'duplicate_policy')
  return new Map(found.map((row) => [row.organisation_id, row.duplicate_policy]))
}
