/** A change of a case's corrections, in the transaction of whoever makes it. */
import { isIdentityKeyword, type CaseCorrections, type CorrectableKeyword } from '@isocenter/contracts'
import { record } from '../audit/index.ts'
import { noSuchStudy } from '../catalogue/index.ts'
import { changedCorrections, checkedCorrection, searchedColumns, type Corrections } from '../corrections/index.ts'
import { actorOf, forbidden, reachesStudy, type Access } from '../identity/index.ts'
import { tell } from '../notifications/index.ts'
import { assertVersion } from '../organisations/index.ts'
import type { Trx } from '../platform/db.ts'
import { badRequest } from '../platform/problem.ts'

type Change = CaseCorrections['corrections']
type Reach = Pick<Access, 'organisationId' | 'actor' | 'studies'>

export const own = ({ organisationId }: Pick<Access, 'organisationId'>, StudyInstanceUID: string) => ({ organisation_id: organisationId, study_instance_uid: StudyInstanceUID })

/** Locks one study of the organisation until the transaction ends. @throws noSuchStudy 404 */
export async function lockStudy(trx: Trx, access: Reach, StudyInstanceUID: string): Promise<{ study_key: string; patient_id: string | null }> {
  const study = reachesStudy(access, StudyInstanceUID) && await trx('study').where(own(access, StudyInstanceUID)).forUpdate().first<{ study_key: string; patient_id: string | null } | undefined>('study_key', 'patient_id')
  if (!study) throw noSuchStudy('No study of your organisation has this StudyInstanceUID.')
  return study
}

/** Into the trail: what was done to a case, and nothing of its patient but the number. */
export const noteEdit = (trx: Trx, access: Pick<Access, 'organisationId' | 'actor'>, StudyInstanceUID: string, PatientID: string | null, detail: Readonly<Record<string, unknown>>): Promise<void> =>
  record(trx, [{ organisationId: access.organisationId, actor: actorOf(access), action: 'study.edit-case', outcome: 'success', StudyInstanceUID, PatientID: PatientID ?? undefined, detail }])

/** @throws forbidden 403 for identities of who may not see them, badRequest 400 when there is nothing */
export function assertMayCorrect({ permissions }: Pick<Access, 'permissions'>, change: Change): void {
  const keywords = Object.keys(change) as CorrectableKeyword[]
  // Members that may not be corrected have been left out.
  if (keywords.length === 0) throw badRequest('Nothing is asked for that can be corrected.')
  if (!permissions.has('study.view_identity') && keywords.some(isIdentityKeyword)) throw forbidden('Who may not see identities may not correct them.')
}

/**
 * Corrections said before their study is there: kept with an upload, made when it has arrived.
 * @throws forbidden 403, invalidCorrection 422
 */
export function assertMayCorrectOnArrival(access: Pick<Access, 'permissions'>, change: Change): void {
  if (!access.permissions.has('study.edit_case')) throw forbidden('Who may not edit cases may not correct them on upload either.', { permission: 'study.edit_case' })
  assertMayCorrect(access, change)
  for (const [keyword, value] of Object.entries(change) as [CorrectableKeyword, string | null][]) if (value !== null) checkedCorrection(keyword, value)
}

/**
 * Makes them, and tells open pages of who may see studies of the organisation; what is as it was already leaves version and trail as they are.
 * @param version the corrections must have; undefined where nobody has looked at them, as on an upload
 * @throws noSuchStudy 404, changedMeanwhile 412, invalidCorrection 422
 */
export async function correctCase(trx: Trx, access: Reach, StudyInstanceUID: string, change: Change, { version, at }: { readonly version: number | undefined; readonly at: Date }): Promise<void> {
  const keywords = Object.keys(change) as CorrectableKeyword[]
  const { patient_id } = await lockStudy(trx, access, StudyInstanceUID)
  const found = await trx('study_correction').where(own(access, StudyInstanceUID)).forUpdate().first<{ version: number; corrections: Corrections } | undefined>('version', 'corrections')
  const before = found?.corrections ?? {}
  if (version !== undefined) assertVersion(found?.version ?? 0, version)
  const after = changedCorrections(before, change, actorOf(access), at)
  if (version === undefined && keywords.every((keyword) => after[keyword]?.value === before[keyword]?.value)) return
  const row = { version: (found?.version ?? 0) + 1, corrections: JSON.stringify(after), ...searchedColumns(after) }
  await trx('study_correction').insert({ ...own(access, StudyInstanceUID), ...row }).onConflict(['organisation_id', 'study_instance_uid']).merge(row)
  // Which, not what: values are of a patient.
  await noteEdit(trx, access, StudyInstanceUID, patient_id, {
    change: 'caseCorrected',
    corrected: keywords.filter((keyword) => change[keyword] !== null),
    takenBack: keywords.filter((keyword) => change[keyword] === null),
    version: row.version,
    ...(version === undefined && { onUpload: true }),
  })
  const { organisationId } = access
  await tell(trx, 'study.corrected', { organisationId, permission: 'study.view' }, { organisationId, StudyInstanceUID })
}
