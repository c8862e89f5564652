/** What is held apart because it came for a study of another patient: looking at it, and deciding. */
import { decodeLayout } from '@isocenter/dicom'
import type { HeldInstances, Quarantine, QuarantineAcceptanceRequest, QuarantineFilter, QuarantineOutcome, QuarantinePage } from '@isocenter/contracts'
import { Type } from 'typebox'
import { performersOf } from '../audit/index.ts'
import { acceptQuarantined, deleteQuarantined, forgetEmptyQuarantine, heldInstance, type Catalogue } from '../catalogue/index.ts'
import { correctedStudies, correctionsOf, told } from '../corrections/index.ts'
import { renderedKind, renderThumbnail, type Renderer } from '../dicomweb/index.ts'
import type { Access } from '../identity/index.ts'
import { decodeCursor, encodeCursor, exactly } from '../platform/cursor.ts'
import { rows, type Db } from '../platform/db.ts'
import { anywhere } from '../platform/like.ts'
import { Position, type Page } from './common.ts'
import { noSuchQuarantine } from './problems.ts'

export interface Quarantines {
  /** The latest first. */
  readonly list: (access: Access, filter: QuarantineFilter, page: Page) => Promise<QuarantinePage>
  /** A picture of what came, JPEG: its middle image, or an icon where it has none; whose study it came for. @throws noSuchQuarantine 404, unavailable 503 */
  readonly picture: (access: Access, quarantineId: string, signal: AbortSignal) => Promise<{ readonly StudyInstanceUID: string; readonly jpeg: Uint8Array }>
  /** Puts a lot of what came into the study that is there. @throws noSuchQuarantine 404, studyOfAnotherPatient 409 where that is deleted and can be restored, badRequest 400 */
  readonly accept: (access: Access, quarantineId: string, request: QuarantineAcceptanceRequest) => Promise<QuarantineOutcome>
  /** Deletes what came; it can be restored to where it is held apart. @throws noSuchQuarantine 404 */
  readonly delete: (access: Access, quarantineId: string, reason: string) => Promise<QuarantineOutcome>
  /** Which of these objects are held apart: who sent them asks whether they are held at all. */
  readonly heldInstances: (access: Access, SOPInstanceUIDs: readonly string[]) => Promise<HeldInstances>
}

interface QuarantineRow {
  readonly quarantine_id: string
  readonly study_instance_uid: string
  readonly patient_id: string | null
  readonly issuer_of_patient_id: string | null
  readonly patient_name: string | null
  readonly patient_birth_date: string | null
  readonly patient_sex: string | null
  readonly modalities: string[]
  readonly received_by: string
  readonly first_received_at: Date
  readonly last_received_at: Date
  readonly exactly: string
  readonly instances: number
  readonly bytes: string
  readonly there_instances: number | null
  readonly there_patient_id: string | null
  readonly there_issuer_of_patient_id: string | null
  readonly there_patient_name: string | null
  readonly there_patient_birth_date: string | null
  readonly there_patient_sex: string | null
  readonly there_study_date: string | null
  readonly there_study_description: string | null
}

const thereColumns = ['patient_id', 'issuer_of_patient_id', 'patient_name', 'patient_birth_date', 'patient_sex', 'study_date', 'study_description'].map((column) => `study.${column} as there_${column}`)
const listSql = `
  select quarantine.*, ${exactly('last_received_at')} as exactly, held.instances, held.bytes, study.number_of_study_related_instances as there_instances, ${thereColumns.join(', ')}
  from quarantine
  cross join lateral (select count(*)::integer as instances, coalesce(sum(byte_length), 0) as bytes from quarantined_instance where quarantined_instance.quarantine_id = quarantine.quarantine_id) as held
  left join study using (organisation_id, study_instance_uid)
  where organisation_id = :organisationId and held.instances > 0
    and (:studies::text[] is null or study_instance_uid = any(:studies::text[]))
    and (:anywhere::text is null or study_instance_uid = :search::text
      or quarantine.patient_id ilike :anywhere or quarantine.patient_name ilike :anywhere
      or study.patient_id ilike :anywhere or study.patient_name ilike :anywhere
      or study_instance_uid = any(:corrected::text[]))
    and (:at::text is null or (last_received_at, quarantine_id) < (:at::timestamptz, :after::uuid))
  order by last_received_at desc, quarantine_id desc limit :limit`

/** Where the next lot of an acceptance begins. */
const LotPosition = Type.Tuple([Type.String({ pattern: '^[0-9]{1,18}$' })])

/** Longest side of a picture that somebody decides by, pixels. */
const pictureSide = 512

export function createQuarantines({ db, catalogue, renderer }: { readonly db: Db; readonly catalogue: Pick<Catalogue, 'changed'>; readonly renderer: Renderer }): Quarantines {
  const toQuarantines = async ({ organisationId, permissions }: Access, found: readonly QuarantineRow[]): Promise<Quarantine[]> => {
    const corrections = await correctionsOf(db, organisationId, found.map(({ study_instance_uid }) => study_instance_uid))
    const performer = await performersOf(db, found.map(({ received_by }) => received_by))
    const seesIdentities = permissions.has('study.view_identity')
    return found.map((row) => ({ row, corrected: corrections.get(row.study_instance_uid) })).map(({ row, corrected }) => ({
      quarantineId: row.quarantine_id, StudyInstanceUID: row.study_instance_uid,
      ...(row.there_instances === null ? {} : {
        there: {
          instances: row.there_instances,
          ...given({
            PatientID: told(corrected, 'PatientID', row.there_patient_id), IssuerOfPatientID: row.there_issuer_of_patient_id, PatientName: told(corrected, 'PatientName', row.there_patient_name),
            PatientBirthDate: seesIdentities ? told(corrected, 'PatientBirthDate', row.there_patient_birth_date) : null, PatientSex: told(corrected, 'PatientSex', row.there_patient_sex),
            StudyDate: row.there_study_date, StudyDescription: told(corrected, 'StudyDescription', row.there_study_description),
          }),
        },
      }),
      came: given({ PatientID: row.patient_id, IssuerOfPatientID: row.issuer_of_patient_id, PatientName: row.patient_name, PatientBirthDate: seesIdentities ? row.patient_birth_date : null, PatientSex: row.patient_sex }),
      ModalitiesInStudy: row.modalities, instances: row.instances, bytes: Number(row.bytes), firstReceivedAt: row.first_received_at.toISOString(), lastReceivedAt: row.last_received_at.toISOString(),
      receivedBy: performer(row.received_by), actions: ['accept', 'delete'],
    }))
  }
  const remaining = async (quarantineId: string): Promise<number> => {
    const [left] = await rows<{ instances: number }>(db, 'select count(*)::integer as instances from quarantined_instance where quarantine_id = ?', [quarantineId])
    return left?.instances ?? 0
  }
  const orMissing = <Found>(found: Found | undefined): Found => {
    if (found === undefined) throw noSuchQuarantine('Nothing that is held apart in your organisation has this id.')
    return found
  }

  return {
    list: async (access, { search }, { cursor, limit }) => {
      const [at = null, after = null] = decodeCursor(cursor, Position) ?? []
      const corrected = search === undefined ? [] : (await correctedStudies(db, access.organisationId, { keyword: search })).keyword
      const { rows: found } = await db.raw<{ rows: QuarantineRow[] }>(listSql, {
        organisationId: access.organisationId,
        studies: access.studies === 'all' ? null : [...access.studies],
        corrected: [...corrected],
        search: search?.trim() ?? null,
        anywhere: search === undefined ? null : anywhere(search.trim()),
        at,
        after,
        limit: limit + 1,
      })
      const last = found.length > limit ? found[limit - 1] : undefined
      return { items: await toQuarantines(access, found.slice(0, limit)), ...(last ? { next: encodeCursor([last.exactly, last.quarantine_id]) } : {}) }
    },

    picture: async (access, quarantineId, signal) => {
      const record = orMissing(await heldInstance(db, access, quarantineId, (SOPClassUID, layout) => renderedKind(SOPClassUID, decodeLayout(layout)) === 'image'))
      const { jpeg } = await renderThumbnail(renderer, { access, record, side: pictureSide, signal })
      return { StudyInstanceUID: record.StudyInstanceUID, jpeg }
    },

    accept: async (access, quarantineId, { reason, cursor }) => {
      const [before] = decodeCursor(cursor, LotPosition) ?? []
      const { instances, next } = orMissing(await acceptQuarantined(db, access, { quarantineId, reason }, { before }))
      catalogue.changed(access.organisationId)
      return { instances, remaining: await remaining(quarantineId), ...(next === undefined ? {} : { next: encodeCursor([next]) }) }
    },

    delete: async (access, quarantineId, reason) => {
      const instances = orMissing(await db.transaction(async (trx) => {
        const deleted = await deleteQuarantined(trx, access, { quarantineId, reason })
        await forgetEmptyQuarantine(trx, quarantineId)
        return deleted
      }))
      return { instances, remaining: await remaining(quarantineId) }
    },

    heldInstances: async ({ organisationId, studies }, SOPInstanceUIDs) => {
      const { rows: found } = await db.raw<{ rows: { sop_instance_uid: string; sop_class_uid: string }[] }>(`
        select distinct sop_instance_uid, sop_class_uid from quarantined_instance join quarantine using (organisation_id, quarantine_id)
        where organisation_id = :organisationId and sop_instance_uid = any(:uids::text[]) and (:studies::text[] is null or study_instance_uid = any(:studies::text[])) order by 1, 2`,
      { organisationId, uids: [...SOPInstanceUIDs], studies: studies === 'all' ? null : [...studies] })
      return { items: found.map((row) => ({ SOPInstanceUID: row.sop_instance_uid, SOPClassUID: row.sop_class_uid })) }
    },
  }
}

type Given<Values> = { readonly [Name in keyof Values]?: NonNullable<Values[Name]> }

/** What has a value. */
const given = <Values extends Readonly<Record<string, string | null>>>(values: Values): Given<Values> => Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null)) as Given<Values>
