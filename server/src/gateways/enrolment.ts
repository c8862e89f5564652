/** How a gateway becomes known: it shows its organisation's upload code and leaves its public key. */
import type { Enrolment, EnrolmentRequest } from '@isocenter/contracts'
import { calculateJwkThumbprint } from 'jose'
import { record } from '../audit/index.ts'
import { organisationById } from '../catalogue/index.ts'
import { publish } from '../notifications/index.ts'
import { badRequest } from '../platform/problem.ts'
import { addressKey, createRateLimit } from '../platform/rate-limit.ts'
import type { Db } from '../platform/db.ts'
import { importPublicKey } from './client-assertion.ts'
import { uploadCodeHash } from './code.ts'
import { gatewayRevoked, unknownUploadCode } from './problems.ts'
import { organisationOfCode } from './upload-codes.ts'

/** Wrong codes of one address: a technician who mistypes has some at once. */
const wrongCodes = { burst: 10, refillMs: 30_000 }
/** Enrolments by one code: a code that has got about fills nobody's list in a night. */
const byCode = { burst: 30, refillMs: 60_000 }

export interface EnrolmentDeps {
  readonly db: Db
  readonly tokenAudience: string
}

export type Enrol = (request: EnrolmentRequest, address: string) => Promise<Enrolment>

/** Enrolment of one server process. */
export function createEnrolment({ db, tokenAudience }: EnrolmentDeps): Enrol {
  const addresses = createRateLimit(wrongCodes)
  const codes = createRateLimit(byCode)

  /**
   * Enrols a gateway with the organisation whose code it shows. The same key again is the same gateway: its first answer was lost.
   * @throws unknownUploadCode 403, gatewayRevoked 403, tooManyRequests 429, badRequest 400 for a key that is no point of the curve
   */
  return async ({ uploadCode, name, publicKey, version }, address) => {
    addresses.check(addressKey(address))
    if (await importPublicKey(publicKey) === undefined) throw badRequest('"publicKey" is not a public key of P-256.')
    addresses.use(addressKey(address))
    const organisationId = await organisationOfCode(db, uploadCode)
    const organisation = organisationId === undefined ? undefined : await organisationById(db, organisationId)
    if (organisation === undefined) throw unknownUploadCode('Ask the administrator of your organisation for its upload code; it may have been changed.')
    addresses.giveBack(addressKey(address))
    const codeKey = uploadCodeHash(uploadCode).toString('hex')
    codes.check(codeKey)
    codes.use(codeKey)
    const thumbprint = await calculateJwkThumbprint(publicKey)
    const gatewayId = await db.transaction(async (db) => {
      const made = await db('gateway').insert({ organisation_id: organisation.organisationId, name: name.trim(), version, public_key: JSON.stringify(publicKey), key_thumbprint: thumbprint })
        .onConflict(['organisation_id', 'key_thumbprint']).ignore().returning('gateway_id')
      const gateway = await db('gateway').where({ organisation_id: organisation.organisationId, key_thumbprint: thumbprint }).first<{ gateway_id: string; revoked_at: Date | null }>('gateway_id', 'revoked_at')
      await record(db, [{
        organisationId: organisation.organisationId, actor: `gateway:${gateway.gateway_id}`, action: 'gateway.enrol',
        outcome: gateway.revoked_at === null ? 'success' : 'refused', detail: { gatewayId: gateway.gateway_id, version, address },
      }])
      if (made.length > 0) await publish(db, { event: 'gateway.enrolled', organisationId: organisation.organisationId, recordId: gateway.gateway_id, details: { organisation: organisation.name, gateway: name.trim() } })
      return gateway.revoked_at === null ? gateway.gateway_id : undefined
    })
    if (gatewayId === undefined) throw gatewayRevoked('A revoked gateway enrols with a new key.')
    return { gatewayId, organisation: { slug: organisation.slug, name: organisation.name }, tokenAudience }
  }
}
