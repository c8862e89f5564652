import type { BlobStore } from './blob-store.ts'
import { createFileBlobStore, type FileBlobStoreConfig } from './fs.ts'
import { createS3BlobStore, type S3BlobStoreConfig } from './s3.ts'

export * from './blob-store.ts'
export { newFileKey, openBytes, openRange, sealBytes, sealedRange } from './sealed-bytes.ts'
export { derivedFolders, isDerivedBlobKey, isFileBlobKey, isUploadBlobKey, newBlobKey, newDerivedBlobKey, newFileBlobKey, newUploadBlobKey, organisationOfBlobKey, recentBlobKeys, uploadFolder } from './keys.ts'
export { sweepFiles } from './sweep-files.ts'
export { giveBack, maxLentBytes } from '@isocenter/durable-files'

export type BlobStoreConfig = FileBlobStoreConfig | S3BlobStoreConfig

/** The blob store a configuration asks for. Nothing is opened yet: `check` says whether it works. */
export function createBlobStore(config: BlobStoreConfig): BlobStore {
  return config.kind === 'fs' ? createFileBlobStore(config) : createS3BlobStore(config)
}
