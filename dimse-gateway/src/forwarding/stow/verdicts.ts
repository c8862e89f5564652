/** What an HTTP answer to a store means for the objects that were in it, and for the node. */
import { storeStatusMeaning } from '@isocenter/dicom'
import type { HttpAnswer } from '../../nodes/http-target.ts'
import { longestWaitMs } from '../../platform/backoff.ts'
import { troubleOf, type Attempt, type Sendable, type Trouble, type Verdict } from '../attempt.ts'
import type { DeliveryError } from '../delivery-states.ts'
import { readStoreAnswer, type InstanceAnswer } from './answer.ts'

export interface VerdictOptions {
  /** Ours gives receipts: without one nothing is confirmed. */
  readonly givesReceipts: boolean
  readonly now: () => number
}

const outOfResources = (reason: number): boolean => (reason & 0xff00) === 0xa700
/** Failure reasons that will be the same tomorrow (PS3.18 Table I.2-2, PS3.7 Annex C). */
const finalReasons = (reason: number): boolean => (reason & 0xff00) === 0xa900 || (reason & 0xf000) === 0xc000 || reason === 0x0122 || reason === 0x0111

/** Verdicts of one answer. Objects the answer does not tell of have none of the server's; they are asked about again. */
export function verdictsOf(answer: HttpAnswer, objects: readonly Sendable[], options: VerdictOptions): Attempt {
  const told = answer.isWhole ? readStoreAnswer(answer.body) : undefined
  const trouble = troubleIn(answer, objects.length, options.now)
  const verdicts = new Map<number, Verdict>()
  let isFull = false
  for (const object of objects) {
    const { deliveryId, SOPInstanceUID } = object.delivery
    const instance = told?.instances.get(SOPInstanceUID)
    if (instance?.kind === 'failed' && outOfResources(instance.reason)) isFull = true
    else if (instance?.kind === 'failed' && answer.status >= 500) continue
    else if (instance) verdicts.set(deliveryId, verdictOf(instance, object, options))
    else if (trouble === undefined && objects.length === 1) verdicts.set(deliveryId, unnamed(answer, told?.others[0]))
    else if (trouble === undefined && isSuccess(answer.status)) verdicts.set(deliveryId, told ? refused({ code: 'notAnswered', detail: 'the answer does not name the instance' }, false) : unnamed(answer, undefined))
  }
  if (isFull) return { verdicts, trouble: trouble ?? troubleOf({ code: 'nodeBusy', detail: storeStatusMeaning(0xa700) }) }
  if (trouble) return { verdicts, trouble }
  // A refusal of all that names none: sent one by one, the one it is of shows.
  const rest = objects.some(({ delivery }) => !verdicts.has(delivery.deliveryId))
  return rest ? { verdicts, trouble: troubleOf({ code: 'refused', detail: detailOf(answer) }, { concernsObjects: true, wantsLess: true }) } : { verdicts }
}

const isSuccess = (status: number): boolean => status >= 200 && status < 300

function verdictOf(instance: InstanceAnswer, object: Sendable, { givesReceipts }: VerdictOptions): Verdict {
  if (instance.kind === 'failed') {
    const detail = instance.comment ?? `0x${instance.reason.toString(16).toUpperCase().padStart(4, '0')}: ${storeStatusMeaning(instance.reason)}`
    const code = instance.reason === 0x0122 ? 'classNotAccepted' : instance.reason === 0xc122 ? 'transferSyntaxNotAccepted' : 'refused'
    return refused({ code, detail }, finalReasons(instance.reason))
  }
  if (instance.sha256 !== undefined && instance.sha256 !== object.dataSetSha256) return refused({ code: 'receiptDiffers', detail: `the node holds sha-256 ${instance.sha256}` }, false)
  const verified = instance.sha256 !== undefined
  return {
    kind: 'arrived', receipt: instance.sha256, verified, confirmed: verified || !givesReceipts,
    sentTransferSyntaxUID: object.transferSyntaxUID === object.delivery.transferSyntaxUID ? undefined : object.transferSyntaxUID,
  }
}

/** An answer about one object that does not name it. */
function unnamed(answer: HttpAnswer, failure: { readonly reason: number; readonly comment?: string | undefined } | undefined): Verdict {
  if (failure) return refused({ code: 'refused', detail: failure.comment ?? storeStatusMeaning(failure.reason) }, finalReasons(failure.reason))
  if (isSuccess(answer.status)) return refused({ code: 'notAnswered', detail: `status ${String(answer.status)} without a store answer` }, false)
  if (answer.status === 413) return refused({ code: 'tooLarge', detail: detailOf(answer) }, true)
  return refused({ code: 'refused', detail: detailOf(answer) }, false)
}

const refused = (error: DeliveryError, isFinal: boolean): Verdict => ({ kind: 'refused', error, isFinal })

/** Trouble of the node as a whole, by status. */
export function troubleIn(answer: HttpAnswer, objects: number, now: () => number): Trouble | undefined {
  const { status } = answer
  const detail = detailOf(answer)
  const retryAfterMs = retryAfterOf(answer.headers['retry-after'], now())
  if (status === 429) return troubleOf({ code: 'nodeBusy', detail }, { retryAfterMs })
  if (status === 503) return troubleOf({ code: 'nodeBusy', detail }, { retryAfterMs, concernsObjects: true })
  if (status === 408) return troubleOf({ code: 'timedOut', detail }, { concernsObjects: true })
  if (status >= 500) return troubleOf({ code: 'nodeFailing', detail }, { retryAfterMs, concernsObjects: true, wantsLess: objects > 1 })
  if (status === 401 || status === 403 || status === 407) return troubleOf({ code: 'notAuthorised', detail })
  if (status === 404 || status === 405 || status === 410 || (status >= 300 && status < 400)) return troubleOf({ code: 'wrongAddress', detail })
  if (status < 200) return troubleOf({ code: 'badAnswer', detail })
  return undefined
}

/** The first words of what the node said, after its status. */
export function detailOf({ status, headers, body }: HttpAnswer): string {
  const isText = /json|text\/plain/.test(headers['content-type'] ?? '')
  const said = isText ? problemWords(body) : ''
  return said === '' ? `status ${String(status)}` : `status ${String(status)}: ${said}`
}

function problemWords(body: Buffer): string {
  const text = body.toString('utf8', 0, 4096)
  const words = /"(?:detail|title|Message|message)"\s*:\s*"((?:[^"\\]|\\.){1,300})"/.exec(text)?.[1]
  return (words ?? (text.startsWith('{') ? '' : text)).replaceAll(/\s+/g, ' ').trim().slice(0, 300)
}

/** Milliseconds to wait as the server asks, in seconds or until a date (RFC 9110 §10.2.3); an hour at most. */
export function retryAfterOf(header: string | undefined, now: number): number | undefined {
  if (header === undefined) return undefined
  const milliseconds = /^\d+$/.test(header.trim()) ? Number(header) * 1000 : Date.parse(header) - now
  return Number.isFinite(milliseconds) ? Math.min(Math.max(milliseconds, 0), longestWaitMs) : undefined
}
