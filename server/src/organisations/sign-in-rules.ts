/** What an organisation asks of how its people sign in (AUTH-17, AUTH-18, AUTH-22), beside what the product asks. Of several organisations the strictest holds. */
import { standardPasswordPolicy, type PasswordPolicy, type SignInRules } from '@isocenter/contracts'
import type { Access } from '../identity/index.ts'
import type { Db } from '../platform/db.ts'
import { lockOwn, note } from './common.ts'

export interface OrganisationSignInRules {
  readonly find: (access: Access) => Promise<SignInRules>
  readonly put: (access: Access, rules: SignInRules) => Promise<SignInRules>
}

interface RulesRow {
  readonly min_password_length: number
  readonly allows_other_characters: boolean
  readonly forces_auto_sign_out: boolean
  readonly forces_password_change: boolean
}
const columns = ['min_password_length', 'allows_other_characters', 'forces_auto_sign_out', 'forces_password_change'] as const

export function createSignInRules({ db }: { readonly db: Db }): OrganisationSignInRules {
  const find = async (db: Db, { organisationId }: Access): Promise<SignInRules> => {
    const row = await db('organisation').where({ organisation_id: organisationId }).first<RulesRow>(...columns)
    return { minPasswordLength: row.min_password_length, allowsOtherCharacters: row.allows_other_characters, forcesAutoSignOut: row.forces_auto_sign_out, forcesPasswordChange: row.forces_password_change }
  }
  return {
    find: (access) => find(db, access),
    put: (access, rules) => db.transaction(async (trx) => {
      await lockOwn(trx, access)
      await trx('organisation').where({ organisation_id: access.organisationId }).update({
        min_password_length: rules.minPasswordLength, allows_other_characters: rules.allowsOtherCharacters, forces_auto_sign_out: rules.forcesAutoSignOut, forces_password_change: rules.forcesPasswordChange,
      })
      await note(trx, access, 'organisation.change', { signInRules: rules })
      return find(trx, access)
    }),
  }
}

/** The policy for new passwords of an account: as long as the strictest of its organisations asks, and other characters where all of them take them. */
export async function passwordPolicyOf(db: Db, accountId: string): Promise<PasswordPolicy> {
  const found = await db('membership').join('organisation', 'organisation.organisation_id', 'membership.organisation_id').where({ account_id: accountId, state: 'active' })
    .select<Pick<RulesRow, 'min_password_length' | 'allows_other_characters'>[]>('min_password_length', 'allows_other_characters')
  return {
    ...standardPasswordPolicy, minLength: Math.max(standardPasswordPolicy.minLength, ...found.map((row) => row.min_password_length)),
    allowsOtherCharacters: found.length > 0 && found.every((row) => row.allows_other_characters),
  }
}
