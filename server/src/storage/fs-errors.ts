import { BlobStoreError, BlobStoreFull, BlobStoreUnavailable } from './blob-store.ts'

/** The system's own code of an error, such as `ENOENT`; undefined for what is not a system error. */
export function systemCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
}

/** True when nothing, or nothing that could be a blob, stands at the path. */
export function isAbsent(error: unknown): boolean {
  const code = systemCode(error)
  return code === 'ENOENT' || code === 'ENOTDIR' || code === 'EISDIR'
}

/** Names what went wrong with the file system for callers that do not care which file it was. */
export function namedFileError(error: unknown): BlobStoreError {
  if (error instanceof BlobStoreError) return error
  const code = systemCode(error)
  if (code === 'ENOSPC' || code === 'EDQUOT' || code === 'EFBIG') return new BlobStoreFull('The blob folder has no space left.', { cause: error })
  return new BlobStoreUnavailable(`The blob folder cannot be used (${code ?? 'unexpected error'}).`, { cause: error })
}
