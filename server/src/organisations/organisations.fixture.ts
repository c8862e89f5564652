/** Organisations and people for tests. */
import { randomInt } from 'node:crypto'
import type { OrganisationKind } from '@isocenter/contracts'
import type { Db } from '../platform/db.ts'
import { lockOrganisation } from './memberships.ts'

export const aPhone = (): string => `+861${String(randomInt(3e9, 1e10))}`

/** A row of the account table; how accounts are made is not what these tests are about. */
export async function anAccount(db: Db, organisationId: string, { phone = aPhone(), name = 'Li Hua' }: { phone?: string; name?: string } = {}): Promise<{ accountId: string; phone: string }> {
  const [row] = await db('account').insert({ organisation_id: organisationId, phone, name, created_by: 'test', must_set_password: false }).returning<{ account_id: string }[]>('account_id')
  return { accountId: String(row?.account_id), phone }
}

export async function anOrganisation(db: Db, kind: OrganisationKind, name: string = kind): Promise<{ organisationId: string; number: string; slug: string }> {
  const slug = `${kind}-${aPhone()}`
  const [row] = await db('organisation').insert({ slug, name, kind }).returning<{ organisation_id: string; number: string }[]>(['organisation_id', 'number'])
  const organisationId = String(row?.organisation_id)
  await db.transaction((trx) => lockOrganisation(trx, organisationId))
  return { organisationId, number: String(row?.number), slug }
}

/** The role of an organisation by which built-in role it was. */
export async function roleOf(db: Db, organisationId: string, builtIn: string): Promise<string> {
  const row = await db('role').where({ organisation_id: organisationId, built_in: builtIn }).first<{ role_id: string }>('role_id')
  return row.role_id
}

export async function aMember(db: Db, organisationId: string, builtIn: string, person: { phone?: string; name?: string; accountId?: string } = {}): Promise<{ accountId: string; membershipId: string; phone: string }> {
  const account = person.accountId === undefined ? await anAccount(db, organisationId, person) : { accountId: person.accountId, phone: '' }
  const [row] = await db('membership')
    .insert({ organisation_id: organisationId, account_id: account.accountId, role_id: await roleOf(db, organisationId, builtIn) })
    .returning<{ membership_id: string }[]>('membership_id')
  return { ...account, membershipId: String(row?.membership_id) }
}
