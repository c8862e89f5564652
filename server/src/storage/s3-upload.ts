import {
  AbortMultipartUploadCommand, CompleteMultipartUploadCommand, CreateMultipartUploadCommand, HeadObjectCommand, PutObjectCommand, UploadPartCommand,
} from '@aws-sdk/client-s3'
import { BlobStoreUnavailable } from './blob-store.ts'
import type { S3Bucket } from './s3-bucket.ts'
import { isUploadGone } from './s3-errors.ts'
import type { S3MultipartUpload, S3Upload } from './s3-writer.ts'

/** The requests that bring one object into the bucket. */
export function s3Upload(bucket: S3Bucket, key: string, contentType: string | undefined): S3Upload {
  const object = bucket.object(key)
  const attributes = { ...object, ...bucket.encryption, ...(contentType !== undefined && { ContentType: contentType }) }
  // Millions of bytes on a slow line take longer than a question without any.
  const attemptMs = 3 * bucket.timeouts.attemptMs
  const withinMs = 2 * attemptMs

  return {
    async put(body, signal) {
      await bucket.ask((abortSignal) => bucket.client.send(new PutObjectCommand({ ...attributes, Body: body }), { abortSignal, requestTimeout: attemptMs }), { signal, withinMs })
    },

    async begin(signal) {
      const { UploadId } = await bucket.ask((abortSignal) => bucket.client.send(new CreateMultipartUploadCommand(attributes), { abortSignal }), { signal })
      if (UploadId === undefined) throw new BlobStoreUnavailable('The bucket began an upload without naming it.')
      return multipartUpload(UploadId)
    },
  }

  function multipartUpload(UploadId: string): S3MultipartUpload {
    const upload = { ...object, UploadId }
    return {
      async sendPart(PartNumber, body, signal) {
        const { ETag, $metadata } = await bucket.ask(
          (abortSignal) => bucket.client.send(new UploadPartCommand({ ...upload, PartNumber, Body: body }), { abortSignal, requestTimeout: attemptMs }),
          { signal, withinMs },
        )
        return { PartNumber, ETag, isFirstAttempt: $metadata.attempts === 1 }
      },

      async complete(parts, byteLength, signal) {
        const command = new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts: [...parts] } })
        await bucket.ask(async (abortSignal) => {
          try {
            await bucket.client.send(command, { abortSignal, requestTimeout: attemptMs })
          } catch (error) {
            // The answer to a first attempt may be lost and the second then be told that no such upload exists.
            if (!isUploadGone(error)) throw error
            const { ContentLength } = await bucket.client.send(new HeadObjectCommand(object), { abortSignal })
            if (ContentLength !== byteLength) throw error
          }
        }, { signal, withinMs })
      },

      async abort() {
        await bucket.ask(async (abortSignal) => {
          try {
            await bucket.client.send(new AbortMultipartUploadCommand(upload), { abortSignal })
          } catch (error) {
            if (!isUploadGone(error)) throw error
          }
        })
      },
    }
  }
}
