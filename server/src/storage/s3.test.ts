import { hasProgram, testBucket } from '@isocenter/testkit'
import { describe } from 'vitest'
import { blobStoreContract } from './blob-store.contract.ts'
import { createS3BlobStore } from './s3.ts'
import { partBytes } from './s3-parts.ts'

describe.skipIf(!hasProgram('radosgw'))('on Ceph', () => {
  blobStoreContract('a blob store in a bucket', async () => {
    const store = createS3BlobStore({ kind: 's3', ...await testBucket(), prefix: 'blobs/' })
    return { store, edges: [partBytes], openResources: socketsInUse, close: () => store.close() }
  })
})

/** Connections of this process that a request is using or has not let go of. */
async function socketsInUse(): Promise<number> {
  return process.getActiveResourcesInfo().filter((kind) => kind === 'TCPSocketWrap').length
}
