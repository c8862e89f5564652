/** Trouble on the way to a node, before it said anything. */
export type LineErrorCode = 'lineDown' | 'timedOut' | 'tlsFailed'

export class LineError extends Error {
  override readonly name = 'LineError'
  readonly code: LineErrorCode
  /** A connection stood when it happened. */
  readonly wasConnected: boolean
  /** The connection had been used before: the other side may have closed it just then, as it is free to. */
  readonly wasReused: boolean
  constructor(code: LineErrorCode, message: string, { wasConnected = false, wasReused = false, cause }: { wasConnected?: boolean; wasReused?: boolean; cause?: unknown } = {}) {
    super(message, { cause })
    this.code = code
    this.wasConnected = wasConnected
    this.wasReused = wasReused
  }
}

/** What an error of a socket means for the line. TLS's own codes begin with ERR_TLS, ERR_SSL, CERT_ and their like. */
export function lineErrorCodeOf(error: unknown): LineErrorCode {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  if (/TIMEDOUT|TIMEOUT/.test(code)) return 'timedOut'
  if (/^(ERR_TLS|ERR_SSL|CERT_|UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO|EPROTO|HOSTNAME_MISMATCH|INVALID_CA|ERR_OSSL)/.test(code)) return 'tlsFailed'
  return 'lineDown'
}

/** The error in words for a technician: the code of the system, and its text where it has no code. */
export function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  // Happy eyeballs gathers one error an address.
  const inner = error instanceof AggregateError ? (error.errors as unknown[])[0] : undefined
  if (inner instanceof Error) return wordsOf(inner)
  return error.message
}
