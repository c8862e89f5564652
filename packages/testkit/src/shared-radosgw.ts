import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3'
import type { SharedService } from './leases.ts'
import { startRadosgw, type Radosgw } from './radosgw.ts'
import type { TestBucket } from './s3.ts'

/** One radosgw for the test run; each lease is a bucket of its own, told as JSON. */
export function sharedRadosgw(): SharedService {
  let running: Promise<{ radosgw: Radosgw; client: S3Client }> | undefined
  let buckets = 0
  return {
    lease: async () => {
      running ??= start()
      const { radosgw: { endpoint, accessKeyId, secretAccessKey }, client } = await running
      const bucket = `test-${++buckets}`
      await client.send(new CreateBucketCommand({ Bucket: bucket }))
      const value: TestBucket = { endpoint, region: 'us-east-1', bucket, accessKeyId, secretAccessKey, forcePathStyle: true }
      // What is in the bucket lives in memory and goes with the run.
      return { value: JSON.stringify(value), release: async () => {} }
    },
    close: async () => {
      if (!running) return
      const { radosgw, client } = await running
      client.destroy()
      await radosgw.stop()
    },
  }
}

async function start(): Promise<{ radosgw: Radosgw; client: S3Client }> {
  const radosgw = await startRadosgw(await mkdtemp(join(tmpdir(), 'isocenter-radosgw-')))
  const { endpoint, accessKeyId, secretAccessKey } = radosgw
  const client = new S3Client({ endpoint, region: 'us-east-1', forcePathStyle: true, credentials: { accessKeyId, secretAccessKey } })
  return { radosgw, client }
}
