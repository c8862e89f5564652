/** What the codes of a rejection or an abort mean, in the words of PS3.8 Tables 9-21 and 9-26. */
import type { Rejection } from './pdu.ts'

/** Rejections that the upper layer itself gives. */
export const rejections = {
  applicationContextNotSupported: { result: 1, source: 1, reason: 2 },
  protocolVersionNotSupported: { result: 1, source: 2, reason: 2 },
  temporaryCongestion: { result: 2, source: 3, reason: 1 },
  localLimitExceeded: { result: 2, source: 3, reason: 2 },
  callingAETitleNotRecognized: { result: 1, source: 1, reason: 3 },
  calledAETitleNotRecognized: { result: 1, source: 1, reason: 7 },
  noReasonGiven: { result: 1, source: 1, reason: 1 },
} as const satisfies Record<string, Rejection>

const rejectionResults: Readonly<Record<number, string>> = { 1: 'rejected permanently', 2: 'rejected for now' }
const rejectionSources: Readonly<Record<number, { by: string; reasons: Readonly<Record<number, string>> }>> = {
  1: {
    by: 'by the application',
    reasons: { 1: 'no reason given', 2: 'application context name not supported', 3: 'calling AE title not recognized', 7: 'called AE title not recognized' },
  },
  2: { by: 'by the upper layer (ACSE)', reasons: { 1: 'no reason given', 2: 'protocol version not supported' } },
  3: { by: 'by the upper layer (presentation)', reasons: { 1: 'temporary congestion', 2: 'local limit exceeded' } },
}

/** `rejected permanently by the application: called AE title not recognized`. */
export function rejectionMeaning({ result, source, reason }: { result: number; source: number; reason: number }): string {
  const known = rejectionSources[source]
  return `${rejectionResults[result] ?? `rejected with result ${result}`} ${known?.by ?? `by source ${source}`}: ${known?.reasons[reason] ?? `reason ${reason}`}`
}

const providerAbortReasons: Readonly<Record<number, string>> = {
  0: 'reason not specified',
  1: 'unrecognized PDU',
  2: 'unexpected PDU',
  4: 'unrecognized PDU parameter',
  5: 'unexpected PDU parameter',
  6: 'invalid PDU parameter value',
}

/** `by the upper layer: unexpected PDU`; an application gives no reason (PS3.8 Table 9-26). */
export function abortMeaning({ source, reason }: { source: number; reason: number }): string {
  if (source === 0) return 'by the application'
  if (source === 2) return `by the upper layer: ${providerAbortReasons[reason] ?? `reason ${reason}`}`
  return `by source ${source}, reason ${reason}`
}
