/** Objects whose rows lie beside the catalogue, deleted or held apart from their study: such a row has all that storing them anew takes. */
import { inflateSync } from 'node:zlib'
import type { DicomJson } from '@isocenter/dicom'
import type { Access } from '../identity/index.ts'
import { prepare, type Prepared } from './prepare.ts'

/** What `deleted_instance` and `quarantined_instance` have in common. */
export interface SetAsideRow {
  readonly series_instance_uid: string
  readonly sop_instance_uid: string
  readonly sop_class_uid: string
  readonly transfer_syntax_uid: string
  readonly blob_key: string
  readonly byte_length: string
  readonly sha256: Buffer
  readonly data_set_sha256: Buffer
  readonly layout: Buffer
  readonly warnings: readonly unknown[] | null
  readonly metadata: Buffer
}

/** Prepares an object to be stored again from the blob it still has. The row has metadata. */
export function prepareAgain(access: Access, StudyInstanceUID: string, row: SetAsideRow): Promise<Prepared> {
  const metadataText = inflateSync(row.metadata).toString('utf8')
  return prepare(access, {
    StudyInstanceUID, SeriesInstanceUID: row.series_instance_uid, SOPInstanceUID: row.sop_instance_uid, SOPClassUID: row.sop_class_uid, transferSyntaxUID: row.transfer_syntax_uid,
    attributes: JSON.parse(metadataText) as DicomJson, metadataText, layout: row.layout, blobKey: row.blob_key, byteLength: Number(row.byte_length), sha256: row.sha256, dataSetSha256: row.data_set_sha256,
    warnings: row.warnings ?? undefined,
  })
}
