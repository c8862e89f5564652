import { BlobStoreUnavailable, BlobWriterEnded, type BlobWriter } from './blob-store.ts'
import { givePartBack, lendPart, partBytes } from './s3-parts.ts'

/** Parts of one object on their way at once: a writer holds at most this many parts and the one gathering. */
const maxPartsInFlight = 3

/** What a writer needs of the bucket, for one object. */
export interface S3Upload {
  /** Sends the whole object in one request. */
  put(body: Buffer, signal: AbortSignal): Promise<void>
  begin(signal: AbortSignal): Promise<S3MultipartUpload>
}

/** An object that arrives in parts, counted from 1; not visible before `complete`. */
export interface S3MultipartUpload {
  /** `isFirstAttempt`: no earlier one can still be reading the body. */
  sendPart(partNumber: number, body: Buffer, signal: AbortSignal): Promise<{ PartNumber: number; ETag: string | undefined; isFirstAttempt: boolean }>
  complete(parts: readonly { PartNumber: number; ETag: string | undefined }[], byteLength: number, signal: AbortSignal): Promise<void>
  abort(): Promise<void>
}

/** Writes one object: gathers up to one part and sends that whole, or goes over to a multi-part upload when more comes. */
export class S3BlobWriter implements BlobWriter {
  readonly #upload: S3Upload
  readonly #stop = new AbortController()
  #gathered: Uint8Array[] = []
  #gatheredBytes = 0
  #byteLength = 0
  #multipart: Promise<S3MultipartUpload> | undefined
  #parts: { PartNumber: number; ETag: string | undefined }[] = []
  #partCount = 0
  /** Parts on their way; they never reject, `#failure` says what they met. */
  readonly #inFlight = new Set<Promise<void>>()
  #sendingFullParts: Promise<void> | undefined
  #failure: Error | undefined
  #isEnded = false

  constructor(upload: S3Upload) { this.#upload = upload }

  write(chunk: Uint8Array): Promise<void> | void {
    this.#assertOpen()
    if (chunk.byteLength === 0) return
    this.#gathered.push(chunk)
    this.#gatheredBytes += chunk.byteLength
    this.#byteLength += chunk.byteLength
    // Not at exactly one part: an object of that size still goes in one request.
    if (this.#gatheredBytes <= partBytes) return
    return this.#sendFullParts()
  }

  async commit(): Promise<{ byteLength: number }> {
    this.#assertOpen()
    this.#isEnded = true
    try {
      await this.#sendFullParts()
      if (this.#multipart) await this.#completeParts(await this.#multipart)
      else await this.#upload.put(this.#take(this.#gatheredBytes), this.#stop.signal)
      return { byteLength: this.#byteLength }
    } catch (error) {
      // Parts that cannot be removed now sweepUnfinished removes later; the first error is the one to tell.
      await this.#discard().catch(() => undefined)
      throw error
    }
  }

  async abort(): Promise<void> {
    if (this.#isEnded) return
    this.#isEnded = true
    await this.#discard()
  }

  async #discard(): Promise<void> {
    this.#stop.abort()
    this.#gathered = []
    this.#gatheredBytes = 0
    // A part that arrives after the upload was aborted would stay, and be paid for, unseen.
    await Promise.all(this.#inFlight)
    const multipart = await this.#multipart?.catch(() => undefined)
    await multipart?.abort()
  }

  #assertOpen(): void {
    if (this.#failure) throw this.#failure
    if (this.#isEnded) throw new BlobWriterEnded('This blob was committed or aborted before.')
  }

  /** Sends what is gathered beyond one part, waiting where too many parts are on their way. Concurrent callers share the wait. */
  #sendFullParts(): Promise<void> {
    return this.#sendingFullParts ??= this.#sendWhileFull().finally(() => { this.#sendingFullParts = undefined })
  }

  async #sendWhileFull(): Promise<void> {
    while (this.#gatheredBytes > partBytes) {
      await this.#sendPart(this.#take(partBytes))
      while (this.#inFlight.size >= maxPartsInFlight) await Promise.race(this.#inFlight)
    }
    if (this.#failure) throw this.#failure
  }

  async #completeParts(multipart: S3MultipartUpload): Promise<void> {
    await this.#sendPart(this.#take(this.#gatheredBytes))
    await Promise.all(this.#inFlight)
    if (this.#failure) throw this.#failure
    const inOrder = this.#parts.sort((a, b) => a.PartNumber - b.PartNumber)
    await multipart.complete(inOrder, this.#byteLength, this.#stop.signal)
  }

  /** Resolves when the part is on its way, not when it has arrived. */
  async #sendPart(body: Buffer): Promise<void> {
    const { signal } = this.#stop
    const multipart = await (this.#multipart ??= this.#upload.begin(signal))
    const partNumber = ++this.#partCount
    const sending = multipart.sendPart(partNumber, body, signal)
      .then(({ isFirstAttempt, ...part }) => {
        this.#parts.push(part)
        if (isFirstAttempt) givePartBack(body)
      }, (error: unknown) => {
        this.#failure ??= error instanceof Error ? error : new BlobStoreUnavailable('A part could not be sent.', { cause: error })
        this.#stop.abort()
      })
      .finally(() => this.#inFlight.delete(sending))
    this.#inFlight.add(sending)
  }

  /** The first `byteLength` bytes gathered, in one piece: the SDK signs it and sends it again where an attempt fails. */
  #take(byteLength: number): Buffer {
    const taken: Uint8Array[] = []
    let missing = byteLength
    let count = 0
    for (const chunk of this.#gathered) {
      if (missing === 0) break
      if (chunk.byteLength > missing) {
        taken.push(chunk.subarray(0, missing))
        this.#gathered[count] = chunk.subarray(missing)
        missing = 0
        break
      }
      taken.push(chunk)
      missing -= chunk.byteLength
      count++
    }
    this.#gathered.splice(0, count)
    this.#gatheredBytes -= byteLength
    return inOnePiece(taken, byteLength)
  }
}

function inOnePiece(chunks: readonly Uint8Array[], byteLength: number): Buffer {
  if (byteLength !== partBytes) return Buffer.concat(chunks, byteLength)
  const part = lendPart()
  let filled = 0
  for (const chunk of chunks) {
    part.set(chunk, filled)
    filled += chunk.byteLength
  }
  return part
}
