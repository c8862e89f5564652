/** What a storage commitment is about (PS3.4 Annex J). */
import { formatTag, tagOf, type DataSet, type DicomJson } from '@isocenter/dicom'
import { isUID } from '../message/command-set.ts'
import { DimseStatusError } from '../message/dimse-error.ts'
import { dimseStatus } from '../message/status.ts'

export const StorageCommitmentPushModel = '1.2.840.10008.1.20.1'
/** The well-known SOP Instance (PS3.4 §J.3.5). */
export const StorageCommitmentInstance = '1.2.840.10008.1.20.1.1'
export const requestCommitment = 1
export const commitmentSucceeded = 1
export const commitmentHasFailures = 2

/** Far more than any study has. */
const maxReferences = 100_000

export interface Reference {
  readonly SOPClassUID: string
  readonly SOPInstanceUID: string
}

/** PS3.3 §C.14.1.1: 0110H processing failure, 0112H no such object instance, 0119H class and instance conflict. */
export interface FailedReference extends Reference {
  readonly FailureReason: 0x0110 | 0x0112 | 0x0119
}

/** @throws DimseStatusError naming what is missing */
export function readCommitmentRequest(dataSet: DataSet | undefined): { TransactionUID: string; references: Reference[] } {
  const TransactionUID = dataSet?.string('TransactionUID')
  if (TransactionUID === undefined) throw missing('TransactionUID')
  if (!isUID(TransactionUID)) throw new DimseStatusError(dimseStatus.invalidArgumentValue.code, { ErrorComment: 'TransactionUID is no UID', OffendingElement: [tagOf('TransactionUID')] })
  const items = dataSet?.items('ReferencedSOPSequence') ?? []
  if (items.length === 0) throw missing('ReferencedSOPSequence')
  if (items.length > maxReferences) throw new DimseStatusError(dimseStatus.resourceLimitation.code, { ErrorComment: `more than ${maxReferences} instances` })
  const references = items.map((item) => {
    const [SOPClassUID, SOPInstanceUID] = [item.string('ReferencedSOPClassUID'), item.string('ReferencedSOPInstanceUID')]
    if (SOPClassUID === undefined) throw missing('ReferencedSOPClassUID')
    if (SOPInstanceUID === undefined) throw missing('ReferencedSOPInstanceUID')
    return { SOPClassUID, SOPInstanceUID }
  })
  return { TransactionUID, references }
}

function missing(keyword: 'TransactionUID' | 'ReferencedSOPSequence' | 'ReferencedSOPClassUID' | 'ReferencedSOPInstanceUID'): DimseStatusError {
  return new DimseStatusError(dimseStatus.missingAttribute.code, { ErrorComment: `${keyword} is missing`, OffendingElement: [tagOf(keyword)] })
}

/** What N-EVENT-REPORT tells (PS3.4 Table J.3.3-1). */
export function commitmentReport(TransactionUID: string, committed: readonly Reference[], failed: readonly FailedReference[]): DicomJson {
  const item = ({ SOPClassUID, SOPInstanceUID }: Reference): DicomJson => ({
    [formatTag(tagOf('ReferencedSOPClassUID'))]: { vr: 'UI', Value: [SOPClassUID] },
    [formatTag(tagOf('ReferencedSOPInstanceUID'))]: { vr: 'UI', Value: [SOPInstanceUID] },
  })
  return {
    [formatTag(tagOf('TransactionUID'))]: { vr: 'UI', Value: [TransactionUID] },
    ...(committed.length > 0 && { [formatTag(tagOf('ReferencedSOPSequence'))]: { vr: 'SQ', Value: committed.map(item) } }),
    ...(failed.length > 0 && {
      [formatTag(tagOf('FailedSOPSequence'))]: {
        vr: 'SQ',
        Value: failed.map((one) => ({ ...item(one), [formatTag(tagOf('FailureReason'))]: { vr: 'US', Value: [one.FailureReason] } })),
      },
    }),
  }
}
