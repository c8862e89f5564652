/** Studies that must not be sent for diagnosis nor deleted. */
import type { StudyLock } from '@isocenter/contracts'
import { performersOf, record } from '../audit/index.ts'
import { actorOf, reachesStudy, type Access } from '../identity/index.ts'
import type { Db } from '../platform/db.ts'
import { noSuchLock, noSuchStudy, notYourLock } from './problems.ts'

export interface StudyLocks {
  /** Of these studies the locks there are. */
  readonly find: (access: Access, studies: readonly string[]) => Promise<StudyLock[]>
  /** One that is locked stays as it is, whoever locked it. @throws noSuchStudy 404 */
  readonly lock: (access: Access, StudyInstanceUID: string) => Promise<StudyLock>
  /** By who locked it, or an administrator of the data. @throws noSuchLock 404, notYourLock 403 */
  readonly unlock: (access: Access, StudyInstanceUID: string) => Promise<void>
}

interface LockRow {
  readonly study_instance_uid: string
  readonly locked_by: string
  readonly locked_at: Date
}

const mayUnlock = (access: Access, row: LockRow): boolean => row.locked_by === actorOf(access) || access.permissions.has('admin.data_maintain')

export function createLocks({ db, now }: { readonly db: Db; readonly now: () => Date }): StudyLocks {
  const toLocks = async (access: Access, found: readonly LockRow[]): Promise<StudyLock[]> => {
    const performer = await performersOf(db, found.map(({ locked_by }) => locked_by))
    return found.map((row) => ({
      StudyInstanceUID: row.study_instance_uid, lockedBy: performer(row.locked_by), lockedAt: row.locked_at.toISOString(), actions: mayUnlock(access, row) ? ['unlock'] : [],
    }))
  }
  const own = ({ organisationId }: Access, StudyInstanceUID: string) => ({ organisation_id: organisationId, study_instance_uid: StudyInstanceUID })

  return {
    find: async (access, studies) => toLocks(access, await db('study_lock').where({ organisation_id: access.organisationId })
      .whereIn('study_instance_uid', studies.filter((uid) => reachesStudy(access, uid))).orderBy('study_instance_uid').select<LockRow[]>()),

    lock: async (access, StudyInstanceUID) => {
      const row = await db.transaction(async (trx) => {
        // The lock deletion takes too: of both at once one is first.
        const study = reachesStudy(access, StudyInstanceUID) && await trx('study').where(own(access, StudyInstanceUID)).forUpdate().first<{ patient_id: string | null } | undefined>('patient_id')
        if (!study) throw noSuchStudy('No study of your organisation has this StudyInstanceUID.')
        const made = await trx('study_lock').insert({ ...own(access, StudyInstanceUID), locked_by: actorOf(access), locked_at: now() }).onConflict(['organisation_id', 'study_instance_uid']).ignore()
          .returning<object[]>('study_instance_uid')
        if (made.length > 0) {
          await record(trx, [{ organisationId: access.organisationId, actor: actorOf(access), action: 'study.lock', outcome: 'success', StudyInstanceUID, PatientID: study.patient_id ?? undefined }])
        }
        return trx('study_lock').where(own(access, StudyInstanceUID)).first<LockRow>()
      })
      const [lock] = await toLocks(access, [row])
      if (lock === undefined) throw new Error('the lock that was just made is missing')
      return lock
    },

    unlock: (access, StudyInstanceUID) => db.transaction(async (trx) => {
      const row = await trx('study_lock').where(own(access, StudyInstanceUID)).forUpdate().first<LockRow | undefined>()
      if (row === undefined || !reachesStudy(access, StudyInstanceUID)) throw noSuchLock('The study is not locked.')
      if (!mayUnlock(access, row)) throw notYourLock('Who locked it unlocks it, or an administrator.', { lockedBy: row.locked_by })
      await trx('study_lock').where(own(access, StudyInstanceUID)).delete()
      await record(trx, [{ organisationId: access.organisationId, actor: actorOf(access), action: 'study.unlock', outcome: 'success', StudyInstanceUID, detail: { lockedBy: row.locked_by } }])
    }),
  }
}
