import type { BlobStore } from './blob-store.ts'
import { createFileBlobStore, type FileBlobStoreConfig } from './fs.ts'
import { createS3BlobStore, type S3BlobStoreConfig } from './s3.ts'

export * from './blob-store.ts'
export { checkedBlobKey, derivedFolders, isBlobKey, isDerivedBlobKey, newBlobKey, newDerivedBlobKey, organisationOfBlobKey, recentBlobKeys, uuidv7, type BlobKeyRange, type DerivedFolder } from './keys.ts'
export { giveBack, maxLentBytes } from './lent-buffers.ts'
export type { FileBlobStoreConfig, S3BlobStoreConfig }

export type BlobStoreConfig = FileBlobStoreConfig | S3BlobStoreConfig

/** The blob store a configuration asks for. Nothing is opened yet: `check` says whether it works. */
export function createBlobStore(config: BlobStoreConfig): BlobStore {
  return config.kind === 'fs' ? createFileBlobStore(config) : createS3BlobStore(config)
}
