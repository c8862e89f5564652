/** What a filter of the study list asks of rows of `study`, as SQL. */
import { defaultWindowHours, type StudyFilter } from '@isocenter/contracts'
import { hasTag } from '../body-parts/index.ts'
import { joined, sql, studyConditions, type Sql } from '../catalogue/index.ts'
import { noneCorrected, type CorrectedStudies } from '../corrections/index.ts'
import { reachesStudy, type Access } from '../identity/index.ts'
import { anywhere, beginning } from '../platform/like.ts'
import { modalitiesOf } from './exam-types.ts'

export interface Asked {
  readonly conditions: readonly Sql[]
  /** Where the window of arrival begins; undefined where there is none. */
  readonly arrivedFrom: Date | undefined
  readonly isRelaxed: boolean
}

const hourMs = 3_600_000
const isUID = (record: string): boolean => record.includes('.') || !/^[0-9A-Fa-f]{12}$/.test(record)

/** The study's own number; a digest of its UID, so that it asks nothing of storing. */
const recordIs = (dataId: string): Sql => sql`study_record_id(study.organisation_id, study.study_instance_uid) = ${dataId.toUpperCase()}`

/** The organisation's studies that the access reaches and the filter passes. */
export function askedOf(access: Access, filter: StudyFilter, now: Date, corrected: CorrectedStudies = noneCorrected): Asked {
  const reached = [sql`study.organisation_id = ${access.organisationId}`, ...(access.studies === 'all' ? [] : [sql`study.study_instance_uid = any(${[...access.studies]}::text[])`])]
  if (filter.record !== undefined) {
    const one = isUID(filter.record) ? sql`study.study_instance_uid = ${reachesStudy(access, filter.record) ? filter.record : ''}` : recordIs(filter.record)
    return { conditions: [...reached, one], arrivedFrom: undefined, isRelaxed: true }
  }
  const arrivedFrom = windowOf(filter, now)
  return { conditions: [...reached, ...arrival(filter, arrivedFrom), ...attributes(access.organisationId, filter, corrected), ...marks(access, filter)], arrivedFrom, isRelaxed: false }
}

/** The last day, unless an arrival is asked for (D-13). What is marked is looked for wherever it is: it was chosen one by one. */
export function windowOf({ record, arrivedFrom, arrivedTo, arrival, favourites }: StudyFilter, now: Date): Date | undefined {
  if (record !== undefined) return undefined
  if (arrivedFrom !== undefined) return new Date(arrivedFrom)
  return arrivedTo !== undefined || arrival === 'any' || favourites === true ? undefined : new Date(now.getTime() - defaultWindowHours * hourMs)
}

const arrival = ({ arrivedTo }: StudyFilter, arrivedFrom: Date | undefined): Sql[] => [
  ...(arrivedFrom === undefined ? [] : [sql`study.created_at >= ${arrivedFrom}`]),
  ...(arrivedTo === undefined ? [] : [sql`study.created_at < ${new Date(arrivedTo)}`]),
]

/** All of these, or one of the studies that corrections have found. */
const or = (conditions: readonly Sql[], uids: readonly string[]): readonly Sql[] =>
  (uids.length === 0 || conditions.length === 0 ? conditions : [sql`((${joined(conditions, ' and ')}) or study.study_instance_uid = any(${[...uids]}::text[]))`])

/** By the side table of modalities: how often one occurs is known of it, and decides whether it or the order is walked. */
function attributes(organisationId: string, { studyNumber, patientId, dataId, name, keyword, sex, examType, tag, examFrom, examTo }: StudyFilter, corrected: CorrectedStudies): Sql[] {
  const modalities = examType === undefined ? undefined : examType.split(',').flatMap(modalitiesOf)
  return [
    ...(studyNumber === undefined ? [] : or([sql`study.accession_number = ${studyNumber.trim()}`], corrected.studyNumber)),
    ...(patientId === undefined ? [] : or([sql`study.patient_id = ${patientId.trim()}`], corrected.patientId)),
    ...(dataId === undefined ? [] : [recordIs(dataId)]),
    ...(name === undefined ? [] : or(nameConditions(name), corrected.name)),
    ...(keyword === undefined ? [] : or([keywordCondition(keyword.trim())], corrected.keyword)),
    ...(sex === undefined
      ? []
      : [
        ...or([sex === 'none' ? sql`study.patient_sex is null` : sql`study.patient_sex = ${sex}`], corrected.sexIs),
        ...(corrected.sexIsNot.length === 0 ? [] : [sql`not study.study_instance_uid = any(${[...corrected.sexIsNot]}::text[])`]),
      ]),
    ...(modalities === undefined ? [] : [sql`study.study_key in (select study_key from study_modality where study_modality.organisation_id = ${organisationId} and modality = any(${modalities}::text[]))`]),
    ...(tag === undefined ? [] : [hasTag(organisationId, tag.split(','))]),
    ...(examFrom === undefined ? [] : [sql`study.study_date is not null and study.sort_key >= ${examFrom.replaceAll('-', '')}`]),
    // No time of day is later.
    ...(examTo === undefined ? [] : [sql`study.sort_key <= ${`${examTo.replaceAll('-', '')}235960.999999`}`]),
  ]
}

/** That a row of `study` is of this patient, as it is told. @param corrected studies whose PatientID was corrected to this one */
export const isOfPatient = (organisationId: string, patientId: string, corrected: readonly string[]): Sql => joined(or([
  sql`study.patient_id = ${patientId}`,
  sql`not exists (
    select from study_correction
    where study_correction.organisation_id = ${organisationId} and study_correction.study_instance_uid = study.study_instance_uid
      and study_correction.patient_id <> ${patientId})`,
], corrected), ' and ')

/** Words anywhere in the name, as PS3.18's fuzzy matching takes them. What would be a wildcard or parts a list is a space. */
function nameConditions(text: string): Sql[] {
  const words = text.replaceAll(/[*?\\^=]/g, ' ').trim()
  return words === '' ? [] : studyConditions({ PatientName: `*${words}*` }, { fuzzy: true })
}


function keywordCondition(text: string): Sql {
  const ways = [
    ...nameConditions(text),
    sql`study.patient_id like ${beginning(text)}`,
    sql`study.accession_number like ${beginning(text)}`,
    ...(/^[0-9A-Fa-f]{12}$/.test(text) ? [recordIs(text)] : []),
  ]
  return sql`(${joined(ways, ' or ')})`
}

function marks(access: Access, { state, uploader, favourites }: StudyFilter): Sql[] {
  const locked = sql`exists (select from study_lock where study_lock.organisation_id = study.organisation_id and study_lock.study_instance_uid = study.study_instance_uid)`
  const accountId = access.actor.kind === 'account' ? access.actor.id : '00000000-0000-0000-0000-000000000000'
  return [
    ...(state === undefined ? [] : [state === 'locked' ? locked : sql`not ${locked}`]),
    ...(favourites === true ? [sql`study.study_instance_uid in (select target from favourite where favourite.organisation_id = ${access.organisationId} and account_id = ${accountId} and kind = 'study')`] : []),
    ...(uploader === undefined ? [] : [uploaderCondition(access.organisationId, uploader.trim())]),
  ]
}

/** People who are or were members of the organisation and its gateways, by their names: few, so that they are found first. */
function uploaderCondition(organisationId: string, text: string): Sql {
  const named = anywhere(text)
  return sql`study.stored_by = any(array(
    select 'account:' || account.account_id from account join membership using (account_id) where membership.organisation_id = ${organisationId} and account.name ilike ${named}
    union select 'gateway:' || gateway.gateway_id from gateway where gateway.organisation_id = ${organisationId} and gateway.name ilike ${named}))`
}
