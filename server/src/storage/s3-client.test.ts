import { createHash } from 'node:crypto'
import { buffer } from 'node:stream/consumers'
import { GetObjectCommand, HeadObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { hasProgram, testBucket, testKmsKeyId, type TestBucket } from '@isocenter/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { BlobStore } from './blob-store.ts'
import { S3Bucket } from './s3-bucket.ts'
import type { S3BlobStoreConfig } from './s3-client.ts'
import { createS3BlobStore } from './s3.ts'
import { partBytes } from './s3-parts.ts'

const onAws: S3BlobStoreConfig = { kind: 's3', region: 'eu-central-1', bucket: 'images', accessKeyId: 'id', secretAccessKey: 'secret' }

interface SentRequest { protocol: string; hostname: string; path: string; headers: Record<string, string> }

/** The request as it would leave for the network. */
async function sent(config: S3BlobStoreConfig, command: 'put' | 'get'): Promise<SentRequest> {
  const bucket = new S3Bucket(config)
  let request: SentRequest | undefined
  bucket.client.middlewareStack.add(() => async (args) => {
    request = args.request as SentRequest
    throw new Error('not sent')
  }, { step: 'finalizeRequest', priority: 'low' })
  const object = bucket.object('1/a')
  const sending = command === 'put'
    ? bucket.client.send(new PutObjectCommand({ ...object, ...bucket.encryption, Body: Buffer.from('a') }))
    : bucket.client.send(new GetObjectCommand(object))
  await expect(sending).rejects.toThrow('not sent')
  bucket.client.destroy()
  return request!
}

describe('a request for a bucket', () => {
  test('goes to the bucket\'s own host on AWS', async () => {
    expect(await sent(onAws, 'get')).toMatchObject({ protocol: 'https:', hostname: 'images.s3.eu-central-1.amazonaws.com', path: '/1/a' })
  })

  test('goes to the bucket\'s own host at an endpoint, too', async () => {
    expect(await sent({ ...onAws, endpoint: 'https://objects.example.org' }, 'get')).toMatchObject({ hostname: 'images.objects.example.org', path: '/1/a' })
  })

  test('names the bucket in its path where asked to', async () => {
    const config = { ...onAws, endpoint: 'http://127.0.0.1:9000', forcePathStyle: true, prefix: 'archive/' }
    expect(await sent(config, 'get')).toMatchObject({ protocol: 'http:', hostname: '127.0.0.1', path: '/images/archive/1/a' })
  })

  test('asks for no checksum of the SDK\'s own, which services other than AWS refuse', async () => {
    const { headers } = await sent({ ...onAws, endpoint: 'http://127.0.0.1:9000' }, 'put')
    expect(Object.keys(headers).filter((name) => /checksum|trailer|expect/i.test(name))).toEqual([])
    expect(headers['x-amz-content-sha256']).toBe(createHash('sha256').update('a').digest('hex'))
  })

  test('says how to encrypt what is stored, and only then', async () => {
    const encryption = async (config: Partial<S3BlobStoreConfig>): Promise<[string, string][]> =>
      Object.entries((await sent({ ...onAws, ...config }, 'put')).headers).filter(([name]) => name.includes('encryption'))
    expect(await encryption({})).toEqual([])
    expect(await encryption({ sse: 'AES256', sseKmsKeyId: 'unused' })).toEqual([['x-amz-server-side-encryption', 'AES256']])
    expect(await encryption({ sse: 'aws:kms' })).toEqual([['x-amz-server-side-encryption', 'aws:kms']])
    expect(Object.fromEntries(await encryption({ sse: 'aws:kms', sseKmsKeyId: 'key' }))).toEqual({
      'x-amz-server-side-encryption': 'aws:kms', 'x-amz-server-side-encryption-aws-kms-key-id': 'key',
    })
  })
})

async function keys(store: BlobStore): Promise<string[]> {
  const found: string[] = []
  for await (const { key } of store.list('')) found.push(key)
  return found
}

describe.skipIf(!hasProgram('radosgw'))('a bucket on a real service', () => {
  let bucket: TestBucket
  let client: S3Client
  beforeAll(async () => {
    bucket = await testBucket()
    client = new S3Client({ ...bucket, credentials: bucket })
  })
  afterAll(() => client.destroy())

  test.each([100, 2 * partBytes])('keeps an object of %i bytes encrypted with the key asked for', async (size) => {
    const store = createS3BlobStore({ kind: 's3', ...bucket, sse: 'aws:kms', sseKmsKeyId: testKmsKeyId })
    const writer = await store.create(`encrypted-${size}`)
    await writer.write(Buffer.alloc(size, 7))
    await writer.commit()
    const kept = await client.send(new HeadObjectCommand({ Bucket: bucket.bucket, Key: `encrypted-${size}` }))
    expect(kept).toMatchObject({ ServerSideEncryption: 'aws:kms', SSEKMSKeyId: testKmsKeyId })
    expect((await buffer(await store.read(`encrypted-${size}`, { offset: 10, length: 50 }))).equals(Buffer.alloc(50, 7))).toBe(true)
    await store.close()
  })

  test('keeps the content type', async () => {
    const store = createS3BlobStore({ kind: 's3', ...bucket })
    for (const size of [1, partBytes + 1]) {
      const writer = await store.create(`typed-${size}`, { contentType: 'application/dicom' })
      await writer.write(Buffer.alloc(size))
      await writer.commit()
      expect((await client.send(new HeadObjectCommand({ Bucket: bucket.bucket, Key: `typed-${size}` }))).ContentType).toBe('application/dicom')
    }
    await store.close()
  })

  test('refuses a wrong secret, and the check says so', async () => {
    const store = createS3BlobStore({ kind: 's3', ...bucket, secretAccessKey: 'wrong' })
    await expect(store.check()).rejects.toMatchObject({ name: 'BlobStoreUnavailable', message: expect.stringContaining('SignatureDoesNotMatch') as string })
    await store.close()
  })

  test('shared by two stores with different prefixes shows neither the other\'s blobs', async () => {
    const one = createS3BlobStore({ kind: 's3', ...bucket, prefix: 'one/' })
    const two = createS3BlobStore({ kind: 's3', ...bucket, prefix: 'two/' })
    const writer = await one.create('mine')
    await writer.write(Buffer.alloc(partBytes + 1))
    expect(await two.sweepUnfinished(new Date(Date.now() + 60_000))).toBe(0)
    await writer.commit()
    expect(await two.stat('mine')).toBeUndefined()
    expect(await keys(two)).toEqual([])
    expect(await keys(one)).toEqual(['mine'])
    await one.close()
    await two.close()
  })
})
