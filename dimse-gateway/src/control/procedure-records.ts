import type { Commitment, StepMessage } from '../services/index.ts'
import type { CommitmentRecord, PerformedStepRecord } from './wire/procedures.ts'

/** A message as it is shown: its data set, which is about a patient, stays behind. */
export function toPerformedStep({ id, SOPInstanceUID, operation, callingAETitle, receivedAt, stepStatus, state, settledAt, reason, needsPerson }: StepMessage): PerformedStepRecord {
  return {
    id, SOPInstanceUID, operation, callingAETitle, state, needsPerson, receivedAt: receivedAt.toISOString(),
    ...(stepStatus !== undefined && { PerformedProcedureStepStatus: stepStatus }), ...(settledAt && { settledAt: settledAt.toISOString() }), ...(reason !== undefined && { reason }),
  }
}

/** A request in counts. */
export function toCommitment({ id, TransactionUID, callingAETitle, requestedAt, references, result, state, settledAt, reason, needsPerson }: Commitment): CommitmentRecord {
  return {
    id, TransactionUID, callingAETitle, state, needsPerson, requestedAt: requestedAt.toISOString(), instances: references.length,
    ...(result && { committed: result.committed.length, failed: result.failed.length }), ...(settledAt && { settledAt: settledAt.toISOString() }), ...(reason !== undefined && { reason }),
  }
}
