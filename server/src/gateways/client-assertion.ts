/** Client assertions: how a gateway proves who it is without a secret that travels (RFC 7523 §3, private_key_jwt). */
import type { PublicKey } from '@isocenter/contracts'
import { decodeJwt, errors, importJWK, jwtVerify, type CryptoKey } from 'jose'

const algorithm = 'ES256'
/** Clocks in hospitals are set by hand. Gateways of ours go by the server's `Date` and need none of this. */
export const clockToleranceSeconds = 60
/** Longest an assertion may be good for, and therefore its jti be remembered. */
export const maxAssertionSeconds = 300
const maxJtiLength = 128

export interface Assertion {
  readonly jti: string
  /** seconds since 1970 */
  readonly expiresAt: number
}

/** Undefined for what is no public key of P-256. */
export async function importPublicKey({ kty, crv, x, y }: PublicKey): Promise<CryptoKey | undefined> {
  try {
    return await importJWK({ kty, crv, x, y }, algorithm)
  } catch (error) {
    if (error instanceof errors.JOSEError || error instanceof DOMException || error instanceof TypeError) return undefined
    throw error
  }
}

/** Who an assertion says it is of, before anything of it is believed; undefined for what is no JWT of a gateway. */
export function claimedGateway(assertion: string): string | undefined {
  try {
    const { iss, sub } = decodeJwt(assertion)
    return iss === sub && sub !== undefined && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(sub) ? sub : undefined
  } catch (error) {
    if (error instanceof errors.JOSEError) return undefined
    throw error
  }
}

/** The assertion when it is signed by the key, for one of these audiences, and good now; undefined otherwise. */
export async function verifyAssertion(assertion: string, key: CryptoKey, { gatewayId, audiences, now }: { gatewayId: string; audiences: readonly string[]; now: Date }): Promise<Assertion | undefined> {
  try {
    const { payload } = await jwtVerify(assertion, key, {
      algorithms: [algorithm], issuer: gatewayId, subject: gatewayId, audience: [...audiences], currentDate: now,
      clockTolerance: clockToleranceSeconds, maxTokenAge: maxAssertionSeconds, requiredClaims: ['iss', 'sub', 'aud', 'exp', 'iat', 'jti'],
    })
    const { jti, exp, iat } = payload
    if (typeof jti !== 'string' || jti === '' || jti.length > maxJtiLength || exp === undefined || iat === undefined || exp - iat > maxAssertionSeconds) return undefined
    return { jti, expiresAt: exp }
  } catch (error) {
    if (error instanceof errors.JOSEError) return undefined
    throw error
  }
}
