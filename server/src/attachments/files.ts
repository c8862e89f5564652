/** The bytes of attachments: in the blob store, encrypted, each under a key that only the database has, sealed. */
import { Readable } from 'node:stream'
import { attachmentTypes, type AttachmentType } from '@isocenter/contracts'
import type { Sealing } from '../identity/index.ts'
import type { Db } from '../platform/db.ts'
import { payloadTooLarge } from '../platform/problem.ts'
import { newFileBlobKey, newFileKey, openBytes, openRange, sealBytes, sealedRange, sweepFiles, type BlobStore, type ByteRange } from '../storage/index.ts'
import { createTypeTeller } from './file-type.ts'
import { attachmentRefused, malwareFound } from './problems.ts'
import type { Scan, Scanner } from './scanner.ts'

/** A file that is written, and no row names yet. */
export interface WrittenFile {
  readonly blobKey: string
  readonly sealed: Buffer
  readonly sealedWith: string
  readonly contentType: AttachmentType
  readonly byteLength: number
  readonly isScanned: boolean
}

export interface KeptFile {
  readonly blob_key: string
  readonly key_sealed: Buffer
  readonly key_sealed_with: string
  readonly byte_length: number
}

export interface AttachmentFiles {
  /** Keeps a file as it comes. @throws attachmentRefused 422, malwareFound 422, payloadTooLarge 413, scannerUnavailable 503 */
  readonly write: (organisationId: string, bytes: AsyncIterable<Uint8Array>) => Promise<WrittenFile>
  /** Its bytes or a part of them, each piece held against its seal. Destroying the stream frees all it holds. */
  readonly read: (file: KeptFile, part?: ByteRange) => Promise<Readable>
  /** Removes blobs that no row names: of studies that were purged, and of what broke off before it was entered. */
  readonly sweep: (db: Db) => Promise<number>
}

/** An upload is over within this time, and so is whoever reads a file that is purged. */
const minimumAgeMs = 6 * 60 * 60 * 1000
const purposeOf = (blobKey: string) => `attachment:${blobKey}`
const taken = [...new Set(Object.values(attachmentTypes).map(([ending]) => ending))].join(', ')

export function createAttachmentFiles({ blobs, sealing, scanner, maxBytes, now }: {
  readonly blobs: BlobStore; readonly sealing: Sealing; readonly scanner: Scanner | undefined; readonly maxBytes: number; readonly now: () => Date
}): AttachmentFiles {
  return {
    write: async (organisationId, bytes) => {
      const blobKey = newFileBlobKey('attachments/', organisationId, now())
      const key = newFileKey()
      const teller = createTypeTeller()
      const counted = { byteLength: 0 }
      const scan = await scanner?.begin()
      try {
        const writer = await blobs.create(blobKey)
        try {
          for await (const piece of sealBytes(looked(bytes, { teller, scan, counted, maxBytes }), key)) await writer.write(piece)
          const contentType = teller.end()
          if (contentType === undefined) throw notTaken()
          const found = await scan?.verdict()
          if (found !== undefined) throw malwareFound('Nothing was kept. Tell whoever the file is from.', { found })
          await writer.commit()
          const { kid, bytes: sealed } = sealing.seal(key.toString('base64'), purposeOf(blobKey))
          return { blobKey, sealed, sealedWith: kid, contentType, byteLength: counted.byteLength, isScanned: scan !== undefined }
        } catch (error) {
          await writer.abort()
          throw error
        }
      } finally {
        scan?.abort()
      }
    },

    read: async ({ blob_key, key_sealed, key_sealed_with, byte_length }, part) => {
      const secret = sealing.open({ kid: key_sealed_with, bytes: key_sealed }, purposeOf(blob_key))
      if (secret === undefined) throw new Error('The key an attachment was sealed under is no longer in the key file.')
      const key = Buffer.from(secret, 'base64')
      const range = part === undefined ? undefined : sealedRange(byte_length, part)
      const kept = await blobs.read(blob_key, range?.sealed)
      const opened = Readable.from(range === undefined ? openBytes(kept, key) : openRange(kept, key, range), { objectMode: false })
      // Who goes away before the first byte has not begun to read, and leaves nothing to be ended by itself.
      opened.once('close', () => { kept.destroy() })
      return opened
    },

    sweep: (db) => sweepFiles({
      blobs, folder: 'attachments/', before: new Date(now().getTime() - minimumAgeMs),
      namedAmong: (keys) => db('attachment').whereIn('blob_key', keys).pluck<string[]>('blob_key'),
    }),
  }
}

const notTaken = () => attachmentRefused(`By its content it is none of these: ${taken}. Documents with macros are not taken.`, { taken: Object.keys(attachmentTypes) })

/** The bytes as they come, as long as they may be kept. */
async function* looked(bytes: AsyncIterable<Uint8Array>, { teller, scan, counted, maxBytes }: {
  readonly teller: ReturnType<typeof createTypeTeller>; readonly scan: Scan | undefined; readonly counted: { byteLength: number }; readonly maxBytes: number
}): AsyncGenerator<Uint8Array> {
  for await (const chunk of bytes) {
    counted.byteLength += chunk.length
    if (counted.byteLength > maxBytes) throw payloadTooLarge(`An attachment has ${String(maxBytes)} bytes at most.`, { maxBytes })
    if (!teller.take(chunk)) throw notTaken()
    await scan?.take(chunk)
    yield chunk
  }
}
