/** An instance as a receiver takes it: stored form first, else uncompressed by the server, else rewritten here. */
import { transferSyntax, ExplicitVRLittleEndian, implicitVR, ImplicitVRLittleEndian, openFile, type OpenedFile } from '@isocenter/dicom'
import type { Upstream } from '../upstream/upstream.ts'
import type { SelectedInstance } from './selected-instances.ts'

/** Proposed for instances whose stored form the server does not tell. */
const usualTransferSyntaxes = [
  '1.2.840.10008.1.2.4.50', '1.2.840.10008.1.2.4.51', '1.2.840.10008.1.2.4.70', '1.2.840.10008.1.2.4.80', '1.2.840.10008.1.2.4.81',
  '1.2.840.10008.1.2.4.90', '1.2.840.10008.1.2.4.91', '1.2.840.10008.1.2.4.201', '1.2.840.10008.1.2.4.202', '1.2.840.10008.1.2.5',
]

/** Which transfer syntaxes the receiver accepted for a SOP class. */
export type Takes = (SOPClassUID: string, transferSyntaxUID: string) => boolean

/** Transfer syntaxes an instance may leave in, the one it is stored in first. The server serves implicit and big endian objects as explicit little endian. */
export function formsOf({ transferSyntaxUID }: SelectedInstance): string[] {
  const stored = transferSyntaxUID === undefined ? usualTransferSyntaxes : transferSyntax(transferSyntaxUID)?.encapsulated === false ? [] : [transferSyntaxUID]
  return [...stored, ExplicitVRLittleEndian, ImplicitVRLittleEndian]
}

/** The receiver takes the instance in no form there is. */
export class NotTaken extends Error {
  override readonly name = 'NotTaken'
}

/**
 * Opens an instance in the best form the receiver takes.
 * @throws NotTaken, NoDicomFile, UpstreamUnavailable, UpstreamRefused
 */
export async function openSendable(upstream: Upstream, instance: SelectedInstance, takes: Takes, signal: AbortSignal): Promise<OpenedFile> {
  const { SOPClassUID, transferSyntaxUID } = instance
  const stored = await openAs(upstream, instance, transferSyntaxUID === undefined || takes(SOPClassUID, transferSyntaxUID) ? '*' : ExplicitVRLittleEndian, signal)
  if (takes(SOPClassUID, stored.transferSyntaxUID)) return stored
  const explicit = stored.transferSyntaxUID === ExplicitVRLittleEndian ? stored : await reopen(upstream, instance, stored, signal)
  if (takes(SOPClassUID, explicit.transferSyntaxUID)) return explicit
  if (explicit.transferSyntaxUID === ExplicitVRLittleEndian && takes(SOPClassUID, ImplicitVRLittleEndian)) {
    return { ...explicit, transferSyntaxUID: ImplicitVRLittleEndian, dataSet: implicitVR(explicit.dataSet) }
  }
  await explicit[Symbol.asyncDispose]()
  throw new NotTaken('The receiver accepted no transfer syntax the instance can be had in.')
}

async function reopen(upstream: Upstream, instance: SelectedInstance, stored: OpenedFile, signal: AbortSignal): Promise<OpenedFile> {
  await stored[Symbol.asyncDispose]()
  return openAs(upstream, instance, ExplicitVRLittleEndian, signal)
}

async function openAs(upstream: Upstream, { StudyInstanceUID, SeriesInstanceUID, SOPInstanceUID }: SelectedInstance, form: string, signal: AbortSignal): Promise<OpenedFile> {
  const { body } = await upstream.ask({
    path: `/dicom-web/studies/${StudyInstanceUID}/series/${SeriesInstanceUID}/instances/${SOPInstanceUID}`,
    accept: `application/dicom; transfer-syntax=${form}`, signal,
  })
  return openFile(body)
}
