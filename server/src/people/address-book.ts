/** Whom a person may write to and invite (ORG-31): his own organisation, those of its consortia, and those it is paired with. Never how to phone them. */
import type { ContactOrganisation, ContactPage, ContactPerson, ContactQuery, ContactRelation, OrganisationKind } from '@isocenter/contracts'
import { Type, type Static } from 'typebox'
import type { Access } from '../identity/index.ts'
import { decodeCursor, encodeCursor } from '../platform/cursor.ts'
import { rows, type Db } from '../platform/db.ts'
import type { AvatarPicture, Avatars } from './avatars.ts'
import { accountIn } from './common.ts'
import { leastAlike, mayBeMistyped, whereNamed, wordsOf, type Likeness, type WordSearch } from './name-search.ts'
import { noSuchContact } from './problems.ts'
import { pictureMark } from './profile.ts'

export interface AddressBook {
  /** Organisations within reach with their departments, the own one first. */
  readonly organisations: (access: Access) => Promise<ContactOrganisation[]>
  /** Active members within reach, by name. */
  readonly list: (access: Access, query: ContactQuery, page: { readonly cursor: string | undefined; readonly limit: number }) => Promise<ContactPage>
  /** @throws noSuchContact 404, noSuchAvatar 404 */
  readonly avatar: (access: Access, membershipId: string) => Promise<AvatarPicture>
}

interface OrganisationRow {
  readonly organisation_id: string
  readonly number: string
  readonly kind: OrganisationKind
  readonly name: string
  readonly relations: ContactRelation[]
  readonly people: string
}

interface DepartmentRow {
  readonly organisation_id: string
  readonly department_id: string
  readonly name: string
  readonly parent_id: string | null
  readonly people: string
}

interface PersonRow {
  readonly membership_id: string
  readonly name: string
  readonly introduction: string | null
  readonly avatar: Buffer | null
  readonly organisation_id: string
  readonly number: string
  readonly kind: OrganisationKind
  readonly organisation_name: string
  readonly department_id: string | null
  readonly department_name: string | null
}

const Position = Type.Tuple([Type.Enum(['typed', 'nearly']), Type.String(), Type.String({ format: 'uuid' })])

/**
 * The organisations one reaches from its own, with why. Consortia bind hospitals to each other and to the consortium itself; a pairing that stands binds a
 * hospital and a team.
 */
const reachSql = `
  select ?::bigint as organisation_id, 'own' as relation
  union all select fellow.hospital_id, 'consortium' from consortium_hospital as own join consortium_hospital as fellow using (consortium_id) where own.hospital_id = ? and fellow.hospital_id <> ?
  union all select consortium_id, 'consortium' from consortium_hospital where hospital_id = ?
  union all select hospital_id, 'consortium' from consortium_hospital where consortium_id = ?
  union all select team_id, 'paired' from pairing where hospital_id = ? and state = 'paired'
  union all select hospital_id, 'paired' from pairing where team_id = ? and state = 'paired'`

const reachBindings = ({ organisationId }: Access): string[] => Array.from({ length: 7 }, () => organisationId)

export function createAddressBook({ db, avatars }: { readonly db: Db; readonly avatars: Avatars }): AddressBook {
  /** Found out first, so that Postgres knows how many people it is about to look at, not how many there might be. */
  const reach = async (db: Db, access: Access): Promise<string[]> =>
    (await rows<{ organisation_id: string }>(db, `select distinct organisation_id from (${reachSql}) as each`, reachBindings(access))).map(({ organisation_id }) => organisation_id)

  const people = (db: Db, organisationIds: readonly string[]) => db('membership').where('membership.state', 'active').whereRaw('membership.organisation_id = any (?::bigint[])', [[...organisationIds]])
    .join('account', 'account.account_id', 'membership.account_id').where('account.state', 'active')

  const page = async (
    db: Db,
    access: Access,
    { organisationId, departmentId }: ContactQuery,
    words: readonly WordSearch[],
    how: Likeness,
    after: Static<typeof Position> | undefined,
    limit: number,
  ): Promise<ContactPage> => {
    const reached = await reach(db, access)
    const query = people(db, organisationId === undefined ? reached : reached.filter((one) => one === organisationId))
      .join('organisation', 'organisation.organisation_id', 'membership.organisation_id')
      .leftJoin('department', 'department.department_id', 'membership.department_id')
      .leftJoin('account_avatar', 'account_avatar.account_id', 'account.account_id').orderBy(['account.name', 'membership.membership_id']).limit(limit + 1)
    if (departmentId !== undefined) void query.where('membership.department_id', departmentId)
    whereNamed(query, words, how)
    if (after) void query.whereRaw('(account.name, membership.membership_id) > (?, ?::uuid)', [after[1], after[2]])
    const found = await query.select<PersonRow[]>('membership.membership_id', 'account.name', db.raw('coalesce(membership.introduction, account.introduction) as introduction'), 'account_avatar.sha256 as avatar',
      'organisation.organisation_id', 'organisation.number', 'organisation.kind', 'organisation.name as organisation_name', 'department.department_id', 'department.name as department_name')
    const last = found.length > limit ? found[limit - 1] : undefined
    return { items: found.slice(0, limit).map(toPerson), ...(last ? { next: encodeCursor([how, last.name, last.membership_id]) } : {}) }
  }

  return {
    organisations: async (access) => {
      accountIn(access)
      const found = await rows<OrganisationRow>(db, `
        with reach as (select organisation_id, array_agg(distinct relation order by relation) as relations from (${reachSql}) as each group by organisation_id)
        select organisation_id, number, kind, name, relations,
          (select count(*) from membership join account using (account_id) where membership.organisation_id = organisation.organisation_id and membership.state = 'active' and account.state = 'active') as people
        from reach join organisation using (organisation_id) order by 'own' = any (relations) desc, name, organisation_id`, reachBindings(access))
      const departments = await rows<DepartmentRow>(db, `
        select organisation_id, department_id, name, parent_id, (
          select count(*) from membership
          where membership.department_id = department.department_id and membership.organisation_id = department.organisation_id and state = 'active'
        ) as people
        from department where organisation_id = any (?::bigint[]) order by name, department_id`, [found.map(({ organisation_id }) => organisation_id)])
      return found.map(({ organisation_id, number, kind, name, relations, people }) => ({
        organisationId: organisation_id, number, kind, name, relations, people: Number(people),
        departments: departments.filter((one) => one.organisation_id === organisation_id)
          .map((one) => ({ departmentId: one.department_id, name: one.name, people: Number(one.people), ...(one.parent_id === null ? {} : { parentId: one.parent_id }) })),
      }))
    },

    list: async (access, query, { cursor, limit }) => {
      accountIn(access)
      const after = decodeCursor(cursor, Position)
      const words = wordsOf(query.search ?? '')
      if (after?.[0] !== 'nearly') {
        const found = await page(db, access, query, words, 'typed', after, limit)
        if (found.items.length > 0 || after !== undefined || !words.some(mayBeMistyped)) return found
      }
      // Nobody is called what was typed: whoever is called nearly so.
      return db.transaction(async (trx) => {
        await rows(trx, `set local pg_trgm.word_similarity_threshold = ${String(leastAlike)}`, [])
        return page(trx, access, query, words, 'nearly', after, limit)
      })
    },

    avatar: async (access, membershipId) => {
      accountIn(access)
      const row = await people(db, await reach(db, access)).where('membership.membership_id', membershipId).first<{ account_id: string } | undefined>('account.account_id')
      if (row === undefined) throw noSuchContact('Nobody within your reach has this id.')
      return avatars.find(row.account_id)
    },
  }
}

const toPerson = (row: PersonRow): ContactPerson => ({
  membershipId: row.membership_id, name: row.name, organisation: { organisationId: row.organisation_id, number: row.number, kind: row.kind, name: row.organisation_name },
  ...(row.department_id === null ? {} : { department: { departmentId: row.department_id, name: row.department_name ?? '' } }),
  ...(row.introduction === null || row.introduction === '' ? {} : { introduction: row.introduction }),
  ...(row.avatar === null ? {} : { avatar: pictureMark(row.avatar) }),
})
