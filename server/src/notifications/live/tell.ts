import type { LiveEventName, LiveEvents, RolePermission } from '@isocenter/contracts'
import type { Db } from '../../platform/db.ts'

/** Whose pages are told: of these accounts; or of who is active in the organisation and holds the permission. */
export type LiveAudience =
  | { readonly accountIds: readonly string[] }
  | { readonly organisationId: string; readonly permission?: RolePermission }

/** Tells open pages, in every server process, when the caller's transaction commits. Data hold ids and words of ours only. */
export async function tell<Name extends LiveEventName>(db: Db, name: Name, to: LiveAudience, data: LiveEvents[Name]): Promise<void> {
  await db('live_event').insert({
    name, data: JSON.stringify(data),
    ...('accountIds' in to ? { account_ids: [...to.accountIds] } : { organisation_id: to.organisationId, permission: to.permission ?? null }),
  })
}
