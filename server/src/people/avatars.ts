/** Pictures of people: their own to change, for everybody to see who may see them at all. */
import { createHash } from 'node:crypto'
import type { Db } from '../platform/db.ts'
import { lockHolder, noteOwn, type Holder } from './common.ts'
import { avatarOf } from './pictures.ts'
import { noSuchAvatar } from './problems.ts'
import { pictureMark } from './profile.ts'

export interface AvatarPicture {
  readonly webp: Buffer
  readonly etag: string
}

export interface Avatars {
  /** @throws noSuchAvatar 404 */
  readonly find: (accountId: string) => Promise<AvatarPicture>
  /** @throws invalidPicture 422 */
  readonly put: (holder: Holder, bytes: Uint8Array) => Promise<void>
  readonly remove: (holder: Holder) => Promise<void>
}

export function createAvatars({ db, now }: { readonly db: Db; readonly now: () => Date }): Avatars {
  return {
    find: async (accountId) => {
      const row = await db('account_avatar').where({ account_id: accountId }).first<{ webp: Buffer; sha256: Buffer } | undefined>('webp', 'sha256')
      if (row === undefined) throw noSuchAvatar('None has been sent.')
      return { webp: row.webp, etag: `"${pictureMark(row.sha256)}"` }
    },

    put: async ({ accountId }, bytes) => {
      const webp = await avatarOf(bytes)
      const picture = { webp, sha256: createHash('sha256').update(webp).digest(), changed_at: now() }
      await db.transaction(async (trx) => {
        await lockHolder(trx, accountId)
        await trx('account_avatar').insert({ account_id: accountId, ...picture }).onConflict('account_id').merge(picture)
        await noteOwn(trx, accountId, 'account.profile', { fields: ['avatar'] })
      })
    },

    remove: async ({ accountId }) => {
      await db.transaction(async (trx) => {
        const removed = await trx('account_avatar').where({ account_id: accountId }).delete()
        if (removed > 0) await noteOwn(trx, accountId, 'account.profile', { fields: ['avatar'], isRemoved: true })
      })
    },
  }
}
