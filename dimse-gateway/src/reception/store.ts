import { dimseStatus, type ServiceResult, type StoreRequest } from '@isocenter/dimse'
import { NothingToStore, ObjectMismatch, SpoolFull, SpoolUnavailable, type Spool } from '../spool/index.ts'

/**
 * Takes one object into the spool (PS3.4 Annex B); success is answered once it is durable.
 * @param onRefusal told why an object was not kept, and the status it was answered with
 */
export async function storeInSpool(request: StoreRequest, spool: Spool, onRefusal: (error: unknown, status: number) => void): Promise<ServiceResult> {
  const { association, SOPClassUID, SOPInstanceUID, transferSyntaxUID, dataSet } = request
  const origin = { callingAETitle: association.callingAETitle, calledAETitle: association.calledAETitle, remoteAddress: association.remoteAddress }
  try {
    // Asked before a byte of the data set is read: what cannot be kept is thrown away as it comes.
    const writer = await spool.receive(origin, { SOPClassUID, SOPInstanceUID, transferSyntaxUID })
    try {
      for await (const chunk of dataSet) {
        const written = writer.write(chunk)
        if (written) await written
      }
      await writer.commit()
      return { status: dimseStatus.success.code }
    } finally {
      await writer.abort()
    }
  } catch (error) {
    const answer = answerTo(error)
    // The association ended, or a mistake of ours: not for here to answer.
    if (!answer) throw error
    onRefusal(error, answer.status)
    return answer
  }
}

/** The answer to an object that was not kept (PS3.4 Table B.2-1); undefined for what is no matter of the spool. */
function answerTo(error: unknown): ServiceResult | undefined {
  if (error instanceof SpoolFull) return { status: dimseStatus.outOfResources.code, ErrorComment: error.message }
  if (error instanceof SpoolUnavailable) return { status: dimseStatus.outOfResources.code, ErrorComment: error.message }
  if (error instanceof ObjectMismatch) return { status: dimseStatus.doesNotMatchSOPClass.code, ErrorComment: error.message, OffendingElement: [error.tag] }
  if (error instanceof NothingToStore) return { status: dimseStatus.cannotUnderstand.code, ErrorComment: error.message }
  return undefined
}
