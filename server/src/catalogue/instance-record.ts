/** A stored instance: where its bytes are and how they lie. */
export interface InstanceRecord {
  /** bigint as text; ours, never shown */
  readonly instanceKey: string
  readonly StudyInstanceUID: string
  readonly SeriesInstanceUID: string
  readonly SOPInstanceUID: string
  readonly SOPClassUID: string
  readonly transferSyntaxUID: string
  /** from 1; another version has other bytes */
  readonly version: number
  readonly blobKey: string
  readonly byteLength: number
  /** of the whole object, 32 bytes: a strong validator */
  readonly sha256: Buffer
  /** what `decodeLayout` reads */
  readonly layout: Buffer
  readonly storedAt: Date
}

export interface InstanceRecordRow {
  readonly instance_key: string
  readonly study_instance_uid: string
  readonly series_instance_uid: string
  readonly sop_instance_uid: string
  readonly sop_class_uid: string
  readonly transfer_syntax_uid: string
  readonly version: number
  readonly blob_key: string
  readonly byte_length: string
  readonly sha256: Buffer
  readonly layout: Buffer
  readonly stored_at: Date
}

/** Columns of `instance i`, `series s` and `study st` that make a record. */
export const recordColumns = (layout = 'i.layout'): string => `i.instance_key, st.study_instance_uid, s.series_instance_uid, i.sop_instance_uid, i.sop_class_uid,
  i.transfer_syntax_uid, i.version, i.blob_key, i.byte_length, i.sha256, i.stored_at, ${layout}`

export const toRecord = (row: InstanceRecordRow): InstanceRecord => ({
  instanceKey: row.instance_key,
  StudyInstanceUID: row.study_instance_uid,
  SeriesInstanceUID: row.series_instance_uid,
  SOPInstanceUID: row.sop_instance_uid,
  SOPClassUID: row.sop_class_uid,
  transferSyntaxUID: row.transfer_syntax_uid,
  version: row.version,
  blobKey: row.blob_key,
  byteLength: Number(row.byte_length),
  sha256: row.sha256,
  layout: row.layout,
  storedAt: row.stored_at,
})
