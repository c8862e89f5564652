/** The DICOM JSON Model (PS3.18 Annex F) as types; json-write.ts and json-read.ts make and check it. */
import type { PersonName } from './person-name.ts'
import type { VR } from './vr.ts'

export { writeDicomJson, type WriteJsonOptions } from './json-write.ts'
export { DicomJsonError, parseDicomJson, parseDicomJsonArray, type DicomJsonErrorCode } from './json-read.ts'

/**
 * Attributes by tag, eight upper-case hexadecimal digits. JSON text has them ascending (PS3.18 §F.2.2); an object cannot, since JavaScript
 * puts names that are whole numbers, such as 30060020, first: write objects with `orderedJson`.
 */
export type DicomJson = Record<string, DicomJsonAttribute>

/** One attribute: no value, or exactly one of the three members beside `vr`. */
export interface DicomJsonAttribute {
  readonly vr: VR
  readonly Value?: readonly DicomJsonValue[]
  readonly BulkDataURI?: string
  /** Base64 of the whole value field in little endian (PS3.18 §F.2.7). */
  readonly InlineBinary?: string
}

/** null stands for an empty value among others (PS3.18 §F.2.5). */
export type DicomJsonValue = string | number | PersonName | DicomJson | null
