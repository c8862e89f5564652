/** Rows of share links and visits. */
import type { ShareLink, ShareLinkState } from '@isocenter/contracts'
import { wrongSharePasswords } from '@isocenter/contracts'
import { correctionsOf, told } from '../corrections/index.ts'
import { rows, type Db } from '../platform/db.ts'
import { examTypesOf } from '../studies/index.ts'

export interface LinkRow {
  readonly link_key: string
  readonly link_id: string
  readonly organisation_id: string
  readonly created_by: string
  readonly token_sha256: Buffer
  readonly password_hash: string | null
  readonly wrong_passwords: number
  readonly mask_secret: Buffer | null
  readonly created_at: Date
  readonly expires_at: Date
  readonly revoked_at: Date | null
  readonly views: number
  readonly last_viewed_at: Date | null
  /** StudyInstanceUIDs in their order, and those that are stored now. */
  readonly studies: readonly string[]
  readonly present: readonly string[]
}

const columns = `l.*,
  array(select s.study_instance_uid from share_link_study s where s.link_key = l.link_key order by s.position) as studies,
  array(select s.study_instance_uid from share_link_study s join study on study.organisation_id = l.organisation_id and study.study_instance_uid = s.study_instance_uid
    where s.link_key = l.link_key and study.number_of_study_related_instances > 0 order by s.position) as present`

/** A link by the name in its address. */
export async function findLink(db: Db, linkId: string): Promise<LinkRow | undefined> {
  const [row] = await rows<LinkRow>(db, `select ${columns} from share_link l where l.link_id = ?`, [linkId])
  return row
}

/** Links a person has made in one organisation, the latest first. */
export async function linksOf(db: Db, organisationId: string, accountId: string, before: string | undefined, limit: number): Promise<LinkRow[]> {
  return rows<LinkRow>(db, `select ${columns} from share_link l where l.organisation_id = ? and l.created_by = ? and (?::bigint is null or l.link_key < ?::bigint) order by l.link_key desc limit ?`,
    [organisationId, accountId, before ?? null, before ?? null, limit])
}

export function stateOf({ revoked_at, wrong_passwords, expires_at }: LinkRow, now: Date): ShareLinkState {
  if (revoked_at !== null) return 'revoked'
  if (wrong_passwords >= wrongSharePasswords) return 'locked'
  return expires_at <= now ? 'expired' : 'active'
}

export interface VisitRow {
  readonly organisation_id: string
  readonly mask_secret: Buffer | null
  readonly studies: readonly string[]
  readonly hidden: readonly string[]
}

/** What a visit reaches now: nothing once its link has ended in whatever way. */
export async function findVisit(db: Db, linkId: string, visitSha256: Buffer, now: Date): Promise<VisitRow | undefined> {
  const [row] = await rows<VisitRow>(db, `
    select l.organisation_id, l.mask_secret,
      array(select s.study_instance_uid from share_link_study s where s.link_key = l.link_key order by s.position) as studies,
      array(select h.series_instance_uid from hidden_series h join share_link_study s on s.link_key = l.link_key and s.study_instance_uid = h.study_instance_uid
        where h.organisation_id = l.organisation_id) as hidden
    from share_visit v join share_link l on l.link_key = v.link_key
    where l.link_id = ? and v.visit_sha256 = ? and v.expires_at > ? and l.expires_at > ? and l.revoked_at is null and l.wrong_passwords < ?`,
  [linkId, visitSha256, now, now, wrongSharePasswords])
  return row
}

/** An instance of a shared study, by its own UIDs. */
export interface NamedInstance {
  readonly study_instance_uid: string
  readonly series_instance_uid: string
  readonly sop_instance_uid: string
  readonly sop_class_uid: string
}

/** Everything there is of some studies, in order. */
export async function instancesOf(db: Db, organisationId: string, studies: readonly string[]): Promise<NamedInstance[]> {
  return rows<NamedInstance>(db, `
    select st.study_instance_uid, s.series_instance_uid, i.sop_instance_uid, i.sop_class_uid
    from study st join series s on s.study_key = st.study_key join instance i on i.series_key = s.series_key
    where st.organisation_id = ? and st.study_instance_uid = any(?::text[])
    order by st.study_instance_uid, s.series_number_sort, s.series_key, i.instance_number_sort, i.instance_key`, [organisationId, [...studies]])
}

/** Studies that are stored now, as the study list names them to people of the organisation. */
export async function namedStudies(db: Db, organisationId: string, StudyInstanceUIDs: readonly string[]): Promise<ReadonlyMap<string, NonNullable<ShareLink['studies'][number]['about']>>> {
  const uids = [...new Set(StudyInstanceUIDs)]
  const [found, corrections] = await Promise.all([
    rows<{ study_instance_uid: string; patient_name: string | null; study_date: string | null; modalities_in_study: string[] }>(db, `
      select study_instance_uid, patient_name, study_date, modalities_in_study from study
      where organisation_id = ? and study_instance_uid = any(?::text[]) and number_of_study_related_instances > 0`, [organisationId, uids]),
    correctionsOf(db, organisationId, uids),
  ])
  return new Map(found.map(({ study_instance_uid, patient_name, study_date, modalities_in_study }) => {
    const PatientName = told(corrections.get(study_instance_uid), 'PatientName', patient_name)
    return [study_instance_uid, { examTypes: examTypesOf(modalities_in_study), ...(PatientName !== null && { PatientName }), ...(study_date !== null && { StudyDate: study_date }) }]
  }))
}

/** A shared study by what tells it from others, as its images say. */
export interface SharedStudy {
  readonly StudyInstanceUID: string
  readonly PatientName?: string
  readonly StudyDate?: string
  readonly StudyDescription?: string
}

interface StudyRow { readonly study_instance_uid: string; readonly patient_name: string | null; readonly study_date: string | null; readonly study_description: string | null }

/** Those of a link's studies that are stored now, in the order of the link. */
export async function studiesOf(db: Db, organisationId: string, linkId: string): Promise<SharedStudy[]> {
  const found = await rows<StudyRow>(db, `
    select study.study_instance_uid, study.patient_name, study.study_date, study.study_description
    from share_link l join share_link_study s on s.link_key = l.link_key join study on study.organisation_id = l.organisation_id and study.study_instance_uid = s.study_instance_uid
    where l.organisation_id = ? and l.link_id = ? and study.number_of_study_related_instances > 0 order by s.position`, [organisationId, linkId])
  return found.map(({ study_instance_uid, patient_name, study_date, study_description }) => ({
    StudyInstanceUID: study_instance_uid,
    ...(patient_name !== null && { PatientName: patient_name }),
    ...(study_date !== null && { StudyDate: study_date }),
    ...(study_description !== null && { StudyDescription: study_description }),
  }))
}
