/** A study handed to colleagues of the same organisation, who are told where it is and sign in to see it (SHARE-04, MOB-07). */
import type { ColleagueShare } from '@isocenter/contracts'
import { record } from '../audit/index.ts'
import { noSuchStudy } from '../catalogue/index.ts'
import { forbidden, reachesStudy, type Access } from '../identity/index.ts'
import { publish } from '../notifications/index.ts'
import { membershipsOf, permissionsOf } from '../organisations/index.ts'
import type { Db } from '../platform/db.ts'
import { defineProblem } from '../platform/problem.ts'

export const noSuchColleague = defineProblem({ type: '/problems/no-such-colleague', status: 404, title: 'There is no such colleague' })

/** Tells active members of the caller's organisation of one of its studies. @throws noSuchStudy 404, noSuchColleague 404 where one is none, may not see studies or is the caller, forbidden 403 for a machine */
export function shareWithColleagues(db: Db, access: Access, StudyInstanceUID: string, { membershipIds, note }: ColleagueShare): Promise<void> {
  const { organisationId, actor } = access
  if (actor.kind !== 'account') throw forbidden('This is for a person who is signed in; a token is not one.')
  return db.transaction(async (trx) => {
    const study = reachesStudy(access, StudyInstanceUID)
      ? await trx('study')
        .where({ organisation_id: organisationId, study_instance_uid: StudyInstanceUID })
        .first<{ patient_id: string | null } | undefined>('patient_id')
      : undefined
    if (!study) throw noSuchStudy('No study of your organisation has this StudyInstanceUID.')
    const [sender, organisation] = await Promise.all([
      trx('account').where({ account_id: actor.id }).first<{ name: string } | undefined>('name'), trx('organisation').where({ organisation_id: organisationId }).first<{ name: string } | undefined>('name'),
    ])
    const accounts: string[] = []
    for (const membershipId of new Set(membershipIds)) {
      const member = await trx('membership').where({ organisation_id: organisationId, membership_id: membershipId }).first<{ account_id: string } | undefined>('account_id')
      const active = member && (await membershipsOf(trx, member.account_id)).find((one) => one.membershipId === membershipId)
      if (member === undefined || active === undefined || member.account_id === actor.id || !permissionsOf(active).has('study.view')) {
        throw noSuchColleague('No active member of your organisation who may see studies has this id.', { membershipId })
      }
      accounts.push(member.account_id)
    }
    for (const accountId of accounts) {
      await publish(trx, { event: 'study.shared', organisationId, accountId, recordId: StudyInstanceUID, details: { organisation: organisation?.name ?? '', person: sender?.name ?? '' }, reason: note })
    }
    await record(trx, [{
      organisationId,
      actor: `account:${actor.id}`,
      action: 'study.share-colleague',
      outcome: 'success',
      StudyInstanceUID,
      PatientID: study.patient_id ?? undefined,
      detail: { membershipIds: [...new Set(membershipIds)] },
    }])
  })
}
