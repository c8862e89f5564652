/** Reads a DICOM object from its bytes as they arrive. */
import type { DataSet } from './data-set.ts'
import { DataSetParser } from './data-set-parser.ts'
import { evidenceFor, plainEncodings, type Encoding } from './encoding.ts'
import { FileStart, hasPreamble, likeliestEncoding } from './file-start.ts'
import { Inflation } from './inflate.ts'
import { DicomReadError, type ReadWarning, type ReadWarningCode } from './read-error.ts'
import { defaultReadLimits, type ReadLimits } from './read-limits.ts'
import type { Tag } from './tag.ts'
import { ExplicitVRLittleEndian, ImplicitVRLittleEndian, transferSyntax } from './transfer-syntax.ts'

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
  /**
   * As the File Meta Information or the options say; by evidence when neither does, or says what is no UID, or when the bytes of an object in one of the
   * standard's plain transfer syntaxes show that it is in another: what is made of them is labelled with it.
   */
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

/** What is known of an object once its data set has begun. */
interface Begun {
  readonly parser: DataSetParser
  readonly inflation: Inflation | undefined
  readonly fileMeta: DataSet | undefined
  readonly transferSyntaxUID: string
  readonly encoding: Encoding
  readonly dataSetOffset: number
  readonly hasPreamble: boolean
}

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
  #fileMeta: DataSet | undefined
  #begun: Begun | undefined
  #received = 0
  #failure: unknown

  constructor(options: ReadOptions = {}) {
    this.#options = options
    this.#limits = { ...defaultReadLimits, ...options.limits }
  }

  /** Where the data set begins in the object, bytes; undefined until enough bytes have come to say. Ingest hashes from there on. */
  get dataSetOffset(): number | undefined {
    return this.#begun?.dataSetOffset
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
      return this.#take(bytes)?.catch((error: unknown) => { throw this.#fail(error) })
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
      const taken = this.#begun ? undefined : this.#beginAndTake(true)
      if (!this.#begun) throw new DicomReadError('notDicom', 'neither a DICOM file nor a data set', 0)
      return this.#begun.inflation ? this.#endInflation(this.#begun, this.#begun.inflation, taken) : this.#result(this.#begun)
    } catch (error) {
      throw this.#fail(error)
    }
  }

  #take(bytes: Uint8Array): void | Promise<void> {
    if (this.#begun) return passOn(this.#begun, bytes)
    this.#start.add(bytes)
    return this.#beginAndTake(false)
  }

  /** Sets out on the data set once its start is clear; `isAll`: no more bytes will come. */
  #beginAndTake(isAll: boolean): void | Promise<void> {
    this.#begun = this.#begin(isAll)
    if (!this.#begun) return this.#start.settle()
    const rest = this.#start.bytes.subarray(this.#begun.dataSetOffset)
    this.#start.release()
    return passOn(this.#begun, rest)
  }

  #begin(isAll: boolean): Begun | undefined {
    const dataSetOffset = this.#options.transferSyntaxUID === undefined ? this.#start.dataSetStart(isAll) : 0
    if (dataSetOffset === undefined) return undefined
    const { bytes, metaStart } = this.#start
    if (metaStart !== undefined) this.#fileMeta ??= this.#readFileMeta(bytes.subarray(metaStart, dataSetOffset), metaStart)
    const declaredUID = this.#options.transferSyntaxUID ?? this.#fileMeta?.string('TransferSyntaxUID')
    const isDeflated = declaredUID !== undefined && transferSyntax(declaredUID)?.deflated === true
    if (!isDeflated && bytes.length - dataSetOffset < evidenceBytes && !isAll) return undefined
    const isFile = this.#options.transferSyntaxUID === undefined && hasPreamble(bytes)
    if (!isFile && this.#options.transferSyntaxUID === undefined) this.#warn('noPreamble', 0)
    const evidence = bytes.subarray(dataSetOffset, dataSetOffset + evidenceBytes)
    const { uid, ...encoding } = declaredUID === undefined
      ? this.#encodingByEvidence(evidence, dataSetOffset)
      : this.#declaredEncoding(declaredUID, evidence, dataSetOffset)
    const parser = new DataSetParser(encoding, {
      limits: this.#limits, fallbackCharset: this.#options.fallbackCharset, offset: dataSetOffset, warn: this.#warn,
    })
    const inflation = isDeflated ? new Inflation((chunk) => this.#takeInflated(parser, dataSetOffset, chunk)) : undefined
    return { parser, inflation, fileMeta: this.#fileMeta, transferSyntaxUID: uid, encoding, dataSetOffset, hasPreamble: isFile }
  }

  #readFileMeta(bytes: Uint8Array, offset: number): DataSet {
    const parser = new DataSetParser(
      { explicitVR: true, littleEndian: true },
      { limits: this.#limits, offset, warn: (_code, at, tag) => this.#warn('badFileMeta', at, tag) },
    )
    parser.push(bytes)
    return parser.end()
  }

  /** How the data set is encoded: as declared, unless its first bytes speak for something else. */
  #declaredEncoding(uid: string, evidence: Uint8Array, offset: number): Encoding & { readonly uid: string } {
    const declared = transferSyntax(uid)
    if (!declared) this.#warn('transferSyntaxUnknown', offset)
    // What is no UID is nothing an object could be served as: headers and file names are made of it.
    if (!/^[0-9.]{1,64}$/.test(uid)) return likeliestEncoding(evidence, 0) ?? { explicitVR: true, littleEndian: true, uid: ExplicitVRLittleEndian }
    const { explicitVR, littleEndian } = declared ?? { explicitVR: true, littleEndian: true }
    const encoding = { explicitVR, littleEndian, uid }
    const found = evidenceFor(evidence, 0, encoding)
    if (declared?.deflated || evidence.length < 8 || found > 1) return encoding
    const likelier = likeliestEncoding(evidence, 0)
    // A VR and a length of two bytes may by chance look like one element's length of four, but not like three elements'.
    if (!likelier || (found === 1 && evidenceFor(evidence, 0, likelier) < 3)) return encoding
    this.#warn('transferSyntaxMismatch', offset)
    // What fragments are compressed by, and how the pixels of a private transfer syntax lie, only the declared one says.
    return plainEncodings.some((plain) => plain.uid === uid) ? likelier : { ...likelier, uid }
  }

  #encodingByEvidence(evidence: Uint8Array, offset: number): Encoding & { readonly uid: string } {
    const likeliest = likeliestEncoding(evidence, 0)
    const isNothing = evidence.length === 0 && this.#fileMeta !== undefined
    if (!likeliest && !isNothing) throw new DicomReadError('notDicom', 'neither a DICOM file nor a data set', offset)
    this.#warn('noFileMeta', offset)
    return likeliest ?? { explicitVR: false, littleEndian: true, uid: ImplicitVRLittleEndian }
  }

  #takeInflated(parser: DataSetParser, dataSetOffset: number, chunk: Uint8Array): void | Promise<void> {
    if (parser.offset - dataSetOffset + chunk.length > this.#limits.maxInflatedBytes) {
      throw new DicomReadError('tooLarge', 'the data set inflates to more than the reader takes', parser.offset)
    }
    parser.push(new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength))
    return this.#options.onInflated?.(chunk)
  }

  async #endInflation(begun: Begun, inflation: Inflation, taken: void | Promise<void>): Promise<ParsedInstance> {
    try {
      await taken
      await inflation.end()
      return this.#result(begun)
    } catch (error) {
      throw this.#fail(error)
    }
  }

  #result({ parser, inflation, encoding, ...begun }: Begun): ParsedInstance {
    const dataSet = parser.end()
    return {
      ...begun,
      dataSet,
      transferSyntaxUID: this.#transferSyntaxOf(begun.transferSyntaxUID, encoding, dataSet),
      byteLength: this.#received,
      inflated: inflation !== undefined,
      dataSetByteLength: parser.offset - begun.dataSetOffset,
      warnings: this.#warnings,
    }
  }

  /** Some senders leave pixels native under a compressed transfer syntax: the object then is what an uncompressed one is. */
  #transferSyntaxOf(uid: string, { explicitVR, littleEndian }: Encoding, dataSet: DataSet): string {
    const pixelData = dataSet.get('PixelData')
    if (!transferSyntax(uid)?.encapsulated || !pixelData || pixelData.fragments || pixelData.length === 0) return uid
    if (!this.#warnings.some(({ code }) => code === 'transferSyntaxMismatch')) this.#warn('transferSyntaxMismatch', pixelData.offset, pixelData.tag)
    return plainEncodings.find((encoding) => encoding.explicitVR === explicitVR && encoding.littleEndian === littleEndian)?.uid ?? uid
  }

  readonly #warn = (code: ReadWarningCode, offset: number, tag?: Tag): void => {
    if (this.#warnings.length < maxWarnings) this.#warnings.push({ code, offset, tag })
  }

  #fail(error: unknown): unknown {
    if (this.#failure === undefined) {
      this.#failure = error instanceof DicomReadError ? error : this.#inflateError(error)
      this.#begun?.inflation?.destroy()
    }
    return this.#failure
  }

  /** zlib's own errors in this reader's terms; anything else is passed on as it is. */
  #inflateError(error: unknown): unknown {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    const offset = this.#begun?.parser.offset ?? this.#received
    if (code === 'Z_BUF_ERROR') return new DicomReadError('truncated', 'the deflated data set ends too early', offset, undefined, { cause: error })
    if (typeof code === 'string' && code.startsWith('Z_')) return new DicomReadError('inflate', 'the deflated data set is broken', offset, undefined, { cause: error })
    return error
  }
}

function passOn({ inflation, parser }: Begun, bytes: Uint8Array): void | Promise<void> {
  if (inflation) return inflation.write(bytes)
  parser.push(bytes)
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
