/** Reads a DICOM object from its bytes as they arrive. */
import type { DataSet } from './data-set.ts'
import { DataSetParser } from './data-set-parser.ts'
import { evidenceFor, type Encoding } from './encoding.ts'
import { encodingOf, FileStart, hasPreamble, likeliestEncoding } from './file-start.ts'
import { Inflation } from './inflate.ts'
import { DicomReadError, type ReadWarning, type ReadWarningCode } from './read-error.ts'
import { defaultReadLimits, type ReadLimits } from './read-limits.ts'
import type { Tag } from './tag.ts'
import { ImplicitVRLittleEndian, transferSyntax } from './transfer-syntax.ts'

export interface ReadOptions {
  readonly limits?: Partial<ReadLimits> | undefined
  /** Character set assumed where the object names none, e.g. `ISO_IR 100`. */
  readonly fallbackCharset?: string | undefined
  /** Of a bare data set, as DIMSE carries it: the bytes then have no preamble and no File Meta Information. */
  readonly transferSyntaxUID?: string | undefined
  /** Takes the inflated bytes of a deflated data set, in order; a promise holds the reader back. */
  readonly onInflated?: ((chunk: Uint8Array) => void | Promise<void>) | undefined
}

export interface ParsedInstance {
  readonly fileMeta: DataSet | undefined
  readonly dataSet: DataSet
  /** As the File Meta Information or the options say; by evidence when neither does. */
  readonly transferSyntaxUID: string
  /** Where the data set begins in the object, bytes. */
  readonly dataSetOffset: number
  /** Bytes received. */
  readonly byteLength: number
  /** The data set was deflated: offsets inside it are those of the object with the data set inflated in place. */
  readonly inflated: boolean
  /** Bytes of the data set, inflated if it was deflated. */
  readonly dataSetByteLength: number
  /** It begins with 128 bytes and `DICM` (PS3.10 §7.1). */
  readonly hasPreamble: boolean
  /** What was read through although the standard forbids it; the first hundred. */
  readonly warnings: readonly ReadWarning[]
}

const maxWarnings = 100
/** Bytes of a data set that are looked at before its encoding is believed. */
const evidenceBytes = 132

/**
 * Takes one DICOM object in pieces of any size and gives its data set. Values are kept up to a limit and located
 * beyond it, so memory stays bounded whatever is declared. Nothing is refused that can be read without guessing at
 * clinical content; what was forgiven is listed in `warnings`.
 */
export class InstanceReader {
  readonly #limits: ReadLimits
  readonly #options: ReadOptions
  readonly #warnings: ReadWarning[] = []
  readonly #start = new FileStart()
  #transferSyntaxUID: string | undefined
  #fileMeta: DataSet | undefined
  #dataSetOffset = 0
  #hasPreamble = false
  #parser: DataSetParser | undefined
  #inflation: Inflation | undefined
  #received = 0
  #failure: unknown

  constructor(options: ReadOptions = {}) {
    this.#options = options
    this.#limits = { ...defaultReadLimits, ...options.limits }
    this.#transferSyntaxUID = options.transferSyntaxUID
  }

  /** Where the data set begins in the object, bytes; undefined until enough bytes have come to say. */
  get dataSetOffset(): number | undefined {
    return this.#parser && this.#dataSetOffset
  }

  /**
   * Takes the next bytes, which may be reused afterwards: after the promise, where one is returned (deflated data).
   * @throws DicomReadError once the bytes cannot be a DICOM object; the reader is of no use then
   */
  write(chunk: Uint8Array): void | Promise<void> {
    if (this.#failure !== undefined) throw this.#failure
    this.#received += chunk.length
    // A plain view: a Buffer's accessors would make the hot loops polymorphic.
    const bytes = new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength)
    try {
      const taken = this.#take(bytes)
      return taken?.catch((error: unknown) => { throw this.#fail(error) })
    } catch (error) {
      throw this.#fail(error)
    }
  }

  /**
   * The object, now that all bytes have come.
   * @throws DicomReadError as `write`, and truncated
   */
  end(): ParsedInstance | Promise<ParsedInstance> {
    if (this.#failure !== undefined) throw this.#failure
    try {
      const begun = this.#parser ? undefined : this.#begin(true)
      if (!this.#inflation) return this.#result()
      return this.#endInflation(begun)
    } catch (error) {
      throw this.#fail(error)
    }
  }

  #take(bytes: Uint8Array): void | Promise<void> {
    if (this.#inflation) return this.#inflation.write(bytes)
    if (this.#parser) return this.#parser.push(bytes)
    this.#start.add(bytes)
    return this.#begin(false)
  }

  /** Sets out on the data set once its start is clear. */
  #begin(isAll: boolean): void | Promise<void> {
    const at = this.#options.transferSyntaxUID === undefined ? this.#start.dataSetStart(isAll) : 0
    if (at === undefined) return
    const { bytes, metaStart } = this.#start
    if (metaStart !== undefined && this.#fileMeta === undefined) this.#readFileMeta(bytes.subarray(metaStart, at), metaStart)
    const declared = transferSyntax(this.#transferSyntaxUID ?? '')
    if (!declared?.deflated && bytes.length - at < evidenceBytes && !isAll) return
    this.#hasPreamble = hasPreamble(bytes)
    this.#dataSetOffset = at
    if (!this.#hasPreamble && this.#options.transferSyntaxUID === undefined) this.#warn('noPreamble', 0)
    const rest = bytes.subarray(at)
    this.#parser = new DataSetParser(this.#encoding(rest.subarray(0, evidenceBytes)), {
      limits: this.#limits, fallbackCharset: this.#options.fallbackCharset, offset: at, warn: this.#warn,
    })
    if (!declared?.deflated) return this.#parser.push(rest)
    this.#inflation = new Inflation((chunk) => this.#takeInflated(chunk))
    return this.#inflation.write(rest)
  }

  #readFileMeta(bytes: Uint8Array, offset: number): void {
    const encoding = { explicitVR: true, littleEndian: true }
    const parser = new DataSetParser(encoding, { limits: this.#limits, offset, warn: (_code, at, tag) => this.#warn('badFileMeta', at, tag) })
    parser.push(bytes)
    this.#fileMeta = parser.end()
    this.#transferSyntaxUID = this.#fileMeta.string('TransferSyntaxUID')
  }

  /** How the data set is encoded: as declared, unless its bytes speak for something else. */
  #encoding(bytes: Uint8Array): Encoding {
    const offset = this.#dataSetOffset
    if (this.#transferSyntaxUID === undefined) return this.#encodingByEvidence(bytes)
    const declared = transferSyntax(this.#transferSyntaxUID)
    if (!declared) this.#warn('transferSyntaxUnknown', offset)
    const encoding = encodingOf(this.#transferSyntaxUID)
    if (declared?.deflated || bytes.length < 8 || evidenceFor(bytes, 0, encoding) > 0) return encoding
    const likelier = likeliestEncoding(bytes, 0)
    if (!likelier) return encoding
    this.#warn('transferSyntaxMismatch', offset)
    return likelier
  }

  #encodingByEvidence(bytes: Uint8Array): Encoding {
    this.#warn('noFileMeta', this.#dataSetOffset)
    const likeliest = likeliestEncoding(bytes, 0)
    if (!likeliest && (bytes.length > 0 || this.#fileMeta === undefined)) {
      throw new DicomReadError('notDicom', 'neither a DICOM file nor a data set', this.#dataSetOffset)
    }
    this.#transferSyntaxUID = likeliest?.uid ?? ImplicitVRLittleEndian
    return encodingOf(this.#transferSyntaxUID)
  }

  #takeInflated(chunk: Uint8Array): void | Promise<void> {
    const parser = this.#parser!
    if (parser.offset - this.#dataSetOffset + chunk.length > this.#limits.maxInflatedBytes) {
      throw new DicomReadError('tooLarge', 'the data set inflates to more than the reader takes', parser.offset)
    }
    parser.push(new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength))
    return this.#options.onInflated?.(chunk)
  }

  async #endInflation(begun: void | Promise<void>): Promise<ParsedInstance> {
    try {
      await begun
      await this.#inflation!.end()
      return this.#result()
    } catch (error) {
      throw this.#fail(error)
    }
  }

  #result(): ParsedInstance {
    const parser = this.#parser!
    const dataSet = parser.end()
    return {
      fileMeta: this.#fileMeta,
      dataSet,
      transferSyntaxUID: this.#transferSyntaxUID!,
      dataSetOffset: this.#dataSetOffset,
      byteLength: this.#received,
      inflated: this.#inflation !== undefined,
      dataSetByteLength: parser.offset - this.#dataSetOffset,
      hasPreamble: this.#hasPreamble,
      warnings: this.#warnings,
    }
  }

  readonly #warn = (code: ReadWarningCode, offset: number, tag?: Tag): void => {
    if (this.#warnings.length < maxWarnings) this.#warnings.push({ code, offset, tag })
  }

  #fail(error: unknown): unknown {
    if (this.#failure === undefined) {
      this.#failure = error instanceof DicomReadError ? error : this.#inflateError(error)
      this.#inflation?.destroy()
    }
    return this.#failure
  }

  /** zlib's own errors in this reader's terms; anything else is passed on as it is. */
  #inflateError(error: unknown): unknown {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    const offset = this.#parser?.offset ?? this.#received
    if (code === 'Z_BUF_ERROR') return new DicomReadError('truncated', 'the deflated data set ends too early', offset, undefined, { cause: error })
    if (typeof code === 'string' && code.startsWith('Z_')) return new DicomReadError('inflate', 'the deflated data set is broken', offset, undefined, { cause: error })
    return error
  }
}

/**
 * Reads an object whose bytes are all there.
 * @throws DicomReadError
 */
export async function readInstance(bytes: Uint8Array, options?: ReadOptions): Promise<ParsedInstance> {
  const reader = new InstanceReader(options)
  await reader.write(bytes)
  return reader.end()
}
