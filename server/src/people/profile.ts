/** What a person says of himself (PC-02). */
import type { IntroductionPatch, Profile, ProfilePatch, Gender } from '@isocenter/contracts'
import { assertVersion } from '../organisations/index.ts'
import type { Db } from '../platform/db.ts'
import { lockHolder, noteOwn, type Holder } from './common.ts'
import { activeMembershipsOf } from './memberships.ts'
import { nameVerified, noSuchMembership } from './problems.ts'

export interface Profiles {
  readonly find: (holder: Holder) => Promise<Profile>
  /** @throws changedMeanwhile 412, nameVerified 409 */
  readonly change: (holder: Holder, patch: ProfilePatch, version: number | undefined) => Promise<Profile>
  /** What members of one organisation read of the person. @throws noSuchMembership 404 */
  readonly introduce: (holder: Holder, membershipId: string, patch: IntroductionPatch) => Promise<Profile>
}

interface ProfileRow {
  readonly account_id: string
  readonly name: string
  readonly phone: string
  readonly login_name: string | null
  readonly gender: Gender | null
  readonly email: string | null
  readonly is_email_proven: boolean
  readonly introduction: string | null
  readonly language: string | null
  readonly time_zone: string | null
  readonly profile_version: number
  readonly avatar: Buffer | null
  readonly is_name_verified: boolean
}

/** Begins an ETag and a URL that changes with a picture. */
export const pictureMark = (sha256: Buffer): string => sha256.toString('base64url').slice(0, 16)

const isNameVerifiedSql = `exists (select from credential where credential.account_id = account.account_id and credential.state = 'verified')`

export function createProfiles({ db, now }: { readonly db: Db; readonly now: () => Date }): Profiles {
  const find = async (db: Db, { accountId }: Holder): Promise<Profile> => {
    const row = await db('account').leftJoin('account_avatar', 'account_avatar.account_id', 'account.account_id').where('account.account_id', accountId)
      .first<ProfileRow | undefined>('account.account_id', 'name', 'phone', 'login_name', 'gender', 'email', db.raw(
        'account.email_proven_at is not null as is_email_proven',
      ), 'introduction', 'language', 'time_zone', 'profile_version', 'account_avatar.sha256 as avatar', db.raw(`${isNameVerifiedSql} as is_name_verified`))
    if (row === undefined) throw new Error('The account of a session is gone.')
    const memberships = await activeMembershipsOf(db, accountId)
    return {
      accountId, name: row.name, phone: row.phone, isNameVerified: row.is_name_verified, version: row.profile_version,
      ...(row.login_name === null ? {} : { loginName: row.login_name }), ...(row.gender === null ? {} : { gender: row.gender }), ...(row.email === null ? {} : { email: row.email, isEmailProven: row.is_email_proven }),
      ...(row.language === null ? {} : { language: row.language }), ...(row.time_zone === null ? {} : { timeZone: row.time_zone }), ...(row.avatar === null ? {} : { avatar: pictureMark(row.avatar) }),
      introductions: memberships.map(({ membershipId, organisation, introduction }) => ({ membershipId, organisation, introduction: introduction ?? row.introduction ?? '' })),
    }
  }

  return {
    find: (holder) => find(db, holder),

    change: (holder, { name, gender }, version) => db.transaction(async (trx) => {
      await lockHolder(trx, holder.accountId)
      const before = await find(trx, holder)
      assertVersion(before.version, version)
      const newName = name?.trim()
      if (newName !== undefined && newName !== before.name && before.isNameVerified) throw nameVerified('Discard the verified documents first; they are of the name as it is.')
      await trx('account').where({ account_id: holder.accountId }).update({
        profile_version: trx.raw('profile_version + 1'), updated_at: now(),
        ...(newName === undefined ? {} : { name: newName }), ...(gender === undefined ? {} : { gender: gender === '' ? null : gender }),
      })
      await noteOwn(trx, holder.accountId, 'account.profile', { fields: [...(newName === undefined ? [] : ['name']), ...(gender === undefined ? [] : ['gender'])] })
      return find(trx, holder)
    }),

    introduce: (holder, membershipId, { introduction }) => db.transaction(async (trx) => {
      await lockHolder(trx, holder.accountId)
      const changed = await trx('membership').where({ membership_id: membershipId, account_id: holder.accountId, state: 'active' }).update({ introduction: introduction.trim() })
      if (changed === 0) throw noSuchMembership('You have no active membership of this id.')
      await trx('account').where({ account_id: holder.accountId }).update({ profile_version: trx.raw('profile_version + 1'), updated_at: now() })
      await noteOwn(trx, holder.accountId, 'account.profile', { fields: ['introduction'], membershipId })
      return find(trx, holder)
    }),
  }
}
