/** The bytes of credential documents: in the blob store, encrypted, each under a key that only the database has, sealed. */
import { Readable } from 'node:stream'
import { credentialFileTypes, maxCredentialFileBytes, type CredentialFileType } from '@isocenter/contracts'
import type { Sealing } from '../identity/index.ts'
import type { Db } from '../platform/db.ts'
import { payloadTooLarge } from '../platform/problem.ts'
import { newFileBlobKey, newFileKey, openBytes, sealBytes, sweepFiles, type BlobStore } from '../storage/index.ts'
import { credentialFileRefused } from './problems.ts'

/** A file that is written, and no row names yet. */
export interface WrittenFile {
  readonly blobKey: string
  readonly sealed: Buffer
  readonly sealedWith: string
  readonly contentType: CredentialFileType
  /** as it was sent */
  readonly byteLength: number
}

export interface KeptFile {
  readonly blobKey: string
  readonly sealed: Buffer
  readonly sealedWith: string
}

export interface CredentialFiles {
  /** Keeps a file as it comes. @throws credentialFileRefused 422 where it does not begin as its media type says, payloadTooLarge 413 */
  readonly write: (organisationId: string, contentType: CredentialFileType, bytes: AsyncIterable<Uint8Array>) => Promise<WrittenFile>
  /** Its bytes, each piece held against its seal. Destroying the stream frees all it holds. */
  readonly read: (file: KeptFile) => Promise<Readable>
  /** Removes blobs that no row names: of documents that were discarded, and of uploads that broke off. */
  readonly sweep: (db: Db) => Promise<number>
}

/** An upload is over within this time, and so is whoever reads a document that is being discarded. */
const minimumAgeMs = 60 * 60 * 1000
const headBytes = 12
const purposeOf = (blobKey: string) => `credential-file:${blobKey}`

/** How files of each kind begin. */
const beginnings: Readonly<Record<CredentialFileType, (head: Buffer) => boolean>> = {
  'image/jpeg': (head) => head.subarray(0, 3).equals(Buffer.from([0xff, 0xd8, 0xff])),
  'image/png': (head) => head.subarray(0, 8).equals(Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])),
  'image/webp': (head) => head.toString('latin1', 0, 4) === 'RIFF' && head.toString('latin1', 8, 12) === 'WEBP',
  'application/pdf': (head) => head.toString('latin1', 0, 5) === '%PDF-',
}

export const isCredentialFileType = (type: string): type is CredentialFileType => (credentialFileTypes as readonly string[]).includes(type)

export function createCredentialFiles({ blobs, sealing, now }: { readonly blobs: BlobStore; readonly sealing: Sealing; readonly now: () => Date }): CredentialFiles {
  return {
    write: async (organisationId, contentType, bytes) => {
      const blobKey = newFileBlobKey('credentials/', organisationId, now())
      const key = newFileKey()
      const counted = { byteLength: 0 }
      const writer = await blobs.create(blobKey)
      try {
        for await (const piece of sealBytes(checked(bytes, contentType, counted), key)) await writer.write(piece)
        await writer.commit()
      } catch (error) {
        await writer.abort()
        throw error
      }
      const { kid, bytes: sealed } = sealing.seal(key.toString('base64'), purposeOf(blobKey))
      return { blobKey, sealed, sealedWith: kid, contentType, byteLength: counted.byteLength }
    },

    read: async ({ blobKey, sealed, sealedWith }) => {
      const key = sealing.open({ kid: sealedWith, bytes: sealed }, purposeOf(blobKey))
      if (key === undefined) throw new Error('The key a document was sealed under is no longer in the key file.')
      const kept = await blobs.read(blobKey)
      const opened = Readable.from(openBytes(kept, Buffer.from(key, 'base64')), { objectMode: false })
      // Who goes away before the first byte has not begun to read, and leaves nothing to be ended by itself.
      opened.once('close', () => { kept.destroy() })
      return opened
    },

    sweep: (db) => sweepFiles({
      blobs, folder: 'credentials/', before: new Date(now().getTime() - minimumAgeMs),
      namedAmong: (keys) => db('credential_file').whereIn('blob_key', keys).pluck<string[]>('blob_key'),
    }),
  }
}

/** The bytes as they come, as long as they are what they are said to be. */
async function* checked(bytes: AsyncIterable<Uint8Array>, contentType: CredentialFileType, counted: { byteLength: number }): AsyncGenerator<Uint8Array> {
  let head: Buffer | undefined = Buffer.alloc(0)
  for await (const chunk of bytes) {
    counted.byteLength += chunk.length
    if (counted.byteLength > maxCredentialFileBytes) throw payloadTooLarge(`A file of a document has ${String(maxCredentialFileBytes)} bytes at most.`, { maxBytes: maxCredentialFileBytes })
    if (head === undefined) {
      yield chunk
      continue
    }
    head = Buffer.concat([head, chunk])
    if (head.length < headBytes) continue
    assertBeginning(head, contentType)
    yield head
    head = undefined
  }
  if (head !== undefined) assertBeginning(head, contentType)
}

function assertBeginning(head: Buffer, contentType: CredentialFileType): void {
  if (head.length < headBytes || !beginnings[contentType](head)) throw credentialFileRefused(`It does not begin as ${contentType} does.`)
}
