/** Why bytes cannot be read as a DICOM object, and what was forgiven. */
import { describeTag } from './dictionary.ts'
import type { Tag } from './tag.ts'

/** Codes of bytes that are refused. */
export type DicomReadErrorCode =
  | 'notDicom' // neither a Part 10 file nor a data set
  | 'truncated' // the bytes end inside an element
  | 'badLength' // a declared length cannot be
  | 'badStructure' // something stands where the encoding does not allow it
  | 'tooDeep' // sequences nested beyond the limit
  | 'tooManyElements' // elements, items and fragments together beyond the limit
  | 'tooLarge' // kept values, an offset table, or inflated bytes beyond the limit
  | 'inflate' // the deflate stream is broken

/** Codes of faults that were read through. */
export type ReadWarningCode =
  | 'noPreamble' // the object does not begin as PS3.10 §7.1 says
  | 'noFileMeta' // there is no File Meta Information: the transfer syntax was found by evidence
  | 'transferSyntaxMismatch' // the data set is not encoded as the File Meta Information says
  | 'transferSyntaxUnknown' // read as Explicit VR Little Endian
  | 'badFileMeta' // the File Meta Information breaks PS3.10 §7.1 but can be read
  | 'mixedVR' // part of the data set is in the other VR encoding
  | 'unknownVR' // the VR is not one of PS3.5: kept as UN
  | 'oddLength' // a value of odd length
  | 'missingDelimiter' // a sequence or item ends without its delimitation item
  | 'shortSequence' // a sequence or item ends with the object, before the length it declares
  | 'strayDelimiter' // a delimitation item stands where nothing is open
  | 'missingOffsetTable' // encapsulated Pixel Data without a Basic Offset Table, not even an empty one
  | 'overrun' // an element reaches past the end of the item around it
  | 'tagOrder' // tags do not ascend
  | 'missingByte' // the last value lacks its padding byte
  | 'trailingBytes' // bytes after the last element

export interface ReadWarning {
  readonly code: ReadWarningCode
  /** From the start of the object, as in `DataElement.offset`. */
  readonly offset: number
  readonly tag?: Tag | undefined
}

/** Bytes that cannot be a DICOM object. The message says what and where, never a value. */
export class DicomReadError extends Error {
  override readonly name = 'DicomReadError'
  readonly code: DicomReadErrorCode
  /** From the start of the object, as in `DataElement.offset`. */
  readonly offset: number
  readonly tag: Tag | undefined

  constructor(code: DicomReadErrorCode, what: string, offset: number, tag?: Tag, options?: ErrorOptions) {
    super(`${what} at byte ${offset}${tag === undefined ? '' : `, in ${describeTag(tag)}`} (${code})`, options)
    this.code = code
    this.offset = offset
    this.tag = tag
  }
}
