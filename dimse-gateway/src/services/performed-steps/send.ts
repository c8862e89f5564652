/** Telling the server of a performed procedure step (PS3.18 §15), and what its answer means in DIMSE. */
import { parseTag } from '@isocenter/dicom'
import { dimseStatus, type NormalizedResult } from '@isocenter/dimse'
import { UpstreamRefused, type Upstream } from '../upstream/upstream.ts'
import type { StepMessage } from './step-table.ts'

/** @throws UpstreamUnavailable, the signal's reason */
export async function sendStep(
  upstream: Upstream, { SOPInstanceUID, operation, dataSet }: Pick<StepMessage, 'SOPInstanceUID' | 'operation' | 'dataSet'>, signal?: AbortSignal,
): Promise<NormalizedResult> {
  try {
    const answer = await upstream.ask({
      method: 'POST', path: `/dicom-web/modality-performed-procedure-steps/${SOPInstanceUID}${operation === 'set' ? '?update' : ''}`,
      accept: 'application/json', json: JSON.parse(dataSet) as unknown, signal,
    })
    return resultOf(await answer.json(), dimseStatus.success.code)
  } catch (error) {
    if (!(error instanceof UpstreamRefused)) throw error
    const { status, problem } = error
    return resultOf(problem, status === 404 ? dimseStatus.noSuchSOPInstance.code : status === 403 ? dimseStatus.notAuthorized.code : dimseStatus.processingFailure.code)
  }
}

/** The server says the status, and which attributes it is about, where it has something to say. */
function resultOf(said: unknown, otherwise: number): NormalizedResult {
  const { dimseStatus: status, errorComment, attributes } = (typeof said === 'object' && said !== null ? said : {}) as Record<string, unknown>
  const tags = Array.isArray(attributes) ? attributes.flatMap((one) => (typeof one === 'string' ? parseTag(one) ?? [] : [])) : []
  return {
    status: typeof status === 'number' ? status : otherwise,
    ...(typeof errorComment === 'string' && { ErrorComment: errorComment.slice(0, 64) }),
    ...(tags.length > 0 && { AttributeIdentifierList: tags }),
  }
}
