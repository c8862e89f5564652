/** Where signing in leads to: back to where somebody wanted to go, and never out of this server. */
const base = 'https://here.invalid'

/**
 * The address of `?next=`, when it is a page of ours other than signing in; else undefined. Read as a browser would read it, so that no
 * spelling (`//elsewhere`, `/\elsewhere`, a tab within) leads to another site.
 */
export function nextPlace(search: string): string | undefined {
  const next = new URLSearchParams(search).get('next')
  if (next === null || !next.startsWith('/') || !URL.canParse(next, base)) return undefined
  const url = new URL(next, base)
  // Dots that lead to the root may leave two slashes there (`/..//elsewhere`), which to a browser begin another site.
  if (url.origin !== base || url.pathname.startsWith('//') || /^\/(sign-in|reset-password|api|dicom-web|wado|apps)(\/|$)/.test(url.pathname)) return undefined
  return url.pathname + url.search + url.hash
}

/** The address of signing in that leads back to `place`. */
export const signInFor = (place: string): string => (place === '/' || place === '/workbench' ? '/sign-in' : `/sign-in?next=${encodeURIComponent(place)}`)
