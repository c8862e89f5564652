/** Files people add to a study (LIST-16): shown or kept from outside viewers, deleted softly, gone with the study when it is purged. */
import { isViewable, maxAttachments, type Attachment, type AttachmentAction, type AttachmentList, type AttachmentType } from '@isocenter/contracts'
import type { Readable } from 'node:stream'
import { performersOf, record } from '../audit/index.ts'
import { noSuchStudy } from '../catalogue/index.ts'
import { actorOf, reachesStudy, type Access, type Sealing } from '../identity/index.ts'
import type { Db, Trx } from '../platform/db.ts'
import { ProblemError } from '../platform/problem.ts'
import type { BlobStore, ByteRange } from '../storage/index.ts'
import { createAttachmentFiles } from './files.ts'
import { keptName } from './names.ts'
import { malwareFound, noSuchAttachment, tooManyAttachments } from './problems.ts'
import { createClamdScanner } from './scanner.ts'

export interface OpenedAttachment {
  readonly fileName: string
  readonly contentType: AttachmentType
  readonly byteLength: number
  readonly etag: string
  readonly read: (part?: ByteRange) => Promise<Readable>
}

interface Place {
  readonly StudyInstanceUID: string
  readonly attachmentId: string
}

export interface Attachments {
  readonly maxBytes: number
  /** @throws noSuchStudy 404 */
  readonly list: (access: Access, StudyInstanceUID: string, options?: { readonly withDeleted?: boolean }) => Promise<AttachmentList>
  /** @throws noSuchStudy 404, tooManyAttachments 409, attachmentRefused 422, malwareFound 422, payloadTooLarge 413, scannerUnavailable 503 */
  readonly add: (access: Access, StudyInstanceUID: string, fileName: string, bytes: AsyncIterable<Uint8Array>) => Promise<Attachment>
  /** Shows it to outside viewers, or keeps it from them. @throws noSuchStudy 404, noSuchAttachment 404 */
  readonly show: (access: Access, place: Place, isShown: boolean) => Promise<Attachment>
  readonly remove: (access: Access, place: Place) => Promise<void>
  /** Brings a deleted one back. */
  readonly restore: (access: Access, place: Place) => Promise<Attachment>
  /** Whoever gets it is in the trail. @throws noSuchStudy 404, noSuchAttachment 404 */
  readonly open: (access: Access, place: Place) => Promise<OpenedAttachment>
  /** How many files of each study outside viewers are shown; studies without one are left out. */
  readonly countShown: (access: Access, StudyInstanceUIDs: readonly string[]) => Promise<ReadonlyMap<string, number>>
  readonly sweep: () => Promise<number>
}

export interface AttachmentsDeps {
  readonly db: Db
  readonly blobs: BlobStore
  readonly sealing: Sealing
  /** Largest file, bytes. */
  readonly maxBytes: number
  /** `tcp://host:port` or `unix:/path` of a program that speaks as clamd does; every file is scanned where it is set. */
  readonly scanner?: string | undefined
  readonly now?: () => Date
}

interface AttachmentRow {
  readonly attachment_id: string
  readonly file_name: string
  readonly content_type: AttachmentType
  readonly byte_length: string
  readonly blob_key: string
  readonly key_sealed: Buffer
  readonly key_sealed_with: string
  readonly is_shown: boolean
  readonly is_scanned: boolean
  readonly added_by: string
  readonly added_at: Date
  readonly deleted_by: string | null
  readonly deleted_at: Date | null
}

/** Others than the organisation's own people: they get what is shown to them, and nothing where what they see is de-identified, for a file names whom it is about. */
const isOutside = ({ actor, studies }: Access): boolean => actor.kind === 'share' || studies !== 'all'
const isMasked = ({ share }: Access): boolean => share?.maskSecret !== undefined

export function createAttachments({ db, blobs, sealing, maxBytes, scanner, now = () => new Date() }: AttachmentsDeps): Attachments {
  const files = createAttachmentFiles({ blobs, sealing, maxBytes, scanner: scanner === undefined ? undefined : createClamdScanner(scanner), now })
  const own = ({ organisationId }: Access, StudyInstanceUID: string) => ({ organisation_id: organisationId, study_instance_uid: StudyInstanceUID })

  const study = async (handle: Db, access: Access, StudyInstanceUID: string): Promise<{ patient_id: string | null }> => {
    const query = handle('study').where(own(access, StudyInstanceUID))
    // Its images gone, a study is gone for them.
    if (isOutside(access)) void query.where('number_of_study_related_instances', '>', 0)
    const found = reachesStudy(access, StudyInstanceUID) ? await query.first<{ patient_id: string | null } | undefined>('patient_id') : undefined
    if (!found) throw noSuchStudy('No study of your organisation has this StudyInstanceUID.')
    return found
  }
  const reached = (handle: Db, access: Access, StudyInstanceUID: string) => {
    const query = handle('attachment').where(own(access, StudyInstanceUID))
    if (isOutside(access)) void query.where({ is_shown: true })
    if (isMasked(access)) void query.whereRaw('false')
    return query
  }
  const lock = async (trx: Trx, access: Access, { StudyInstanceUID, attachmentId }: Place, isDeleted: boolean): Promise<{ row: AttachmentRow; patient_id: string | null }> => {
    const { patient_id } = await study(trx, access, StudyInstanceUID)
    const row = await reached(trx, access, StudyInstanceUID).where({ attachment_id: attachmentId }).whereRaw(isDeleted ? 'deleted_at is not null' : 'deleted_at is null').forUpdate().first<AttachmentRow | undefined>()
    if (row === undefined) throw missing()
    return { row, patient_id }
  }
  const note = (handle: Db, access: Access, { StudyInstanceUID, attachmentId }: Place, PatientID: string | null, detail: Readonly<Record<string, unknown>>) =>
    record(handle, [{
      organisationId: access.organisationId,
      actor: actorOf(access),
      action: 'study.edit-case',
      outcome: 'success',
      StudyInstanceUID,
      PatientID: PatientID ?? undefined,
      detail: { attachmentId, ...detail },
    }])

  const toAttachments = async (handle: Db, access: Access, found: readonly AttachmentRow[]): Promise<Attachment[]> => {
    const performer = await performersOf(handle, found.flatMap(({ added_by, deleted_by }) => [added_by, deleted_by]))
    return found.map((row) => ({
      attachmentId: row.attachment_id, fileName: row.file_name, contentType: row.content_type, byteLength: Number(row.byte_length), isShown: row.is_shown, isScanned: row.is_scanned,
      addedBy: performer(row.added_by), addedAt: row.added_at.toISOString(),
      ...(row.deleted_by === null || row.deleted_at === null ? {} : { deleted: { deletedBy: performer(row.deleted_by), deletedAt: row.deleted_at.toISOString() } }),
      actions: actionsOf(access, row),
    }))
  }
  const one = async (handle: Db, access: Access, { StudyInstanceUID, attachmentId }: Place): Promise<Attachment> => {
    const [attachment] = await toAttachments(handle, access, await reached(handle, access, StudyInstanceUID).where({ attachment_id: attachmentId }).select<AttachmentRow[]>())
    if (attachment === undefined) throw missing()
    return attachment
  }
  const assertRoom = async (handle: Db, access: Access, StudyInstanceUID: string): Promise<void> => {
    const counted = await handle('attachment').where(own(access, StudyInstanceUID)).whereNull('deleted_at').count<{ count: string }[]>()
    if (Number(counted[0]?.count ?? 0) >= maxAttachments) throw tooManyAttachments(`A study has ${String(maxAttachments)} attachments at most.`)
  }

  return {
    maxBytes,

    list: async (access, StudyInstanceUID, { withDeleted = false } = {}) => {
      await study(db, access, StudyInstanceUID)
      const query = reached(db, access, StudyInstanceUID).orderBy(['added_at', 'attachment_id'])
      if (!withDeleted || !access.permissions.has('admin.data_maintain')) void query.whereNull('deleted_at')
      return { items: await toAttachments(db, access, await query.select<AttachmentRow[]>()), mayAdd: access.permissions.has('study.edit_case') && !isOutside(access), maxBytes }
    },

    add: async (access, StudyInstanceUID, fileName, bytes) => {
      const { patient_id: PatientID } = await study(db, access, StudyInstanceUID)
      await assertRoom(db, access, StudyInstanceUID)
      // No transaction is open while bytes move. What is written and then not entered, the sweep finds.
      const { blobKey, sealed, sealedWith, contentType, byteLength, isScanned } = await files.write(access.organisationId, bytes).catch(async (error: unknown) => {
        // Who brought it, and what it was, is for the trail.
        if (error instanceof ProblemError && error.kind === malwareFound.kind) {
          await record(db, [{
            organisationId: access.organisationId,
            actor: actorOf(access),
            action: 'study.edit-case',
            outcome: 'refused',
            StudyInstanceUID,
            PatientID: PatientID ?? undefined,
            detail: { change: 'attachmentRefused', ...error.extra },
          }])
        }
        throw error
      })
      return db.transaction(async (trx) => {
        await trx('study').where(own(access, StudyInstanceUID)).forUpdate().first('study_key')
        const { patient_id } = await study(trx, access, StudyInstanceUID)
        await assertRoom(trx, access, StudyInstanceUID)
        const [row] = await trx('attachment').insert({
          ...own(access, StudyInstanceUID), file_name: keptName(fileName, contentType), content_type: contentType, byte_length: byteLength, blob_key: blobKey, key_sealed: sealed, key_sealed_with: sealedWith,
          is_shown: false, is_scanned: isScanned, added_by: actorOf(access), added_at: now(),
        }).returning<{ attachment_id: string }[]>('attachment_id')
        const place = { StudyInstanceUID, attachmentId: String(row?.attachment_id) }
        await note(trx, access, place, patient_id, { change: 'attachmentAdded', contentType, byteLength, isScanned })
        return one(trx, access, place)
      })
    },

    show: (access, place, isShown) => db.transaction(async (trx) => {
      const { patient_id } = await lock(trx, access, place, false)
      await trx('attachment').where({ attachment_id: place.attachmentId }).update({ is_shown: isShown })
      await note(trx, access, place, patient_id, { change: 'attachmentShown', isShown })
      return one(trx, access, place)
    }),

    remove: (access, place) => db.transaction(async (trx) => {
      const { patient_id } = await lock(trx, access, place, false)
      await trx('attachment').where({ attachment_id: place.attachmentId }).update({ deleted_by: actorOf(access), deleted_at: now() })
      await note(trx, access, place, patient_id, { change: 'attachmentDeleted' })
    }),

    restore: (access, place) => db.transaction(async (trx) => {
      const { patient_id } = await lock(trx, access, place, true)
      await trx('attachment').where({ attachment_id: place.attachmentId }).update({ deleted_by: null, deleted_at: null })
      await note(trx, access, place, patient_id, { change: 'attachmentRestored' })
      return one(trx, access, place)
    }),

    open: async (access, place) => {
      await study(db, access, place.StudyInstanceUID)
      const row = await reached(db, access, place.StudyInstanceUID).where({ attachment_id: place.attachmentId }).whereNull('deleted_at').first<AttachmentRow | undefined>()
      if (row === undefined) throw missing()
      const byteLength = Number(row.byte_length)
      return { fileName: row.file_name, contentType: row.content_type, byteLength, etag: `"${row.attachment_id}"`, read: (part) => files.read({ ...row, byte_length: byteLength }, part) }
    },

    countShown: async (access, StudyInstanceUIDs) => {
      const counted = await db('attachment')
        .where({ organisation_id: access.organisationId, is_shown: true })
        .whereNull('deleted_at')
        .whereIn('study_instance_uid', StudyInstanceUIDs.filter((uid) => reachesStudy(access, uid)))
        .groupBy('study_instance_uid').select<{ study_instance_uid: string; count: string }[]>('study_instance_uid', db.raw('count(*) as count'))
      return new Map(isMasked(access) ? [] : counted.map(({ study_instance_uid, count }) => [study_instance_uid, Number(count)]))
    },

    sweep: () => files.sweep(db),
  }
}

const missing = () => noSuchAttachment('The study has no attachment of this id.')

function actionsOf(access: Access, { content_type, is_shown, deleted_at }: AttachmentRow): AttachmentAction[] {
  if (deleted_at !== null) return access.permissions.has('admin.data_maintain') ? ['restore'] : []
  const mayEdit = access.permissions.has('study.edit_case') && !isOutside(access)
  return [...(isViewable(content_type) ? ['view' as const] : []), 'download', ...(mayEdit ? [is_shown ? 'hide' as const : 'show' as const, 'delete' as const] : [])]
}
