import type { DicomJson } from '@isocenter/dicom'

/** What ingest knows of an object whose bytes are durably stored under `blobKey`. */
export interface NewInstance {
  readonly StudyInstanceUID: string
  readonly SeriesInstanceUID: string
  readonly SOPInstanceUID: string
  readonly SOPClassUID: string
  readonly transferSyntaxUID: string
  /** The metadata as an object, what is searched is taken from it. */
  readonly attributes: DicomJson
  /** The same metadata as the text that `/metadata` answers. */
  readonly metadataText: string
  /** What `decodeLayout` reads: where frames and bulk data lie. */
  readonly layout: Uint8Array
  readonly blobKey: string
  readonly byteLength: number
  /** of the whole object: of what stands before the data set, and of `dataSetSha256` behind it */
  readonly sha256: Uint8Array
  /** of the data set alone, without preamble and File Meta Information: the same object by STOW-RS and C-STORE compares equal */
  readonly dataSetSha256: Uint8Array
  /** what was odd but kept; codes and tags, never values */
  readonly warnings?: readonly unknown[] | undefined
}

/**
 * What became of a stored object.
 * - `created`: a new instance
 * - `unchanged`: the same bytes are there already; nothing changed
 * - `newVersion`: other bytes under the same UIDs; these are current now, the former are kept (duplicate policy `keepBoth`)
 * - `replaced`: other bytes under the same UIDs; the former go (`replace`)
 * - `refused`: other bytes under the same UIDs; the former stay (`reject`)
 * - `quarantined`: of another patient than the study that is there; kept, apart from it, until somebody decides
 *
 * `blobKept` false: no row names the new blob, its writer removes it. When `store` rejects, whether the blob is named is
 * not known, and it must be left to the sweep.
 */
export interface StoreOutcome {
  readonly outcome: 'created' | 'unchanged' | 'newVersion' | 'replaced' | 'refused' | 'quarantined'
  readonly blobKept: boolean
  /** Version that is current now, from 1; 0 of what is in no study. */
  readonly version: number
}
