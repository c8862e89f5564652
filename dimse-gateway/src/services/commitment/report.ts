/** Telling the requestor what became of its commitment, on its own association or a new one (PS3.4 §J.3.3). */
import { ExplicitVRLittleEndian, ImplicitVRLittleEndian } from '@isocenter/dicom'
import { DimseConnection, eventReport, requestAssociation, type RequestOptions } from '@isocenter/dimse'
import type { Destination } from '../destinations.ts'
import type { Commitment, CommitmentResult } from './commitment-table.ts'
import { commitmentHasFailures, commitmentReport, commitmentSucceeded, StorageCommitmentInstance, StorageCommitmentPushModel } from '@isocenter/dimse'

const answerMs = 30_000

/** @throws what the association throws, DimseStatusError when the requestor does not take it */
export async function reportOn(connection: DimseConnection, { TransactionUID }: Commitment, { committed, failed }: CommitmentResult): Promise<void> {
  await eventReport(connection, {
    SOPClassUID: StorageCommitmentPushModel, SOPInstanceUID: StorageCommitmentInstance,
    EventTypeID: failed.length === 0 ? commitmentSucceeded : commitmentHasFailures,
    dataSet: commitmentReport(TransactionUID, committed, failed), timeoutMs: answerMs,
  })
}

/** Associates as the SCP of the class, which only role selection can say (PS3.7 §D.3.3.4). */
export async function reportAnew(commitment: Commitment, result: CommitmentResult, destination: Destination, callingAETitle: string, signal: AbortSignal): Promise<void> {
  const options: RequestOptions = {
    host: destination.host, port: destination.port, callingAETitle, calledAETitle: destination.aeTitle, signal,
    contexts: [{ abstractSyntax: StorageCommitmentPushModel, transferSyntaxes: [ExplicitVRLittleEndian, ImplicitVRLittleEndian], role: { scu: false, scp: true } }],
    ...(destination.tls && { tls: destination.tls }),
  }
  const association = await requestAssociation(options)
  try {
    await reportOn(new DimseConnection(association), commitment, result)
  } finally {
    await association.release().catch(() => association.abort())
  }
}
