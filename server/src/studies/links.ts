/** Links people have made between studies: both belong together, whoever they are of. */
import { actorOf, type Access } from '../identity/index.ts'
import { rows, type Db, type Trx } from '../platform/db.ts'
import { badRequest, defineProblem } from '../platform/problem.ts'
import { lockStudy, noteEdit, own } from './correct.ts'

/** A study's page shows all of them at once. */
export const maxLinkedStudies = 50

export const tooManyLinkedStudies = defineProblem({ type: '/problems/too-many-linked-studies', status: 409, title: 'The study is linked with too many others' })

const ends = (one: string, other: string) => {
  const [lower = '', higher = ''] = [one, other].toSorted()
  return { lower, higher }
}

/** @throws noSuchStudy 404, badRequest 400 for one alone, tooManyLinkedStudies 409 where either has as many as it can have */
export const linkStudies = (db: Db, access: Access, StudyInstanceUID: string, related: string, at: Date): Promise<void> => db.transaction(async (trx) => {
  if (StudyInstanceUID === related) throw badRequest('A study is not related to itself.')
  const { lower, higher } = ends(StudyInstanceUID, related)
  // In one order for all, so that nobody waits in a circle.
  const locked = new Map<string, string | null>()
  for (const uid of [lower, higher]) locked.set(uid, (await lockStudy(trx, access, uid)).patient_id)
  await trx('related_study').insert({ ...own(access, lower), related_study_instance_uid: higher, linked_by: actorOf(access), linked_at: at })
    .onConflict(['organisation_id', 'study_instance_uid', 'related_study_instance_uid']).ignore()
  for (const uid of [lower, higher]) {
    if (await linksOf(trx, access, uid) > maxLinkedStudies) {
      throw tooManyLinkedStudies(`A study is linked with ${String(maxLinkedStudies)} others at most.`, { StudyInstanceUID: uid, maxLinkedStudies })
    }
  }
  await noteEdit(trx, access, StudyInstanceUID, locked.get(StudyInstanceUID) ?? null, { related, isRelated: true })
})

/** @throws noSuchStudy 404 */
export const unlinkStudies = (db: Db, access: Access, StudyInstanceUID: string, related: string): Promise<void> => db.transaction(async (trx) => {
  const { patient_id } = await lockStudy(trx, access, StudyInstanceUID)
  const { lower, higher } = ends(StudyInstanceUID, related)
  await trx('related_study').where({ ...own(access, lower), related_study_instance_uid: higher }).delete()
  await noteEdit(trx, access, StudyInstanceUID, patient_id, { related, isRelated: false })
})

async function linksOf(trx: Trx, { organisationId }: Access, StudyInstanceUID: string): Promise<number> {
  const [found] = await rows<{ count: number }>(
    trx,
    'select count(*)::integer as count from related_study where organisation_id = ? and (study_instance_uid = ? or related_study_instance_uid = ?)',
    [organisationId, StudyInstanceUID, StudyInstanceUID],
  )
  return found?.count ?? 0
}
