/** Rows as the study list tells them to one person. */
import { isIdentityKeyword, patientKeywords, type CorrectableKeyword, type StudyAction, type StudySummary } from '@isocenter/contracts'
import type { DicomJson } from '@isocenter/dicom'
import { performersOf } from '../audit/index.ts'
import { told as toldOf, type Corrections } from '../corrections/index.ts'
import { actorOf, type Access } from '../identity/index.ts'
import type { Db } from '../platform/db.ts'
import { ageOf } from './age.ts'
import { textIn } from './case-information.ts'
import { categoryOf, examTypesOf } from './exam-types.ts'
import type { StudyListRow } from './rows.ts'

/** Marks in ready-made answers where computed members go. */
const marks = /\u001f/g

/** Everything the row has of the study and of its first series. */
export const attributesOf = ({ attributes, more_attributes, first_series }: Pick<StudyListRow, 'attributes' | 'more_attributes' | 'first_series'>): DicomJson =>
  ({ ...JSON.parse(first_series ?? '{}') as DicomJson, ...JSON.parse(attributes.replace(marks, '')) as DicomJson, ...JSON.parse(more_attributes) as DicomJson })

/** What the caller may do with a study now (A.4): only a study in its normal state is locked or deleted. */
function actionsOf(access: Access, row: StudyListRow): StudyAction[] {
  const { permissions, actor } = access
  const isLocked = row.locked_by !== null
  const mayUnlock = row.locked_by === actorOf(access) || permissions.has('admin.data_maintain')
  return [
    'open',
    ...(!isLocked && permissions.has('study.lock') ? ['lock' as const] : []),
    ...(isLocked && mayUnlock ? ['unlock' as const] : []),
    ...(!isLocked && permissions.has('study.delete') ? ['delete' as const] : []),
    ...(permissions.has('study.download') ? ['download' as const] : []),
    ...(actor.kind === 'account' && permissions.has('study.share') ? ['share' as const] : []),
    ...(actor.kind === 'account' && permissions.has('study.share_colleague') ? ['shareColleague' as const] : []),
    ...(actor.kind === 'account' ? [row.is_favourite ? 'removeFavourite' as const : 'addFavourite' as const] : []),
    ...(permissions.has('study.edit_case') ? ['editCase' as const] : []),
  ]
}

/** Members that are there, without those that say nothing. */
const present = <Members extends Readonly<Record<string, string | null | undefined>>>(members: Members) =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== null && value !== undefined && value !== '')) as { [Name in keyof Members]?: string }

export async function toSummaries(db: Db, access: Access, found: readonly StudyListRow[], bytes?: ReadonlyMap<string, number>): Promise<StudySummary[]> {
  const performer = await performersOf(db, found.flatMap(({ stored_by, locked_by }) => [stored_by, locked_by]))
  const seesIdentities = access.permissions.has('study.view_identity')
  return found.map((row) => {
    const all = attributesOf(row)
    const corrections: Corrections = row.corrections ?? {}
    const told = (keyword: CorrectableKeyword, said: string | null | undefined) => toldOf(corrections, keyword, said)
    const PatientAge = told('PatientAge', textIn(all, 'PatientAge')) ?? undefined
    const PatientBirthDate = told('PatientBirthDate', row.patient_birth_date) ?? undefined
    // What the device made of a wrong birth date is as wrong.
    const isAgeOutdated = corrections.PatientBirthDate !== undefined && corrections.PatientAge === undefined
    const age = ageOf({ PatientAge: isAgeOutdated ? undefined : PatientAge, PatientBirthDate, StudyDate: row.study_date ?? undefined })
    const size = bytes?.get(row.study_key)
    const isTold = (keyword: CorrectableKeyword) => seesIdentities || !isIdentityKeyword(keyword)
    const said = { PatientName: row.patient_name, PatientID: row.patient_id, PatientSex: row.patient_sex, PatientBirthDate: row.patient_birth_date }
    const ofPatient = patientKeywords.filter((keyword) => corrections[keyword] !== undefined && isTold(keyword))
    return {
      StudyInstanceUID: row.study_instance_uid, recordId: row.record_id,
      ...present({
        PatientName: told('PatientName', row.patient_name),
        PatientID: told('PatientID', row.patient_id),
        PatientSex: told('PatientSex', row.patient_sex),
        PatientAge,
        AccessionNumber: told('AccessionNumber', row.accession_number),
        StudyID: told('StudyID', row.study_id),
        StudyDate: row.study_date,
        StudyTime: row.study_time,
        TimezoneOffsetFromUTC: row.timezone_offset_from_utc, StudyDescription: told('StudyDescription', row.study_description), InstitutionName: told('InstitutionName', textIn(all, 'InstitutionName')),
        ReferringPhysicianName: told('ReferringPhysicianName', row.referring_physician_name),
      }),
      ...(age === undefined ? {} : { age }),
      BodyPartExamined: row.body_parts ?? [], tags: row.tags ?? [], ModalitiesInStudy: row.modalities_in_study, examTypes: examTypesOf(row.modalities_in_study), category: categoryOf(row.modalities_in_study),
      NumberOfStudyRelatedSeries: row.number_of_study_related_series, NumberOfStudyRelatedInstances: row.number_of_study_related_instances,
      state: row.locked_by === null ? 'normal' : 'locked',
      ...(row.locked_by === null || row.locked_at === null ? {} : { lock: { lockedBy: performer(row.locked_by), lockedAt: row.locked_at.toISOString() } }),
      ...(row.stored_by === null ? {} : { uploader: performer(row.stored_by) }),
      arrivedAt: row.arrived_at.toISOString(), changedAt: row.changed_at.toISOString(),
      ...(bytes === undefined ? {} : { byteLength: size ?? 0 }),
      ...(seesIdentities
        ? {
          identity: present({
            PatientBirthDate,
            PatientTelephoneNumbers: told('PatientTelephoneNumbers', textIn(all, 'PatientTelephoneNumbers')),
            OtherPatientIDs: told('OtherPatientIDs', textIn(all, 'OtherPatientIDs')),
            PatientAddress: told('PatientAddress', textIn(all, 'PatientAddress')),
          }),
        }
        : {}),
      corrected: (Object.keys(corrections) as CorrectableKeyword[]).filter(isTold),
      ...(ofPatient.length === 0 ? {} : { correctedFrom: present(Object.fromEntries(ofPatient.map((keyword) => [keyword, said[keyword]]))) }),
      isFavourite: row.is_favourite,
      hiddenSeries: row.hidden_series,
      actions: actionsOf(access, row),
    }
  })
}
