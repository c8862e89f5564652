import type { BlobStore } from './blob-store.ts'
import { createFileBlobStore, type FileBlobStoreConfig } from './fs.ts'
import { createS3BlobStore, type S3BlobStoreConfig } from './s3.ts'

export * from './blob-store.ts'
export { newFileKey, openBytes, openRange, sealBytes, sealedRange } from './sealed-bytes.ts'
export { attachmentFolder, credentialFolder, derivedFolders, downloadFolder, isAttachmentBlobKey, isCredentialBlobKey, isDerivedBlobKey, isDownloadBlobKey, isUploadBlobKey, newAttachmentBlobKey, newBlobKey, newCredentialBlobKey, newDerivedBlobKey, newDownloadBlobKey, newUploadBlobKey, organisationOfBlobKey, recentBlobKeys, uploadFolder } from './keys.ts'
export { giveBack, maxLentBytes } from '@isocenter/durable-files'

export type BlobStoreConfig = FileBlobStoreConfig | S3BlobStoreConfig

/** The blob store a configuration asks for. Nothing is opened yet: `check` says whether it works. */
export function createBlobStore(config: BlobStoreConfig): BlobStore {
  return config.kind === 'fs' ? createFileBlobStore(config) : createS3BlobStore(config)
}
