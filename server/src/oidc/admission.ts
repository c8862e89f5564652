/** What a provider says of a person, and whether the organisation lets such a person in. */
import type { Provider } from './store.ts'

/** Claims of the ID token and of UserInfo (OpenID Connect Core §5.1). */
export type Claims = Readonly<Record<string, unknown>>

const text = (value: unknown): string | undefined => (typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined)

/** An address the provider says it has verified; what it only says is no proof of anything. */
export const verifiedEmail = (claims: Claims): string | undefined => (claims['email_verified'] === true ? text(claims['email'])?.toLowerCase() : undefined)
export const verifiedPhone = (claims: Claims): string | undefined => (claims['phone_number_verified'] === true ? text(claims['phone_number']) : undefined)

/** What a person knows the identity by. */
export const labelOf = (claims: Claims): string | undefined => (text(claims['email']) ?? text(claims['preferred_username']) ?? text(claims['name']))?.slice(0, 200)

/** Which claims must be known before anything is decided. */
export function neededClaims({ emailDomains, requiredClaim, linksBy }: Pick<Provider, 'emailDomains' | 'requiredClaim' | 'linksBy'>): string[] {
  return [
    ...(emailDomains.length > 0 || linksBy === 'email' ? ['email', 'email_verified'] : []),
    ...(linksBy === 'phone' ? ['phone_number', 'phone_number_verified'] : []),
    ...(requiredClaim === undefined ? [] : [requiredClaim.name]),
  ]
}

/** True for who has what the organisation asks for: an address in one of its domains, a claim. */
export function isAdmitted({ emailDomains, requiredClaim }: Pick<Provider, 'emailDomains' | 'requiredClaim'>, claims: Claims): boolean {
  if (emailDomains.length > 0) {
    const email = verifiedEmail(claims)
    const domain = email?.slice(email.lastIndexOf('@') + 1)
    if (email?.includes('@') !== true || !emailDomains.some((allowed) => allowed.toLowerCase() === domain)) return false
  }
  if (requiredClaim === undefined) return true
  const value = claims[requiredClaim.name]
  const members: readonly unknown[] = Array.isArray(value) ? value : [value]
  return members.some((member) => ['string', 'number', 'boolean'].includes(typeof member) && String(member) === requiredClaim.value)
}
