import { lend } from '@isocenter/durable-files'
import { randomUUID } from 'node:crypto'
import { addAbortSignal, Readable } from 'node:stream'
import {
  AbortMultipartUploadCommand, DeleteObjectCommand, GetObjectCommand, HeadObjectCommand, ListMultipartUploadsCommand, ListObjectsV2Command, PutObjectCommand,
} from '@aws-sdk/client-s3'
import { BlobNotFound, BlobRangeInvalid, BlobStoreUnavailable, type BlobEntry, type BlobStat, type BlobStore, type ByteRange } from './blob-store.ts'
import { checkedBlobKey, isBlobKey } from './keys.ts'
import { WatchedBody } from './s3-body.ts'
import { assertRange } from './ranges.ts'
import { S3Bucket } from './s3-bucket.ts'
import type { S3BlobStoreConfig } from './s3-client.ts'
import { isUploadGone } from './s3-errors.ts'
import { s3Upload } from './s3-upload.ts'
import { S3BlobWriter } from './s3-writer.ts'
import { streamOf } from './stream-of.ts'

export type { S3BlobStoreConfig }

/** Where the readiness check writes; no key can begin with `_`, so it is in nobody's way. */
const checkFolder = '_check/'
const checkTimeoutMs = 5000

/**
 * Keeps blobs in a bucket. An object up to one part is one request, which S3 makes visible whole or not at all; a longer one is a multi-part upload.
 * Where the answer to the last request of a commit is lost, the commit rejects although the object may exist: nothing refers to its key, as to any blob whose commit failed.
 */
export function createS3BlobStore(config: S3BlobStoreConfig): BlobStore {
  const bucket = new S3Bucket(config)
  const { client } = bucket

  async function stat(key: string, signal?: AbortSignal): Promise<BlobStat | undefined> {
    const command = new HeadObjectCommand(bucket.object(checkedBlobKey(key)))
    try {
      const { ContentLength, LastModified } = await bucket.ask((abortSignal) => client.send(command, { abortSignal }), { key, signal })
      if (ContentLength === undefined || LastModified === undefined) throw new BlobStoreUnavailable('The bucket does not say how long an object is.')
      return { byteLength: ContentLength, modifiedAt: LastModified }
    } catch (error) {
      if (error instanceof BlobNotFound) return undefined
      throw error
    }
  }

  /** S3 has no way to ask for a range of no bytes. */
  async function emptyRange(key: string, range: ByteRange, signal: AbortSignal | undefined): Promise<Readable> {
    const found = await stat(key, signal)
    if (!found) throw new BlobNotFound(key)
    if (range.offset > found.byteLength) throw new BlobRangeInvalid(key, range)
    return streamOf(new Uint8Array())
  }

  async function read(key: string, range?: ByteRange, signal?: AbortSignal): Promise<Readable> {
    checkedBlobKey(key)
    if (range) assertRange(key, range)
    if (range?.length === 0) return emptyRange(key, range, signal)
    const Range = range && `bytes=${range.offset}-${range.offset + range.length - 1}`
    const command = new GetObjectCommand({ ...bucket.object(key), ...(Range !== undefined && { Range }) })
    const { Body, ContentLength } = await bucket.ask((abortSignal) => client.send(command, { abortSignal }), { key, range, signal })
    if (!(Body instanceof Readable) || ContentLength === undefined) throw new BlobStoreUnavailable('The bucket answered without a body or its length.')
    if (range && ContentLength !== range.length) {
      Body.destroy()
      throw new BlobRangeInvalid(key, range)
    }
    const stream = new WatchedBody(Body, ContentLength, bucket.timeouts.stallMs)
    return signal ? addAbortSignal(signal, stream) : stream
  }

  async function* list(prefix: string, after: string | undefined): AsyncGenerator<BlobEntry> {
    for (let last = after; ;) {
      const command = new ListObjectsV2Command({ Bucket: bucket.name, Prefix: bucket.prefix + prefix, ...(last !== undefined && { StartAfter: bucket.prefix + last }) })
      const { Contents = [], IsTruncated } = await bucket.ask((abortSignal) => client.send(command, { abortSignal }))
      for (const { Key, Size, LastModified } of Contents) {
        if (Key === undefined || Size === undefined || LastModified === undefined) throw new BlobStoreUnavailable('The bucket lists an object without its name, size or time.')
        last = Key.slice(bucket.prefix.length)
        if (isBlobKey(last)) yield { key: last, byteLength: Size, modifiedAt: LastModified }
      }
      if (!IsTruncated || Contents.length === 0) return
    }
  }

  /** Uploads that were neither completed nor aborted. */
  async function* unfinished(olderThan: Date): AsyncGenerator<{ Key: string; UploadId: string }> {
    for (let markers = {}; ;) {
      const command = new ListMultipartUploadsCommand({ Bucket: bucket.name, Prefix: bucket.prefix, ...markers })
      const page = await bucket.ask((abortSignal) => client.send(command, { abortSignal }))
      for (const { Key, UploadId, Initiated } of page.Uploads ?? []) {
        if (Key === undefined || UploadId === undefined || Initiated === undefined) throw new BlobStoreUnavailable('The bucket lists an upload without its name or time.')
        if (isBlobKey(Key.slice(bucket.prefix.length)) && Initiated < olderThan) yield { Key, UploadId }
      }
      if (!page.IsTruncated) return
      markers = { KeyMarker: page.NextKeyMarker, UploadIdMarker: page.NextUploadIdMarker }
    }
  }

  return {
    async create(key, { contentType } = {}) {
      return new S3BlobWriter(s3Upload(bucket, checkedBlobKey(key), contentType))
    },

    read,

    async readAtOnce(key, range, signal) {
      const bytes = lend(range.length)
      let filled = 0
      for await (const chunk of await read(key, range, signal) as AsyncIterable<Buffer>) filled += chunk.copy(bytes, filled)
      return bytes
    },

    stat: (key) => stat(key),

    async delete(key) {
      const command = new DeleteObjectCommand(bucket.object(checkedBlobKey(key)))
      await bucket.ask((abortSignal) => client.send(command, { abortSignal }))
    },

    list: (prefix, { after } = {}) => list(prefix, after),

    async sweepUnfinished(olderThan) {
      let aborted = 0
      for await (const { Key, UploadId } of unfinished(olderThan)) {
        if (await abortUpload(Key, UploadId)) aborted++
      }
      return aborted
    },

    async countUnfinished(olderThan) {
      let count = 0
      for await (const _upload of unfinished(olderThan)) count++
      return count
    },

    async check() {
      const object = bucket.object(checkFolder + randomUUID())
      await bucket.ask(async (abortSignal) => {
        const written = 'readable'
        await client.send(new PutObjectCommand({ ...object, ...bucket.encryption, Body: written }), { abortSignal })
        const { Body } = await client.send(new GetObjectCommand(object), { abortSignal })
        if (await Body?.transformToString() !== written) throw new BlobStoreUnavailable('The bucket does not give back what was written.')
        await client.send(new DeleteObjectCommand(object), { abortSignal })
      }, { withinMs: checkTimeoutMs })
    },

    async close() {
      client.destroy()
    },
  }

  /** False when another process aborted it, or its writer completed it, before us. */
  async function abortUpload(Key: string, UploadId: string): Promise<boolean> {
    return bucket.ask(async (abortSignal) => {
      try {
        await client.send(new AbortMultipartUploadCommand({ Bucket: bucket.name, Key, UploadId }), { abortSignal })
        return true
      } catch (error) {
        if (isUploadGone(error)) return false
        throw error
      }
    })
  }
}
