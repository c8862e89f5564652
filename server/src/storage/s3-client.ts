import http from 'node:http'
import https from 'node:https'
import { S3Client } from '@aws-sdk/client-s3'

/** A bucket, or the part of one below a prefix, of AWS S3 or of a service that speaks like it. */
export interface S3BlobStoreConfig {
  readonly kind: 's3'
  /** Address of the service; AWS's own for the region where unset. */
  readonly endpoint?: string | undefined
  readonly region: string
  readonly bucket: string
  /** Put before every key as it is: `archive/` keeps blobs apart from others in the bucket. */
  readonly prefix?: string | undefined
  /** Without these the SDK's own chain is asked (environment, instance role). */
  readonly accessKeyId?: string | undefined
  readonly secretAccessKey?: string | undefined
  /** Bucket in the path instead of the host name, as MinIO and Ceph want it. */
  readonly forcePathStyle?: boolean | undefined
  /** Encryption at rest asked of the service for every object. */
  readonly sse?: 'AES256' | 'aws:kms' | undefined
  /** Key for `aws:kms`; the service's default key where unset. */
  readonly sseKmsKeyId?: string | undefined
  readonly timeouts?: Partial<S3Timeouts> | undefined
}

/** How long to wait for a bucket before saying BlobStoreUnavailable, in milliseconds. */
export interface S3Timeouts {
  /** For a connection to be made. */
  readonly connectMs: number
  /** For one attempt to be answered; sending a part of 8 MiB has three times as long. */
  readonly attemptMs: number
  /** For the next bytes of an answer that has begun, while the reader wants them. */
  readonly stallMs: number
}

export const defaultS3Timeouts: S3Timeouts = { connectMs: 2000, attemptMs: 10_000, stallMs: 15_000 }

/** Requests on their way at once; one more waits. Many, because a slow reader of a long object keeps its connection. */
const maxSockets = 512
/** Connections kept for later when nothing needs them. */
const maxFreeSockets = 128
/** Tries in all: the first, and again after errors that pass (standard mode: throttling, 5xx, broken connections). */
const maxAttempts = 3

/** A client for the bucket's service. It never computes or asks for the SDK's own checksums, which services other than AWS refuse as trailers. */
export function createS3Client(config: S3BlobStoreConfig, timeouts: S3Timeouts): S3Client {
  const { accessKeyId, secretAccessKey } = config
  const agent = { keepAlive: true, maxSockets, maxFreeSockets, scheduling: 'lifo' as const }
  return new S3Client({
    ...(config.endpoint !== undefined && { endpoint: config.endpoint }),
    ...(accessKeyId !== undefined && secretAccessKey !== undefined && { credentials: { accessKeyId, secretAccessKey } }),
    region: config.region,
    forcePathStyle: config.forcePathStyle ?? false,
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    retryMode: 'standard',
    maxAttempts,
    // With it, the SDK opens a connection of its own for every large body.
    expectContinueHeader: false,
    requestHandler: {
      httpAgent: new http.Agent(agent),
      httpsAgent: new https.Agent(agent),
      connectionTimeout: timeouts.connectMs,
      requestTimeout: timeouts.attemptMs,
      throwOnRequestTimeout: true,
      // An idle socket is no sign of trouble: whoever reads may be slow. See s3-body.ts for what is.
      socketTimeout: 0,
    },
  })
}
