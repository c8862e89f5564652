import { decodePdu } from './pdu-decode.ts'
import { abortReasons, PduError, pduHeaderBytes, pduTypes, pdvHeaderBytes, type ControlPdu, type PduName } from './pdu.ts'

export interface PduStreamLimits {
  /** Of a P-DATA-TF, bytes after its header. */
  readonly maxPduBytes: number
  /** Of an A-ASSOCIATE-RQ or -AC, bytes after its header. */
  readonly maxAssociatePduBytes: number
}

/** A piece of a presentation data value as it came from the line. */
export interface DataPiece {
  readonly contextId: number
  readonly kind: 'command' | 'dataSet'
  /** Part of the chunk it came in, not copied. Empty where a last fragment is. */
  readonly bytes: Uint8Array
  /** This piece ends the command or the data set. */
  readonly last: boolean
}

export type StreamItem =
  | { readonly item: 'pdu'; readonly pdu: ControlPdu }
  /** The header of a P-DATA-TF came; its pieces follow. */
  | { readonly item: 'dataPdu' }
  | { readonly item: 'piece'; readonly piece: DataPiece }
  /** Where the next PDU begins is not known any more: nothing follows. */
  | { readonly item: 'invalid'; readonly error: PduError }

/**
 * Bytes that a P-DATA-TF may have beyond what was negotiated. It is never held, so it costs nothing; some senders count the
 * PDU header or a value header out of the maximum.
 */
const dataPduSlackBytes = 128
/** A-ASSOCIATE-RJ, A-RELEASE-RQ, A-RELEASE-RP and A-ABORT have this many bytes after their header, always. */
const fixedPduBytes = 4

const namesByType = new Map(Object.entries(pduTypes).map(([name, type]) => [type as number, name as PduName]))
const nothing = new Uint8Array(0)
const noBody = Buffer.alloc(0)

/**
 * Cuts the bytes of a connection into PDUs, and P-DATA-TF into the pieces of its values, in whatever chunks they come.
 * Pulled: what is not asked for is not looked at, so the order of data and control is that of the line.
 */
export class PduStream {
  readonly #limits: PduStreamLimits
  #chunk: Buffer = noBody
  #at = 0
  #phase: 'pduHeader' | 'body' | 'valueHeader' | 'value' | 'broken' = 'pduHeader'
  /** A PDU or value header of which some bytes came. */
  readonly #header = Buffer.alloc(Math.max(pduHeaderBytes, pdvHeaderBytes))
  #headerBytes = 0
  #name: PduName = 'A-ABORT'
  /** Of the PDU, not yet taken. */
  #pduLeft = 0
  /** The body of a control PDU that came in more than one chunk. */
  #body: Buffer = noBody
  #bodyBytes = 0
  #valueLeft = 0
  #contextId = 0
  #kind: DataPiece['kind'] = 'command'
  #lastFragment = false

  constructor(limits: PduStreamLimits) {
    this.#limits = limits
  }

  /** Takes the next chunk, which then belongs to the stream; what it had before must have been pulled. */
  push(chunk: Uint8Array): void {
    if (this.hasBytes) throw new Error('the chunk before has not been pulled')
    if (this.#phase === 'broken') return
    this.#chunk = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
    this.#at = 0
  }

  get hasBytes(): boolean {
    return this.#at < this.#chunk.length
  }

  /** A PDU has begun and its last byte has not been pulled. */
  get insidePdu(): boolean {
    return this.#phase !== 'broken' && (this.#phase !== 'pduHeader' || this.#headerBytes > 0)
  }

  /** The next item; undefined when more bytes are needed. */
  next(): StreamItem | undefined {
    try {
      return this.#next()
    } catch (error) {
      if (!(error instanceof PduError)) throw error
      this.#phase = 'broken'
      this.#drop()
      return { item: 'invalid', error }
    }
  }

  #next(): StreamItem | undefined {
    for (;;) {
      switch (this.#phase) {
        case 'pduHeader': {
          if (!this.#takePduHeader()) return undefined
          if (this.#name !== 'P-DATA-TF') {
            this.#phase = 'body'
            break
          }
          this.#phase = 'valueHeader'
          return { item: 'dataPdu' }
        }
        case 'body': {
          const body = this.#takeBody()
          if (!body) return undefined
          this.#phase = 'pduHeader'
          return { item: 'pdu', pdu: decodePdu(this.#name as Exclude<PduName, 'P-DATA-TF'>, body) }
        }
        case 'valueHeader': {
          if (!this.#takeValueHeader()) return undefined
          this.#phase = 'value'
          // An empty value is told of only where it ends something; no byte of a full one is known yet.
          if (this.#valueLeft > 0) break
          this.#afterValue()
          if (this.#lastFragment) return this.#piece(nothing, true)
          break
        }
        case 'value': {
          const count = Math.min(this.#valueLeft, this.#chunk.length - this.#at)
          if (count === 0) return undefined
          const bytes = this.#chunk.subarray(this.#at, this.#at + count)
          this.#at += count
          this.#pduLeft -= count
          this.#valueLeft -= count
          const ended = this.#valueLeft === 0
          if (ended) this.#afterValue()
          return this.#piece(bytes, ended && this.#lastFragment)
        }
        case 'broken':
          return undefined
      }
    }
  }

  #piece(bytes: Uint8Array, last: boolean): StreamItem {
    return { item: 'piece', piece: { contextId: this.#contextId, kind: this.#kind, bytes, last } }
  }

  #afterValue(): void {
    this.#phase = this.#pduLeft > 0 ? 'valueHeader' : 'pduHeader'
  }

  #takePduHeader(): boolean {
    // The type alone tells garbage, so that somebody who waits for an answer to a short request gets one.
    if (this.#headerBytes === 0 && this.hasBytes) this.#name = nameOf(this.#chunk[this.#at] ?? 0)
    if (!this.#takeHeader(pduHeaderBytes)) return false
    const length = this.#header.readUInt32BE(2)
    this.#pduLeft = length
    this.#assertPduLength(length)
    return true
  }

  #assertPduLength(length: number): void {
    if (this.#name === 'P-DATA-TF') {
      if (length === 0) throw new PduError('P-DATA-TF without a value')
      const most = this.#limits.maxPduBytes + dataPduSlackBytes
      if (length > most) throw new PduError(`P-DATA-TF of ${length} bytes where ${this.#limits.maxPduBytes} were negotiated`)
    } else if (this.#name === 'A-ASSOCIATE-RQ' || this.#name === 'A-ASSOCIATE-AC') {
      if (length > this.#limits.maxAssociatePduBytes) throw new PduError(`${this.#name} of ${length} bytes where ${this.#limits.maxAssociatePduBytes} are taken`)
    } else if (length !== fixedPduBytes) {
      throw new PduError(`${this.#name} of ${length} bytes where it has ${fixedPduBytes}`)
    }
  }

  #takeValueHeader(): boolean {
    if (this.#headerBytes === 0 && this.#pduLeft < pdvHeaderBytes) throw new PduError(`${this.#pduLeft} bytes are left of a P-DATA-TF, too few for a value`)
    if (!this.#takeHeader(pdvHeaderBytes)) return false
    this.#pduLeft -= pdvHeaderBytes
    const length = this.#header.readUInt32BE(0)
    if (length < 2) throw new PduError(`presentation data value of length ${length}, which has no room for its own header`)
    this.#valueLeft = length - 2
    if (this.#valueLeft > this.#pduLeft) throw new PduError(`presentation data value of ${this.#valueLeft} bytes where ${this.#pduLeft} are left of the P-DATA-TF`)
    this.#contextId = this.#header.readUInt8(4)
    const control = this.#header.readUInt8(5)
    this.#kind = (control & 1) === 1 ? 'command' : 'dataSet'
    this.#lastFragment = (control & 2) === 2
    return true
  }

  /** Gathers a header of `count` bytes; false while bytes are missing. */
  #takeHeader(count: number): boolean {
    const taken = Math.min(count - this.#headerBytes, this.#chunk.length - this.#at)
    this.#chunk.copy(this.#header, this.#headerBytes, this.#at, this.#at + taken)
    this.#at += taken
    this.#headerBytes += taken
    if (this.#headerBytes < count) return false
    this.#headerBytes = 0
    return true
  }

  #takeBody(): Buffer | undefined {
    const taken = Math.min(this.#pduLeft, this.#chunk.length - this.#at)
    const part = this.#chunk.subarray(this.#at, this.#at + taken)
    this.#at += taken
    this.#pduLeft -= taken
    if (this.#pduLeft === 0 && this.#bodyBytes === 0) return part
    this.#keep(part)
    if (this.#pduLeft > 0) return undefined
    const body = this.#body.subarray(0, this.#bodyBytes)
    this.#body = noBody
    this.#bodyBytes = 0
    return body
  }

  /** Copies a part of a body behind what came before; takes twice the room as bytes really come, whatever length was declared. */
  #keep(part: Buffer): void {
    const needed = this.#bodyBytes + part.length
    if (needed > this.#body.length) {
      const roomier = Buffer.allocUnsafe(Math.max(256, 2 * needed))
      this.#body.copy(roomier, 0, 0, this.#bodyBytes)
      this.#body = roomier
    }
    part.copy(this.#body, this.#bodyBytes)
    this.#bodyBytes = needed
  }

  #drop(): void {
    this.#chunk = noBody
    this.#at = 0
    this.#body = noBody
    this.#bodyBytes = 0
  }
}

function nameOf(type: number): PduName {
  const name = namesByType.get(type)
  if (!name) throw new PduError(`no PDU has type ${type.toString(16).padStart(2, '0').toUpperCase()}H`, abortReasons.unrecognizedPdu)
  return name
}
