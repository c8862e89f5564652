/** Telling the server of a performed procedure step (PS3.18 §15), and what its answer means in DIMSE. */
import { parseTag } from '@isocenter/dicom'
import { dimseStatus, type NormalizedResult } from '@isocenter/dimse'
import { UpstreamRefused, UpstreamUnavailable, type Upstream } from '../upstream/upstream.ts'
import type { StepMessage } from './step-table.ts'

export interface StepAnswer extends NormalizedResult {
  /** It is refused since the server has it already: the answer to an earlier attempt was lost. */
  readonly isThereAlready?: true
}

/** Answers that are about the message even where they name no DIMSE status; any other comes from a proxy, or is about the gateway. */
const aboutTheMessage = new Set([400, 409, 413, 422])

/** @throws UpstreamUnavailable also where the server would not listen and has said nothing of the message; the signal's reason */
export async function sendStep(
  upstream: Upstream, { SOPInstanceUID, operation, dataSet }: Pick<StepMessage, 'SOPInstanceUID' | 'operation' | 'dataSet'>, signal?: AbortSignal,
): Promise<StepAnswer> {
  try {
    const answer = await upstream.ask({
      method: 'POST', path: `/dicom-web/modality-performed-procedure-steps/${SOPInstanceUID}${operation === 'set' ? '?update' : ''}`,
      accept: 'application/json', json: JSON.parse(dataSet) as unknown, signal,
    })
    return resultOf(await answer.json(), dimseStatus.success.code)
  } catch (error) {
    if (!(error instanceof UpstreamRefused)) throw error
    const { status, problem } = error
    if (typeof problem.dimseStatus !== 'number' && !aboutTheMessage.has(status)) throw new UpstreamUnavailable(error.message, { status, cause: error })
    return { ...resultOf(problem, dimseStatus.processingFailure.code), ...(problem.unchanged === true && { isThereAlready: true }) }
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
