/** Other bytes in the place of an instance's that say the same: the object compressed without loss, or again as it was received. */
import type { DicomJson } from '@isocenter/dicom'
import { record, type AuditEvent } from '../audit/index.ts'
import { rows, type Db } from '../platform/db.ts'
import { deflateJoinable } from '../platform/joinable-deflate.ts'
import { takeAnnounced } from './blobs.ts'
import { restateExtraValues } from './extra-values.ts'
import { recordColumns, toRecord, type InstanceRecord, type InstanceRecordRow } from './instance-record.ts'

/** An object as it lies in the blob store. */
export interface StoredForm {
  readonly transferSyntaxUID: string
  readonly blobKey: string
  readonly byteLength: number
  /** of the object, 32 bytes */
  readonly sha256: Uint8Array
  /** of its data set, 32 bytes */
  readonly dataSetSha256: Uint8Array
  /** what `decodeLayout` reads */
  readonly layout: Uint8Array
  readonly metadataText: string
}

/** What was received of an object that is stored otherwise, as far as its pixels do not say it. */
export interface OriginalForm {
  readonly transferSyntaxUID: string
  readonly byteLength: number
  readonly sha256: Buffer
  readonly dataSetSha256: Buffer
  /** Where its pixels begin, bytes from the start of the object. */
  readonly pixelsOffset: number
  /** All bytes before and behind its pixels, deflated. */
  readonly rest: Buffer
}

/** An instance whose form may be changed. */
export interface FormCandidate extends InstanceRecord {
  readonly organisationId: string
  readonly dataSetSha256: Buffer
}

/** Which instances of an organisation to look at. */
export interface FormFilter {
  readonly organisationId: string
  /** undefined: of any */
  readonly modalities: readonly string[] | undefined
  readonly sopClasses: readonly string[] | undefined
  readonly transferSyntaxes: readonly string[]
  readonly storedBefore: Date
}

type CandidateRow = InstanceRecordRow & { readonly organisation_id: string; readonly data_set_sha256: Buffer }

const candidateColumns = `${recordColumns()}, i.organisation_id, i.data_set_sha256`
const toCandidate = (row: CandidateRow): FormCandidate => ({ ...toRecord(row), organisationId: row.organisation_id, dataSetSha256: row.data_set_sha256 })

/** The instances with keys behind `after` and up to `to` that pass a filter, ascending by key; the first `limit` of them. */
export async function formCandidates(db: Db, { organisationId, modalities, sopClasses, transferSyntaxes, storedBefore }: FormFilter, after: string, to: string, limit: number): Promise<FormCandidate[]> {
  const found = await rows<CandidateRow>(db, `
    select ${candidateColumns} from instance i join series s using (series_key) join study st on st.study_key = i.study_key
    where i.instance_key > ? and i.instance_key <= ? and i.organisation_id = ? and i.transfer_syntax_uid = any(?::text[]) and i.stored_at < ?
      and (?::text[] is null or s.modality = any(?::text[])) and (?::text[] is null or i.sop_class_uid = any(?::text[]))
    order by i.instance_key limit ?`,
  [after, to, organisationId, [...transferSyntaxes], storedBefore, list(modalities), list(modalities), list(sopClasses), list(sopClasses), limit])
  return found.map(toCandidate)
}

const list = (texts: readonly string[] | undefined): string[] | null => (texts ? [...texts] : null)

/** The highest key an instance has; 0 where there is none. */
export async function lastInstanceKey(db: Db): Promise<string> {
  const [row] = await rows<{ last: string }>(db, 'select coalesce(max(instance_key), 0) as last from instance', [])
  return row?.last ?? '0'
}

interface OriginalRow {
  readonly original_transfer_syntax_uid: string
  readonly original_byte_length: string
  readonly original_sha256: Buffer
  readonly original_data_set_sha256: Buffer
  readonly pixels_offset: string
  readonly rest: Buffer
}

/** Instances of an organisation that are stored otherwise than they were received, each with what that was; some of them, ascending by key. */
export async function changedForms(db: Db, organisationId: string, after: string, limit: number): Promise<{ candidate: FormCandidate; original: OriginalForm }[]> {
  const found = await rows<CandidateRow & OriginalRow>(db, `
    select ${candidateColumns}, r.transfer_syntax_uid as original_transfer_syntax_uid, r.byte_length as original_byte_length, r.sha256 as original_sha256,
      r.data_set_sha256 as original_data_set_sha256, r.pixels_offset, r.rest
    from recompressed r join instance i on i.instance_key = r.instance_key and i.version = r.version join series s using (series_key) join study st on st.study_key = i.study_key
    where r.organisation_id = ? and r.instance_key > ? order by r.instance_key limit ?`, [organisationId, after, limit])
  return found.map((row) => ({
    candidate: toCandidate(row),
    original: {
      transferSyntaxUID: row.original_transfer_syntax_uid, byteLength: Number(row.original_byte_length), sha256: row.original_sha256,
      dataSetSha256: row.original_data_set_sha256, pixelsOffset: Number(row.pixels_offset), rest: row.rest,
    },
  }))
}

/** How many objects are stored otherwise than they were received; former versions are not put back, and counted by themselves. */
export async function countChangedForms(db: Db, organisationId: string): Promise<{ readonly current: number; readonly former: number }> {
  const [row] = await rows<{ current: string; former: string }>(db, `
    select count(*) filter (where i.version = r.version) as current, count(*) filter (where i.version <> r.version) as former
    from recompressed r join instance i using (instance_key) where r.organisation_id = ?`, [organisationId])
  return { current: Number(row?.current ?? 0), former: Number(row?.former ?? 0) }
}

/**
 * Puts an announced blob in the place of an instance's, in one transaction with the audit; the former blob is given up, for readers under way
 * still read it. False, with nothing changed, when the instance has gone or changed meanwhile, or the announcement is too old.
 * @param original what was received, kept from now on; undefined when `form` is that again
 */
export async function changeForm(db: Db, candidate: FormCandidate, form: StoredForm, original: OriginalForm | undefined, event: Omit<AuditEvent, 'organisationId' | 'outcome'>): Promise<boolean> {
  const { zlib, textBytes, crc32 } = await deflateJoinable(form.metadataText)
  const { instanceKey, version, organisationId, blobKey } = candidate
  return db.transaction(async (trx) => {
    // The lock every writer takes: nothing below the study changes while it is held.
    const [study] = await rows<{ study_key: string; series_key: string }>(trx, `
      select study.study_key, instance.series_key from study join instance using (study_key)
      where instance.instance_key = ? and instance.organisation_id = ? for update of study`, [instanceKey, organisationId])
    if (!study) return false
    const changed = !await takeAnnounced(trx, [form.blobKey]) ? 0 : await trx('instance').where({ instance_key: instanceKey, version, blob_key: blobKey }).update({
      transfer_syntax_uid: form.transferSyntaxUID, blob_key: form.blobKey, byte_length: form.byteLength, sha256: form.sha256, data_set_sha256: form.dataSetSha256, layout: form.layout,
    })
    if (changed === 0) {
      await trx.rollback()
      return false
    }
    await trx('instance_metadata').where({ instance_key: instanceKey }).update({ metadata: Buffer.from(zlib), text_bytes: textBytes, crc32: crc32 | 0 })
    await restateExtraValues(trx, organisationId, { instance_key: instanceKey, ...study }, JSON.parse(form.metadataText) as DicomJson)
    if (original) {
      await trx('recompressed').insert({
        instance_key: instanceKey, version, organisation_id: organisationId, transfer_syntax_uid: original.transferSyntaxUID, byte_length: original.byteLength,
        sha256: original.sha256, data_set_sha256: original.dataSetSha256, pixels_offset: original.pixelsOffset, rest: original.rest,
      })
    } else {
      await trx('recompressed').where({ instance_key: instanceKey, version }).delete()
    }
    await trx('obsolete_blob').insert({ blob_key: blobKey, organisation_id: organisationId })
    // Other bytes, other ETags.
    await trx('series').where({ series_key: study.series_key }).update({ version: trx.raw('version + 1'), updated_at: trx.fn.now() })
    await trx('study').where({ study_key: study.study_key }).update({ version: trx.raw('version + 1'), updated_at: trx.fn.now() })
    await record(trx, [{ ...event, detail: { ...event.detail, bytes: form.byteLength - candidate.byteLength }, organisationId, outcome: 'success', StudyInstanceUID: candidate.StudyInstanceUID }])
    return true
  })
}

/** The digest of the object an instance was received as, whichever form it is stored in now. */
export async function receivedDigest(db: Db, { instanceKey, version, sha256 }: Pick<InstanceRecord, 'instanceKey' | 'version' | 'sha256'>): Promise<Buffer> {
  const [row] = await rows<{ sha256: Buffer }>(db, `
    select coalesce(received.sha256, instance.sha256) as sha256 from instance left join recompressed received using (instance_key, version)
    where instance_key = ? and version = ?`, [instanceKey, version])
  // Superseded or deleted a moment ago: then nobody asks the same question again.
  return row?.sha256 ?? sha256
}

/** True when two objects' metadata say the same, but for what encoding the pixels changes of it. */
export function sayTheSame(one: string, other: string): boolean {
  const [first, second] = [one, other].map((text) => {
    const json = JSON.parse(text) as DicomJson
    for (const tag of ofTheEncoding) delete json[tag]
    return JSON.stringify(json)
  })
  return first === second
}

/** PhotometricInterpretation, PlanarConfiguration and the element Pixel Data, whose VR changes. */
const ofTheEncoding = ['00280004', '00280006', '7FE00010'] as const
