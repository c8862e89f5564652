import type { S3Client } from '@aws-sdk/client-s3'
import { BlobStoreUnavailable, type ByteRange } from './blob-store.ts'
import { createS3Client, defaultS3Timeouts, type S3BlobStoreConfig, type S3Timeouts } from './s3-client.ts'
import { namedS3Error } from './s3-errors.ts'

/** What a request is about, for the error it may end in. */
export interface S3Question {
  readonly key?: string
  readonly range?: ByteRange | undefined
  /** The caller's wish to stop. */
  readonly signal?: AbortSignal | undefined
  /** Milliseconds until the answer must have begun, all attempts together; two attempts' time where unset. */
  readonly withinMs?: number
}

/** One bucket: its client, where our objects begin in it, and one way to ask it something that neither hangs nor fails namelessly. */
export class S3Bucket {
  readonly client: S3Client
  readonly name: string
  readonly prefix: string
  readonly timeouts: S3Timeouts
  readonly encryption: { ServerSideEncryption?: 'AES256' | 'aws:kms'; SSEKMSKeyId?: string }

  constructor(config: S3BlobStoreConfig) {
    this.timeouts = { ...defaultS3Timeouts, ...config.timeouts }
    this.client = createS3Client(config, this.timeouts)
    this.name = config.bucket
    this.prefix = config.prefix ?? ''
    this.encryption = {
      ...(config.sse && { ServerSideEncryption: config.sse }),
      ...(config.sse === 'aws:kms' && config.sseKmsKeyId !== undefined && { SSEKMSKeyId: config.sseKmsKeyId }),
    }
  }

  /** Bucket and object name of a blob, as every command wants them. */
  object(key: string): { Bucket: string; Key: string } {
    return { Bucket: this.name, Key: this.prefix + key }
  }

  /**
   * Sends a request, which must hand on the signal it is given.
   * @throws BlobNotFound, BlobRangeInvalid, BlobStoreFull, BlobStoreUnavailable, or the caller's reason to stop
   */
  async ask<T>(request: (signal: AbortSignal) => Promise<T>, { key, range, signal, withinMs = 2 * this.timeouts.attemptMs }: S3Question = {}): Promise<T> {
    signal?.throwIfAborted()
    const stop = new AbortController()
    const late = new BlobStoreUnavailable(`The bucket did not answer within ${withinMs} ms.`)
    const timer = setTimeout(() => stop.abort(late), withinMs)
    const stopWithCaller = (): void => stop.abort(signal?.reason)
    signal?.addEventListener('abort', stopWithCaller, { once: true })
    try {
      return await request(stop.signal)
    } catch (error) {
      throw stop.signal.aborted ? stop.signal.reason : namedS3Error(error, key, range)
    } finally {
      clearTimeout(timer)
      signal?.removeEventListener('abort', stopWithCaller)
    }
  }
}
