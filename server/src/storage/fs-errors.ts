import { isFull, systemCode } from '@isocenter/durable-files'
import { BlobStoreError, BlobStoreFull, BlobStoreUnavailable } from './blob-store.ts'

/** Names what went wrong with the file system for callers that do not care which file it was. */
export function namedFileError(error: unknown): BlobStoreError {
  if (error instanceof BlobStoreError) return error
  if (isFull(error)) return new BlobStoreFull('The blob folder has no space left.', { cause: error })
  return new BlobStoreUnavailable(`The blob folder cannot be used (${systemCode(error) ?? 'unexpected error'}).`, { cause: error })
}
