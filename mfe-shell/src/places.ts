/** Which address belongs to which application, and what stands around it. Knows addresses only: no framework, no pages. */

/** What an address shows: with the frame around it or bare, and to whom. */
export interface Place {
  readonly application: string
  readonly path: RegExp
  /** `framed`: within navigation and header; `bare`: alone. */
  readonly layout: 'framed' | 'bare'
  /** Who may see it: who is signed in, who is about to be, or anybody. */
  readonly audience: 'signedIn' | 'signingIn' | 'anybody'
}

export const places: readonly Place[] = [
  // The page a phone opens from the QR code on a desktop: for who is signed in there, and for who never was.
  { application: 'qr-approval', path: /^\/sign-in\/qr\/?$/, layout: 'bare', audience: 'anybody' },
  { application: 'sign-in', path: /^\/(sign-in|reset-password)(\/|$)/, layout: 'bare', audience: 'signingIn' },
  { application: 'workbench', path: /^\/(workbench)?\/?$/, layout: 'framed', audience: 'signedIn' },
  { application: 'api-reference', path: /^\/api\/docs\/?$/, layout: 'bare', audience: 'anybody' },
  { application: 'notifications', path: /^\/notifications\/?$/, layout: 'framed', audience: 'signedIn' },
  { application: 'personal-centre', path: /^\/me(\/|$)/, layout: 'framed', audience: 'signedIn' },
  // A phone that signs is not signed in: the token in the address is all it has.
  { application: 'phone-signing', path: /^\/sign\/?$/, layout: 'bare', audience: 'anybody' },
  // Whoever holds a share link; its token is behind the #.
  { application: 'share', path: /^\/s\/[A-Za-z0-9_-]{16}\/?$/, layout: 'bare', audience: 'anybody' },
  { application: 'downloads', path: /^\/o\/\d+\/downloads\/?$/, layout: 'framed', audience: 'signedIn' },
  { application: 'film', path: /^\/o\/\d+\/film\/?$/, layout: 'framed', audience: 'signedIn' },
  { application: 'share-links', path: /^\/o\/\d+\/shares\/?$/, layout: 'framed', audience: 'signedIn' },
  { application: 'home', path: /^\/o\/\d+(\/home)?\/?$/, layout: 'framed', audience: 'signedIn' },
  { application: 'information', path: /^\/o\/\d+\/information\/?$/, layout: 'framed', audience: 'signedIn' },
  { application: 'studies', path: /^\/o\/\d+\/studies\/?$/, layout: 'framed', audience: 'signedIn' },
  { application: 'viewer', path: /^\/o\/\d+\/viewer\/?$/, layout: 'bare', audience: 'signedIn' },
  { application: 'admin', path: /^\/o\/\d+\/admin(\/|$)/, layout: 'framed', audience: 'signedIn' },
]

/** For addresses that are nobody's: they say so, within the frame. */
const nowhere: Place = { application: 'not-found', path: /(?:)/, layout: 'framed', audience: 'signedIn' }

export const placeOf = (path: string): Place => places.find((place) => place.path.test(path)) ?? nowhere

/** The organisation an address is about: every tab has its own. */
export const organisationOf = (path: string): string | undefined => /^\/o\/([1-9]\d{0,17})(?=\/|$)/.exec(path)?.[1]
