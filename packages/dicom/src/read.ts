/** Reads a DICOM object from its bytes as they arrive. */
import type { DataSet } from './data-set.ts'
import type { ReadLimits } from './read-limits.ts'
import type { ReadWarning } from './read-error.ts'

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
  readonly hasPreamble: boolean
  readonly warnings: readonly ReadWarning[]
}
