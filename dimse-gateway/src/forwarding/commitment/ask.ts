/** Asking a DICOM node to commit to what it has taken (PS3.4 Annex J), as the user of the service. */
import { setTimeout as delay } from 'node:timers/promises'
import { ExplicitVRLittleEndian, ImplicitVRLittleEndian } from '@isocenter/dicom'
import { action, DimseConnection, requestAssociation, serveServices, type RequestorTls, type ServiceHandlers } from '@isocenter/dimse'
import type { DicomNode } from '../../configuration/nodes.ts'
import { commitmentReport, requestCommitment, StorageCommitmentInstance, StorageCommitmentPushModel } from '@isocenter/dimse'
import type { CommitmentRequest } from './requests.ts'

export interface AskOptions {
  readonly node: DicomNode
  readonly callingAETitle: string
  readonly tls: RequestorTls | undefined
  readonly eventReport: NonNullable<ServiceHandlers['eventReport']>
  /** How long a report is waited for on the association it was asked on; later ones come on another. */
  readonly lingerMs: number
  readonly signal: AbortSignal
}

/** @throws what the association throws, NoPresentationContext, DimseStatusError when the node refuses */
export async function askForCommitment({ TransactionUID, references }: CommitmentRequest, { node, callingAETitle, tls, eventReport, lingerMs, signal }: AskOptions): Promise<void> {
  const association = await requestAssociation({
    host: node.host, port: node.port, callingAETitle, calledAETitle: node.calledAETitle, signal, ...(tls && { tls }),
    contexts: [{ abstractSyntax: StorageCommitmentPushModel, transferSyntaxes: [ExplicitVRLittleEndian, ImplicitVRLittleEndian] }],
  })
  const connection = new DimseConnection(association)
  const done = new AbortController()
  const wasTold = Promise.withResolvers<undefined>()
  // Before the request: some tell what became of it before they answer it.
  const serving = serveServices(connection, {
    eventReport: async (request) => ({ ...await eventReport(request), afterwards: () => Promise.resolve(wasTold.resolve(undefined)) }),
  }, { signal: done.signal }).catch(() => undefined)
  try {
    await action(connection, {
      SOPClassUID: StorageCommitmentPushModel, SOPInstanceUID: StorageCommitmentInstance, ActionTypeID: requestCommitment, dataSet: commitmentReport(TransactionUID, references, []), signal,
    })
    const lingering = new AbortController()
    await Promise.race([wasTold.promise, association.ended, delay(lingerMs, undefined, { signal: AbortSignal.any([lingering.signal, signal]) }).catch(() => undefined)])
    lingering.abort()
  } finally {
    done.abort()
    await serving
    await association.release().catch(() => association.abort())
  }
}
