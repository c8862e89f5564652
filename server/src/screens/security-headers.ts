/** What the page may load and run, and who may hold it. */

/** Its own files; the import map, by its hash; and style elements that its own scripts made, which know the nonce (decision 0026). Nothing of elsewhere, and nothing inline. */
export const contentSecurityPolicy = (nonce: string, importMapHash: string): string => [
  "default-src 'none'",
  `script-src 'self' ${importMapHash}`,
  `style-src 'self' 'nonce-${nonce}'`,
  "img-src 'self' blob: data:",
  // Videos among a study's attachments.
  "media-src 'self'",
  "font-src 'self'",
  "connect-src 'self'",
  // The viewer.
  "frame-src 'self'",
  "worker-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "object-src 'none'",
].join('; ')

/** Of every file and of the page itself. */
export const commonHeaders = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
} as const

/** Of the page. What it does not use it gives up; the camera it will scan codes with is its own. */
export const pageHeaders = {
  ...commonHeaders,
  'cross-origin-opener-policy': 'same-origin',
  'permissions-policy': 'accelerometer=(), autoplay=(), camera=(self), display-capture=(self), geolocation=(), gyroscope=(), magnetometer=(), microphone=(self), midi=(), payment=(), usb=()',
  'x-frame-options': 'DENY',
  // The nonce is of this answer alone.
  'cache-control': 'no-store',
} as const
