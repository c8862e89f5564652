/** What is done for API keys in the background. */
import type { Tasks } from '../jobs/index.ts'
import { publish } from '../notifications/index.ts'
import type { Db } from '../platform/db.ts'

const dayMs = 86_400_000
/** Time for a program's people to put another key in its place. */
const toldBeforeDays = 14
/** Keys looked at in one turn; the rest come with the next. */
const mostAtOnce = 500

interface ExpiringRow {
  readonly api_key_id: string
  readonly organisation_id: string
  readonly name: string
  readonly organisation: string
  readonly expires_at: Date
}

/** Tells of keys that end within two weeks, of each once for each end it has been given. */
export async function tellOfExpiring(db: Db, now: Date): Promise<void> {
  await db.transaction(async (trx) => {
    const expiring = await trx('api_key').join('organisation', 'organisation.organisation_id', 'api_key.organisation_id').whereNull('revoked_at')
      .where('expires_at', '>', now).where('expires_at', '<=', new Date(now.getTime() + toldBeforeDays * dayMs)).where((one) => one.whereNull('end_told_of').orWhereRaw('end_told_of <> expires_at'))
      .orderBy('expires_at').limit(mostAtOnce).forUpdate('api_key').skipLocked().select<ExpiringRow[]>('api_key_id', 'api_key.organisation_id', 'api_key.name', 'organisation.name as organisation', 'expires_at')
    for (const { api_key_id, organisation_id, name, organisation, expires_at } of expiring) {
      // From the row itself: a Date has milliseconds, the column has microseconds.
      await trx('api_key').where({ api_key_id }).update({ end_told_of: trx.ref('expires_at') })
      await publish(trx, {
        event: 'api-key.expiring',
        organisationId: organisation_id,
        recordId: api_key_id,
        expiresAt: expires_at,
        details: { organisation, name, days: Math.ceil((expires_at.getTime() - now.getTime()) / dayMs) },
      })
    }
  })
}

export function apiKeyTasks(db: Db): Tasks {
  return { tasks: { 'tell-of-expiring-keys': async () => { await tellOfExpiring(db, new Date()) } }, schedule: ['17 * * * * tell-of-expiring-keys'] }
}
