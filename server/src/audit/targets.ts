/** What an entry is about, where it still is there and its reader may see it. */
import type { AuditTarget, AuditTargetKind } from '@isocenter/contracts'
import type { Access, Permission } from '../identity/index.ts'
import type { Db } from '../platform/db.ts'
import type { AuditRow } from './search.ts'

interface Place {
  readonly kind: AuditTargetKind
  /** Member of `detail` that names it; a study is named by the row itself. */
  readonly member?: string
  readonly table: string
  readonly key: string
  /** Who holds one of these may open it. */
  readonly openedBy: readonly Permission[]
  /** Columns of the organisation it is of, where that is not one called so. */
  readonly organisations?: readonly string[]
  /** What else must hold of its row. */
  readonly alive?: string
}

/** In the order in which an entry that names several is about them. */
const places: readonly Place[] = [
  { kind: 'deletedStudy', member: 'deletedStudyId', table: 'deleted_study', key: 'deleted_study_id', openedBy: ['admin.data_maintain'] },
  { kind: 'worklistItem', member: 'worklistItemId', table: 'worklist_item', key: 'worklist_item_id', openedBy: ['worklist:read'] },
  { kind: 'invitation', member: 'invitationId', table: 'invitation', key: 'invitation_id', openedBy: ['org.member'] },
  { kind: 'pairing', member: 'pairingId', table: 'pairing', key: 'pairing_id', openedBy: ['org.pairing', 'team.pairing'], organisations: ['hospital_id', 'team_id'] },
  { kind: 'member', member: 'membershipId', table: 'membership', key: 'membership_id', openedBy: ['org.member'], alive: `state <> 'removed'` },
  { kind: 'department', member: 'departmentId', table: 'department', key: 'department_id', openedBy: ['organisation:read'] },
  { kind: 'device', member: 'deviceId', table: 'device', key: 'device_id', openedBy: ['organisation:read'], alive: 'deleted_at is null' },
  { kind: 'gateway', member: 'gatewayId', table: 'gateway', key: 'gateway_id', openedBy: ['gateways:read'] },
  { kind: 'role', member: 'roleId', table: 'role', key: 'role_id', openedBy: ['organisation:read'] },
  { kind: 'study', table: 'study', key: 'study_instance_uid', openedBy: ['dicomweb:search'] },
]

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

function named({ member }: Place, row: AuditRow): string | undefined {
  if (member === undefined) return row.study_instance_uid ?? undefined
  const id = row.detail[member]
  return typeof id === 'string' && uuid.test(id) ? id : undefined
}

/** The target of each row, by the row's id; rows without one are not in it. */
export async function targetsOf(db: Db, access: Access, rows: readonly AuditRow[]): Promise<Map<string, AuditTarget>> {
  const candidates = new Map<Place, Map<string, string>>()
  for (const row of rows) {
    for (const place of places) {
      const id = named(place, row)
      if (id === undefined) continue
      const ofPlace = candidates.get(place) ?? new Map<string, string>()
      candidates.set(place, ofPlace.set(row.audit_event_id, id))
      break
    }
  }
  const targets = new Map<string, AuditTarget>()
  for (const [place, ids] of candidates) {
    if (!place.openedBy.some((permission) => access.permissions.has(permission))) continue
    const there = await present(db, access, place, [...new Set(ids.values())])
    for (const [entryId, id] of ids) if (there.has(id)) targets.set(entryId, { kind: place.kind, id })
  }
  return targets
}

async function present(db: Db, access: Access, { table, key, organisations = ['organisation_id'], alive, kind }: Place, ids: readonly string[]): Promise<Set<string>> {
  const reachable = kind === 'study' && access.studies !== 'all' ? ids.filter((id) => access.studies.includes(id)) : ids
  const found = db(table).whereIn(key, [...reachable]).where((own) => { for (const column of organisations) void own.orWhere(column, access.organisationId) })
  if (alive !== undefined) void found.whereRaw(alive)
  return new Set(await found.pluck<string[]>(key))
}
