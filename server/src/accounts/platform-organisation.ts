import { record } from '../audit/index.ts'
import type { Db } from '../platform/db.ts'

/** The organisation of those who run the installation; made when the first of them is. */
export async function platformOrganisation(db: Db): Promise<string> {
  await db('organisation').insert({ slug: 'platform', name: 'Platform', kind: 'platform' }).onConflict('slug').ignore()
  const row = await db('organisation').where({ kind: 'platform' }).orderBy('organisation_id').first<{ organisation_id: string } | undefined>('organisation_id')
  if (row === undefined) throw new Error('An organisation of another kind is called platform.')
  return row.organisation_id
}

/** Writes into the trail of the platform that the signing keys were changed; `detail` holds their kids. */
export async function noteKeyRotation(db: Db, actor: string, detail: Readonly<Record<string, unknown>>): Promise<void> {
  await record(db, [{ organisationId: await platformOrganisation(db), actor, action: 'signing-key.rotate', outcome: 'success', detail }])
}
