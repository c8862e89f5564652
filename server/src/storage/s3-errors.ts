import { S3ServiceException } from '@aws-sdk/client-s3'
import { BlobNotFound, BlobRangeInvalid, BlobStoreError, BlobStoreFull, BlobStoreUnavailable, type ByteRange } from './blob-store.ts'

/** Codes by which services say that a disk or a quota is full. */
const fullCodes = new Set(['QuotaExceeded', 'XMinioStorageFull', 'InsufficientStorage', 'InsufficientCapacity'])

/** Names what went wrong between us and the bucket; `key` and `range` are those asked about, if any. */
export function namedS3Error(error: unknown, key?: string, range?: ByteRange): BlobStoreError {
  if (error instanceof BlobStoreError) return error
  const code = error instanceof Error ? error.name : 'unexpected error'
  const status = error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined
  if (key !== undefined && (code === 'NoSuchKey' || code === 'NotFound')) return new BlobNotFound(key, { cause: error })
  if (key !== undefined && range && (code === 'InvalidRange' || status === 416)) return new BlobRangeInvalid(key, range, { cause: error })
  if (fullCodes.has(code) || status === 507) return new BlobStoreFull(`The bucket takes no more bytes (${code}).`, { cause: error })
  return new BlobStoreUnavailable(`The bucket cannot be used (${code}).`, { cause: error })
}

/** True when the service no longer knows the multi-part upload: it was completed, or aborted, before. */
export const isUploadGone = (error: unknown): boolean => error instanceof S3ServiceException && error.name === 'NoSuchUpload'
