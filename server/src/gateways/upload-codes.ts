/** The upload code of each organisation: what enrols its gateways (D-68). Made when first needed, shown to who may see it, rotated. */
import { timingSafeEqual } from 'node:crypto'
import type { UploadCode } from '@isocenter/contracts'
import { record } from '../audit/index.ts'
import type { Sealing } from '../identity/index.ts'
import { publish } from '../notifications/index.ts'
import type { Db, Trx } from '../platform/db.ts'
import { newUploadCode, uploadCodeHash } from './code.ts'
import { uploadCodeUnreadable } from './problems.ts'

interface UploadCodeRow {
  readonly organisation_id: string
  readonly code_sha256: Buffer
  readonly sealed: Buffer
  readonly sealed_with: string
  readonly rotated_at: Date
}

const purposeOf = (organisationId: string) => `upload-code:${organisationId}`

/**
 * The organisation's code.
 * @throws uploadCodeUnreadable 409 when the key it was sealed under has been taken out of the key file; it still enrols
 */
export async function readUploadCode(db: Db, sealing: Sealing, organisationId: string, actor: string): Promise<UploadCode> {
  return db.transaction(async (db) => {
    await put(db, sealing, organisationId, 'unlessThere')
    const row = await db('upload_code').where({ organisation_id: organisationId }).first<UploadCodeRow>()
    const uploadCode = sealing.open({ kid: row.sealed_with, bytes: row.sealed }, purposeOf(organisationId))
    if (uploadCode === undefined) throw uploadCodeUnreadable('The key it was sealed under is gone. It still works; rotate it to see one again.')
    await record(db, [{ organisationId, actor, action: 'upload-code.read', outcome: 'success' }])
    return { uploadCode, rotatedAt: row.rotated_at.toISOString() }
  })
}

/** Puts a new code in place of the organisation's code, which enrols nobody from now on. Gateways that are enrolled stay so. */
export async function rotateUploadCode(db: Db, sealing: Sealing, organisationId: string, actor: string): Promise<UploadCode> {
  return db.transaction(async (db) => {
    const uploadCode = await put(db, sealing, organisationId, 'always')
    await record(db, [{ organisationId, actor, action: 'upload-code.rotate', outcome: 'success' }])
    const { name: organisation } = await db('organisation').where({ organisation_id: organisationId }).first<{ name: string }>('name')
    await publish(db, { event: 'upload-code.rotated', organisationId, details: { organisation } })
    const row = await db('upload_code').where({ organisation_id: organisationId }).first<UploadCodeRow>()
    return { uploadCode, rotatedAt: row.rotated_at.toISOString() }
  })
}

async function put(trx: Trx, sealing: Sealing, organisationId: string, when: 'always' | 'unlessThere'): Promise<string> {
  const code = newUploadCode()
  const { kid, bytes } = sealing.seal(code, purposeOf(organisationId))
  const insert = trx('upload_code').insert({ organisation_id: organisationId, code_sha256: uploadCodeHash(code), sealed: bytes, sealed_with: kid }).onConflict('organisation_id')
  await (when === 'always' ? insert.merge({ code_sha256: uploadCodeHash(code), sealed: bytes, sealed_with: kid, rotated_at: trx.fn.now() }) : insert.ignore())
  return code
}

/** The organisation a code belongs to; undefined for a code of nobody. Takes as long for one as for the other, as far as a caller can tell. */
export async function organisationOfCode(db: Db, code: string): Promise<string | undefined> {
  const hash = uploadCodeHash(code)
  const row = await db('upload_code').where({ code_sha256: hash }).first<UploadCodeRow | undefined>()
  return row !== undefined && timingSafeEqual(row.code_sha256, hash) ? row.organisation_id : undefined
}
