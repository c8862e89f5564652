import { namedRows, type Db } from '../platform/db.ts'

/** Who owns studies: a hospital, a practice, a diagnosis team. */
export interface Organisation {
  /** bigint as text */
  readonly organisationId: string
  /** What addresses and commands call it. */
  readonly slug: string
  readonly name: string
  /** Character set to read text by when an object names none, a term of (0008,0005). */
  readonly fallbackCharset: string | undefined
}

interface OrganisationRow {
  readonly organisation_id: string
  readonly slug: string
  readonly name: string
  readonly fallback_charset: string | null
}

const columns = ['organisation_id', 'slug', 'name', 'fallback_charset'] as const

const toOrganisation = (row: OrganisationRow): Organisation => ({
  organisationId: row.organisation_id,
  slug: row.slug,
  name: row.name,
  fallbackCharset: row.fallback_charset ?? undefined,
})

/** The organisation of that slug, undefined when there is none. */
export async function organisationBySlug(db: Db, slug: string): Promise<Organisation | undefined> {
  const row = await db('organisation').where({ slug }).first<OrganisationRow | undefined>(...columns)
  return row && toOrganisation(row)
}

/** Every store request asks for its organisation. */
const byIdStatement = { name: 'read-organisation', text: `select ${columns.join(', ')} from organisation where organisation_id = $1` }

/** The organisation of that id, undefined when there is none. */
export async function organisationById(db: Db, organisationId: string): Promise<Organisation | undefined> {
  const [row] = await namedRows<OrganisationRow>(db, byIdStatement, [organisationId])
  return row && toOrganisation(row)
}

/** Ids of all organisations, oldest first. */
export async function organisationIds(db: Db): Promise<string[]> {
  return db('organisation').orderBy('organisation_id').pluck<string[]>('organisation_id')
}

/** The organisation of that slug, made when it is missing; two servers that start at once make one. */
export async function ensureDefaultOrganisation(db: Db, slug: string, name = slug): Promise<Organisation> {
  await db('organisation').insert({ slug, name }).onConflict('slug').ignore()
  const organisation = await organisationBySlug(db, slug)
  if (!organisation) throw new Error(`The organisation ${slug} was removed while it was being made.`)
  return organisation
}
