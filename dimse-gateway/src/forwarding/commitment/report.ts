import type { DataSet } from '@isocenter/dicom'
import { DimseStatusError, dimseStatus } from '@isocenter/dimse'
import { commitmentHasFailures, commitmentSucceeded } from '@isocenter/dimse'
import type { CommitmentReport } from './requests.ts'

/** Reads what N-EVENT-REPORT tells of a transaction (PS3.4 Table J.3.3-1). @throws DimseStatusError */
export function readCommitmentReport(EventTypeID: number, dataSet: DataSet | undefined): CommitmentReport {
  if (EventTypeID !== commitmentSucceeded && EventTypeID !== commitmentHasFailures) throw new DimseStatusError(dimseStatus.noSuchEventType.code)
  const TransactionUID = dataSet?.string('TransactionUID')
  if (dataSet === undefined || TransactionUID === undefined) throw new DimseStatusError(dimseStatus.missingAttribute.code, { ErrorComment: 'TransactionUID is missing' })
  const uidOf = (item: DataSet): string => item.string('ReferencedSOPInstanceUID') ?? ''
  return {
    TransactionUID,
    committed: new Set(dataSet.items('ReferencedSOPSequence').map(uidOf)),
    failed: new Map(dataSet.items('FailedSOPSequence').map((item) => [uidOf(item), item.number('FailureReason')])),
  }
}
