import { formatTag, type Tag } from './tag.ts'

export type DicomWriteErrorCode = 'badValue' | 'badAttribute' | 'missingBulkdata' | 'unusedBulkdata' | 'tooLong' | 'pixelData' | 'transferSyntax'

/** What cannot be written as DICOM. The message names tags and VRs, never a value. */
export class DicomWriteError extends Error {
  override readonly name = 'DicomWriteError'
  readonly code: DicomWriteErrorCode
  readonly tag: Tag | undefined

  constructor(code: DicomWriteErrorCode, tag: Tag | undefined, problem: string) {
    super(tag === undefined ? problem : `${formatTag(tag)}: ${problem}`)
    this.code = code
    this.tag = tag
  }
}
