import type { AuditEvent } from '../audit/index.ts'
import { actorOf } from '../identity/index.ts'
import type { Decision } from './duplicates.ts'
import type { Prepared } from './prepare.ts'
import type { InstanceNow } from './store-instances.ts'

interface Decided {
  readonly prepared: Prepared
  readonly decision: Decision
  readonly former?: Pick<InstanceNow, 'byteLength'> | undefined
}

/** One event for what one actor stored into one study together; what was refused, or is held apart, apart from what went into it. */
export function storeEvents(decided: readonly Decided[]): AuditEvent[] {
  const groups = Map.groupBy(decided, ({ prepared: { access, instance, origin }, decision }) =>
    [access.organisationId, actorOf(access), origin?.address, instance.StudyInstanceUID, isApart(decision) ? decision.outcome : ''].join(' '))
  return [...groups.values()].flatMap((group) => {
    const [first] = group
    if (!first) return []
    const { access, instance, study, origin } = first.prepared
    const counts: Partial<Record<Decision['outcome'], number>> = {}
    let bytes = 0
    let freedBytes = 0
    for (const { prepared, decision: { outcome, writes }, former } of group) {
      counts[outcome] = (counts[outcome] ?? 0) + 1
      if (writes === 'nothing') continue
      bytes += prepared.instance.byteLength
      if (outcome === 'replaced') freedBytes += former?.byteLength ?? 0
    }
    return [{
      organisationId: access.organisationId,
      actor: actorOf(access),
      action: 'study.store',
      outcome: first.decision.outcome === 'refused' ? 'refused' : 'success',
      StudyInstanceUID: instance.StudyInstanceUID,
      PatientID: study.patient_id ?? undefined,
      occurrences: group.length,
      detail: { ...counts, bytes, ...(freedBytes === 0 ? {} : { freedBytes }) },
      origin,
      // Objects of several requests of one sender are committed together.
      togetherWith: group.flatMap(({ prepared }) => (prepared.origin === null || prepared.origin === origin ? [] : [prepared.origin])),
    }]
  })
}

const isApart = ({ outcome }: Decision): boolean => outcome === 'refused' || outcome === 'quarantined'
