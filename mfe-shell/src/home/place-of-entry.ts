import type { AuditEntry, AuditTargetKind } from '@isocenter/contracts'

/** Pages that find a record by its id, below `/o/:organisationId`. A kind gets its line with its page. */
const pages: Partial<Record<AuditTargetKind, string>> = {
  study: '/studies', member: '/admin/members', role: '/admin/roles', department: '/admin/departments', device: '/admin/devices', pairing: '/admin/pairings', gateway: '/admin/gateways', invitation: '/admin/invitations',
}

/** Where the record of an entry is to be seen; undefined where it is gone or has no page of its own. */
export function placeOfEntry({ target }: Pick<AuditEntry, 'target'>, organisationId: string): string | undefined {
  const page = target && pages[target.kind]
  return target && page !== undefined ? `/o/${organisationId}${page}?record=${encodeURIComponent(target.id)}` : undefined
}
