/** Where an organisation's own program is told: one address each, with a secret that signs. */
import { randomBytes } from 'node:crypto'
import type { NotificationWebhook, NotificationWebhookSecret } from '@isocenter/contracts'
import { record } from '../audit/index.ts'
import { actorOf, type Access, type Sealing } from '../identity/index.ts'
import type { Db } from '../platform/db.ts'
import type { WebhookTarget } from './channels/webhook.ts'
import { invalidWebhook, noWebhook } from './problems.ts'

const purpose = 'notification-webhook'

interface WebhookRow {
  readonly url: string
  readonly sealed: Buffer
  readonly sealed_with: string
  readonly changed_at: Date
}

export interface Webhooks {
  /** @throws noWebhook 404 */
  readonly find: (access: Access) => Promise<NotificationWebhook>
  /** Each address has a secret of its own, told once. @throws invalidWebhook 422 */
  readonly set: (access: Access, url: string) => Promise<NotificationWebhookSecret>
  readonly remove: (access: Access) => Promise<void>
  readonly targetOf: (organisationId: string) => Promise<WebhookTarget | undefined>
}

export function createWebhooks({ db, sealing, trustedOrigins, now }: { readonly db: Db; readonly sealing: Sealing; readonly trustedOrigins: readonly string[]; readonly now: () => Date }): Webhooks {
  const toWebhook = ({ url, changed_at }: Pick<WebhookRow, 'url' | 'changed_at'>): NotificationWebhook => ({ url, hasSecret: true, changedAt: changed_at.toISOString() })
  return {
    find: async ({ organisationId }) => {
      const row = await db('notification_webhook').where({ organisation_id: organisationId }).first<WebhookRow | undefined>()
      if (row === undefined) throw noWebhook('No program of your organisation is told.')
      return toWebhook(row)
    },
    set: async (access, url) => {
      if (!URL.canParse(url) || new URL(url).username !== '') throw invalidWebhook('"url" is no address, or one with a password in it.')
      if (new URL(url).protocol !== 'https:' && !trustedOrigins.includes(new URL(url).origin)) throw invalidWebhook('"url" must be an HTTPS address.')
      const secret = randomBytes(32).toString('base64url')
      const { kid, bytes } = sealing.seal(secret, purpose)
      const values = { url, sealed: bytes, sealed_with: kid, changed_at: now() }
      await db.transaction(async (trx) => {
        await trx('notification_webhook').insert({ organisation_id: access.organisationId, ...values }).onConflict('organisation_id').merge(values)
        await record(trx, [{ organisationId: access.organisationId, actor: actorOf(access), action: 'notification-rule.change', outcome: 'success', detail: { webhook: new URL(url).host } }])
      })
      return { ...toWebhook(values), secret }
    },
    remove: (access) => db.transaction(async (trx) => {
      await trx('notification_webhook').where({ organisation_id: access.organisationId }).delete()
      await record(trx, [{ organisationId: access.organisationId, actor: actorOf(access), action: 'notification-rule.change', outcome: 'success', detail: { webhook: 'removed' } }])
    }),
    targetOf: async (organisationId) => {
      const row = await db('notification_webhook').where({ organisation_id: organisationId }).first<WebhookRow | undefined>()
      const secret = row && sealing.open({ kid: row.sealed_with, bytes: row.sealed }, purpose)
      return row === undefined || secret === undefined ? undefined : { url: row.url, secret }
    },
  }
}
