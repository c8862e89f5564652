import { lease } from './leases.ts'

/** Where a bucket is and how to open it: what the server's S3 blob store is configured with, but for `kind`. */
export interface TestBucket {
  readonly endpoint: string
  readonly region: string
  readonly bucket: string
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly forcePathStyle: true
}

/**
 * A fresh, empty bucket on a real S3 service; the first one of a run takes about a second, the others some milliseconds.
 * Ask `hasProgram('radosgw')` before. Buckets go with the run.
 */
export async function testBucket(): Promise<TestBucket> {
  // Imported here, so that what uses other parts of the testkit outside Vitest does not need it.
  const { inject } = await import('vitest')
  const { value } = await lease(inject('leases'), 's3')
  return JSON.parse(value) as TestBucket
}
