/**
 * `unsupported`: no codec here for this transfer syntax and sample format. `malformed`: the stream cannot be decoded.
 * `mismatch`: the stream holds another picture than the attributes say. `tooLarge`: beyond what a codec may hold.
 * `trapped`: the codec broke off, and its memory with it. `timeout`: it did not end in time. `overloaded`: too many wait.
 */
export type CodecErrorCode = 'unsupported' | 'malformed' | 'mismatch' | 'tooLarge' | 'trapped' | 'timeout' | 'overloaded' | 'closed'

/** Why a frame could not be decoded or encoded. The message never holds sample or attribute values. */
export class CodecError extends Error {
  override name = 'CodecError'
  readonly code: CodecErrorCode

  constructor(code: CodecErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
