/** The signature a person signs reports with (PC-09). Every one that was ever set is kept, for the reports that show it. */
import { createHash } from 'node:crypto'
import type { Signature, SignatureSource } from '@isocenter/contracts'
import type { Db, Trx } from '../platform/db.ts'
import { lockHolder, noteOwn, type Holder } from './common.ts'
import { signatureOf } from './pictures.ts'
import { pictureMark } from './profile.ts'
import { noSuchSignature } from './problems.ts'

export interface SignaturePicture {
  readonly version: number
  readonly png: Buffer
  readonly etag: string
}

export interface Signatures {
  /** @throws noSuchSignature 404 */
  readonly find: (holder: Holder) => Promise<Signature>
  /** @throws noSuchSignature 404 */
  readonly picture: (holder: Holder) => Promise<SignaturePicture>
  /** Signs with this one from now on. @throws signatureRefused 422 */
  readonly put: (holder: Holder, source: SignatureSource, bytes: Uint8Array) => Promise<Signature>
  /** Signs with none; the pictures stay for the reports that show them. @throws noSuchSignature 404 */
  readonly remove: (holder: Holder) => Promise<void>
}

interface SignatureRow {
  readonly version: number
  readonly source: SignatureSource
  readonly created_at: Date
}

export const toSignature = ({ version, source, created_at }: SignatureRow): Signature => ({ version, source, createdAt: created_at.toISOString() })
const noneSet = () => noSuchSignature('None has been set.')

/** Puts a cleaned picture in the place of the signature there is. */
export async function setSignature(trx: Trx, accountId: string, source: SignatureSource, png: Buffer, now: Date): Promise<Signature> {
  await lockHolder(trx, accountId)
  await trx('signature').where({ account_id: accountId }).whereNull('retired_at').update({ retired_at: now })
  const last = await trx('signature').where({ account_id: accountId }).max<{ max: number | null }[]>('version')
  const row = { version: (last[0]?.max ?? 0) + 1, source, created_at: now }
  await trx('signature').insert({ account_id: accountId, ...row, png, sha256: createHash('sha256').update(png).digest() })
  await noteOwn(trx, accountId, 'account.signature', { version: row.version, source })
  return toSignature(row)
}

export function createSignatures({ db, now }: { readonly db: Db; readonly now: () => Date }): Signatures {
  const current = (db: Db, accountId: string) => db('signature').where({ account_id: accountId }).whereNull('retired_at')
  return {
    find: async ({ accountId }) => {
      const row = await current(db, accountId).first<SignatureRow | undefined>('version', 'source', 'created_at')
      if (row === undefined) throw noneSet()
      return toSignature(row)
    },

    picture: async ({ accountId }) => {
      const row = await current(db, accountId).first<{ version: number; png: Buffer; sha256: Buffer } | undefined>('version', 'png', 'sha256')
      if (row === undefined) throw noneSet()
      return { version: row.version, png: row.png, etag: `"${pictureMark(row.sha256)}"` }
    },

    put: async ({ accountId }, source, bytes) => {
      const png = await signatureOf(bytes)
      return db.transaction((trx) => setSignature(trx, accountId, source, png, now()))
    },

    remove: ({ accountId }) => db.transaction(async (trx) => {
      await lockHolder(trx, accountId)
      if (await current(trx, accountId).update({ retired_at: now() }) === 0) throw noneSet()
      await noteOwn(trx, accountId, 'account.signature', { isRemoved: true })
    }),
  }
}
