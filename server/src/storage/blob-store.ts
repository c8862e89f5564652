import type { Readable } from 'node:stream'

/**
 * Where the bytes of instances live: write once under a fresh key, read whole or by range, delete.
 * One contract suite (blob-store.contract.ts) holds every implementation to what is said here.
 */
export interface BlobStore {
  /**
   * Begins a blob. Nothing can be seen under the key before `commit`.
   * Keys are made to be used once; should one be committed twice the last commit wins, and a reader gets one blob or the other whole.
   * @throws InvalidBlobKey, BlobStoreFull, BlobStoreUnavailable
   */
  create(key: string, options?: { contentType?: string }): Promise<BlobWriter>
  /**
   * The bytes of a blob, or of one range of it, streamed. Destroying the stream, or aborting the signal, frees all it holds.
   * The stream fails with BlobStoreUnavailable when the store does midway; it never ends early in silence.
   * @throws BlobNotFound, BlobRangeInvalid when the range does not lie wholly inside the blob, BlobStoreUnavailable
   */
  read(key: string, range?: ByteRange, signal?: AbortSignal): Promise<Readable>
  /**
   * The bytes of a short range at once: what most frames and many whole objects are. The buffer is the caller's, who may
   * `giveBack` it when its bytes are no longer needed.
   * @param range of 1 to `maxLentBytes` bytes
   * @throws as `read`
   */
  readAtOnce(key: string, range: ByteRange, signal?: AbortSignal): Promise<Buffer>
  /** Size and time of a blob; undefined when there is none. */
  stat(key: string): Promise<BlobStat | undefined>
  /** Removes a blob for good; one that is not there is fine. Whoever is reading it may read on to the end. */
  delete(key: string): Promise<void>
  /** The blobs whose key begins with `prefix`, in ascending byte order of their keys, those up to and including `after` left out. */
  list(prefix: string, options?: { after?: string }): AsyncIterable<BlobEntry>
  /**
   * Removes what writers that neither committed nor aborted left behind; answers how many.
   * @param olderThan when they were last written to, in a folder, or begun, on S3: well before the longest upload there may be, which would be lost
   */
  sweepUnfinished(olderThan: Date): Promise<number>
  /** How many `sweepUnfinished` would remove now. */
  countUnfinished(olderThan: Date): Promise<number>
  /** Resolves once the store has been seen to write and to read; rejects, within seconds, with what prevents it. */
  check(): Promise<void>
  /** Lets go of connections. Streams and writers still open fail. */
  close(): Promise<void>
}

/** One blob on its way in. Exactly one of `commit` and `abort` ends it. */
export interface BlobWriter {
  /** Bytes are copied as they come: once `write` has resolved, whoever lent their buffer may `giveBack` it. */
  readonly isCopying?: boolean
  /**
   * Takes the next bytes; the chunk must not be changed afterwards, but where `isCopying`. A promise is back-pressure: await it before writing more.
   * @throws BlobStoreFull, BlobStoreUnavailable; then only `abort` is left to do
   */
  write(chunk: Uint8Array): Promise<void> | void
  /**
   * Makes the blob durable and visible, in that order; the writer has ended either way.
   * When it rejects, the blob is not there, and what may be left behind `sweepUnfinished` finds. One exception: where the answer to the
   * last request to S3 was lost, the object may exist all the same, so a key whose commit failed must not be used again.
   */
  commit(): Promise<{ byteLength: number }>
  /** Forgets the blob; harmless after a failed commit or a second time. */
  abort(): Promise<void>
}

/** Bytes `offset` … `offset + length - 1` of a blob, counted from 0. */
export interface ByteRange { readonly offset: number; readonly length: number }
export interface BlobStat { readonly byteLength: number; readonly modifiedAt: Date }
export interface BlobEntry extends BlobStat { readonly key: string }

/** What a store says when it cannot do as asked; messages name keys, which carry no patient data. */
export class BlobStoreError extends Error {
  override readonly name: string = 'BlobStoreError'
}
/** No blob has this key. */
export class BlobNotFound extends BlobStoreError {
  override readonly name = 'BlobNotFound'
  constructor(key: string, options?: ErrorOptions) { super(`No blob has the key ${key}.`, options) }
}
/** The range asked for does not lie inside the blob. */
export class BlobRangeInvalid extends BlobStoreError {
  override readonly name = 'BlobRangeInvalid'
  constructor(key: string, { offset, length }: ByteRange, options?: ErrorOptions) {
    super(`The blob ${key} has no range of ${length} bytes at ${offset}.`, options)
  }
}
/** The key is not one of ours: see keys.ts for what a key may look like. */
export class InvalidBlobKey extends BlobStoreError {
  override readonly name = 'InvalidBlobKey'
}
/** No space, or no quota, is left for more bytes; reading and deleting still work. */
export class BlobStoreFull extends BlobStoreError {
  override readonly name = 'BlobStoreFull'
  /** How it is answered where nobody says more of it. */
  readonly statusCode = 503
}
/** The store cannot be reached, refuses us or takes too long: worth another try later. */
export class BlobStoreUnavailable extends BlobStoreError {
  override readonly name = 'BlobStoreUnavailable'
  /** How it is answered where nobody says more of it. */
  readonly statusCode = 503
}
/** The writer was ended before: by `commit`, by `abort`, or by an error already told. */
export class BlobWriterEnded extends BlobStoreError {
  override readonly name = 'BlobWriterEnded'
}
