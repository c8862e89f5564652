/** The page's root: which application is at work at which address. No UI framework: applications bring their own. */
import { session } from '@isocenter/api-client'
import type { OwnMembership } from '@isocenter/contracts'
import { addErrorHandler, getAppStatus, LOAD_ERROR, registerApplication, start, triggerAppChange, type LifeCycles } from 'single-spa'
import { landing } from './landing.ts'
import { nextPlace, signInFor } from './next-place.ts'
import { organisationOf, placeOf } from './places.ts'
import { prepareViewer } from './prepare-viewer.ts'
import { showFailure } from './failure.ts'
import { keepSession } from './keep-session.ts'
import './shell.css'

type Load = () => Promise<LifeCycles>

/** Every application by the name its places have. Of others' builds the import map knows where they are. */
const applications: Readonly<Record<string, Load>> = {
  'sign-in': () => import('./sign-in/index.ts'),
  workbench: () => import('./workbench/index.ts'),
  information: () => import('./information/index.ts'),
  home: () => import('./home/index.ts'),
  studies: () => import('./studies/index.ts'),
  'api-reference': () => import('./api-reference/index.ts'),
  notifications: () => import('./notifications/index.ts'),
  'personal-centre': () => import('./personal-centre/index.ts'),
  'qr-approval': () => import('./qr-approval/index.ts'),
  'phone-signing': () => import('./phone-signing/index.ts'),
  share: () => import('./share/visitor.ts'),
  downloads: () => import('./downloads/index.ts'),
  film: () => import('./film/index.ts'),
  'share-links': () => import('./share/index.ts'),
  'not-found': () => import('./not-found/index.ts'),
  admin: () => import('@isocenter/mfe-admin'),
  viewer: () => import('@isocenter/mfe-viewer'),
}

const here = () => location.pathname + location.search + location.hash

/** True when what stands at this address may be shown to who is there now. */
function isShown(path: string): boolean {
  const { audience } = placeOf(path)
  const { kind } = session.get()
  if (audience === 'anybody') return true
  return audience === 'signedIn' ? kind === 'signedIn' : kind === 'signedOut' || kind === 'restricted'
}

/** Sends who is at the wrong door to the right one; true when somebody was sent. */
function redirect(): boolean {
  const { audience } = placeOf(location.pathname)
  const state = session.get()
  if (audience === 'signedIn' && (state.kind === 'signedOut' || state.kind === 'restricted')) {
    go(state.kind === 'signedOut' && state.isWanted === true ? '/sign-in' : signInFor(here()))
    return true
  }
  if (audience === 'signingIn' && state.kind === 'signedIn') {
    leaveEntrance(state.memberships)
    return true
  }
  return false
}

let isLeaving = false
/** Goes to where somebody wanted to go before signing in, or to where he begins. */
function leaveEntrance(memberships: readonly OwnMembership[]): void {
  const next = nextPlace(location.search)
  if (next !== undefined) {
    go(next)
    return
  }
  if (isLeaving) return
  isLeaving = true
  void landing(memberships, location.pathname).then(go).finally(() => { isLeaving = false })
}

function go(address: string): void {
  history.replaceState(null, '', address)
}

/** What stands around the content, and where a new page begins: at its top, for eyes, keyboard and screen readers. */
let shownPath: string | undefined
function arrange(): void {
  const { layout } = placeOf(location.pathname)
  document.body.dataset['layout'] = session.get().kind === 'unknown' ? 'none' : layout
  if (shownPath !== undefined && shownPath !== location.pathname) {
    document.getElementById('content')?.focus({ preventScroll: true })
    scrollTo(0, 0)
  }
  shownPath = location.pathname
  prepareViewer(placeOf(location.pathname).application === 'studies' ? organisationOf(location.pathname) : undefined)
}

for (const [name, load] of Object.entries(applications)) {
  registerApplication({ name, app: load, activeWhen: ({ pathname }) => placeOf(pathname).application === name && isShown(pathname) })
}
registerApplication({
  name: 'frame',
  app: () => import('./frame/index.ts'),
  activeWhen: ({ pathname }) => placeOf(pathname).layout === 'framed' && isShown(pathname),
})

addErrorHandler((error) => {
  showFailure(error, getAppStatus(error.appOrParcelName) === LOAD_ERROR ? 'load' : 'run')
})
addEventListener('single-spa:before-routing-event', () => { redirect() })
addEventListener('single-spa:routing-event', arrange)

/** Whoever is there now is shown what he may see. */
function welcome(): void {
  const state = session.get()
  if (state.kind === 'unreachable') {
    showFailure(state.problem, 'unreachable')
    return
  }
  if (!redirect()) void triggerAppChange()
}

keepSession(session)
await session.refresh()
// The page around an image is made once the image is there: both need the same thread. A viewer that cannot be had is told of by its own page.
if (session.get().kind === 'signedIn') await import('@isocenter/mfe-viewer/begin').then(({ firstImage }) => firstImage(), () => undefined)
session.subscribe(welcome)
welcome()
start({ urlRerouteOnly: true })
arrange()
