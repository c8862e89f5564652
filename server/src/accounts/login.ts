/** What people type to say who they are: a phone number however it is written, or a login name. */

/** ITU country calling code of numbers written without one. */
const ownCountryCode = '86'

export type Login = { readonly kind: 'phone'; readonly value: string } | { readonly kind: 'loginName'; readonly value: string }

/** In E.164 where it is a phone number; undefined for what can be neither. */
export function readLogin(text: string): Login | undefined {
  const phone = readPhone(text)
  if (phone !== undefined) return { kind: 'phone', value: phone }
  const name = text.trim().toLowerCase()
  return /^[a-z0-9._-]{2,64}$/.test(name) && /[a-z]/.test(name) ? { kind: 'loginName', value: name } : undefined
}

/** E.164 (`+8613800138000`); undefined for what is no phone number. */
export function readPhone(text: string): string | undefined {
  const digits = text.normalize('NFKC').replace(/[\s().‐–—-]/g, '').replace(/^00/, '+')
  const international = digits.startsWith('+') ? digits : `+${ownCountryCode}${digits.replace(/^0/, '')}`
  return /^\+[1-9]\d{5,14}$/.test(international) ? international : undefined
}
