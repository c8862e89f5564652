import type { AuditEvent } from '../audit/index.ts'
import type { Decision } from './duplicates.ts'
import { actorOf } from './actor.ts'
import type { Prepared } from './prepare.ts'

/** One event for what one actor stored into one study together; what was refused apart from what succeeded. */
export function storeEvents(decided: readonly { readonly prepared: Prepared; readonly decision: Decision }[]): AuditEvent[] {
  const groups = Map.groupBy(decided, ({ prepared: { access, instance }, decision }) =>
    [access.organisationId, actorOf(access), instance.StudyInstanceUID, decision.outcome === 'refused'].join(' '))
  return [...groups.values()].flatMap((group) => {
    const [first] = group
    if (!first) return []
    const { access, instance, study } = first.prepared
    const counts: Partial<Record<Decision['outcome'], number>> = {}
    for (const { decision: { outcome } } of group) counts[outcome] = (counts[outcome] ?? 0) + 1
    return [{
      organisationId: access.organisationId,
      actor: actorOf(access),
      action: 'study.store',
      outcome: first.decision.outcome === 'refused' ? 'refused' : 'success',
      StudyInstanceUID: instance.StudyInstanceUID,
      PatientID: study.patient_id ?? undefined,
      occurrences: group.length,
      detail: counts,
    }]
  })
}
