/**
 * The frame that holds the viewer. It is made once and kept when its page is left: loading the viewer takes seconds, another study in it
 * one. What was shown is forgotten with the session or the organisation.
 */
import { session } from '@isocenter/api-client'
import { marked, saidByViewer, viewerFrameAddress, type PatientsOfStudies, type ToViewer } from '@isocenter/contracts/viewer'
import { chosenLanguage, type Language } from '@isocenter/design-system/chosen-language'
import { lastLayout } from './last-layout.ts'
import { addressOf as pageOf, shownBy, type Shown as Asked } from './places.ts'

export interface Shown extends Asked {
  /** In the simple layout. */
  readonly isSimple: boolean
}

export type ViewerState =
  | { readonly kind: 'loading' }
  | { readonly kind: 'shown' }
  | { readonly kind: 'refused'; readonly status: number }

/** The server is told so often, at most, that somebody works. */
const stayGrainMs = 4 * 60_000

let frame: HTMLIFrameElement | undefined
let held: Shown | undefined
/** Studies the viewer was last told of, by its address or by a message. */
let told = ''
let isReady = false
/** Whose studies are by what the server last said, of which the viewer has nothing when it begins. */
let patients: PatientsOfStudies = 'awaited'
/** What the viewer began with: it has all its texts from then. */
let spoken: Language | undefined
/** Measurements in it that are in no report yet. */
let unsaved = 0
let state: ViewerState = { kind: 'loading' }
const listeners = new Set<() => void>()

const subscribe = (listener: () => void): (() => void) => {
  listeners.add(listener)
  return () => { listeners.delete(listener) }
}
const tellListeners = () => { for (const listener of listeners) listener() }
const become = (next: ViewerState) => {
  if (next.kind === state.kind && next.kind !== 'refused') return
  state = next
  tellListeners()
}
const tell = (message: ToViewer) => { frame?.contentWindow?.postMessage(marked(message), location.origin) }
function tellPatients(studies: PatientsOfStudies): void {
  patients = studies
  if (isReady) tell({ kind: 'patients', studies })
}

/** The session ends without work; of work in the frame the page knows only this. */
let stayedAt = Date.now()
function stay(): void {
  if (Date.now() - stayedAt < stayGrainMs) return
  stayedAt = Date.now()
  void session.stay()
}

function listen(event: MessageEvent<unknown>): void {
  const message = saidByViewer(event, frame, location.origin)
  if (message?.kind === 'ready') {
    isReady = true
    tellWhatToShow()
    tell({ kind: 'patients', studies: patients })
  }
  // What was shown before may be drawn once more.
  else if (message?.kind === 'shown' && held?.StudyInstanceUIDs.includes(message.StudyInstanceUID) === true) become({ kind: 'shown' })
  else if (message?.kind === 'refused') become({ kind: 'refused', status: message.status })
  else if (message?.kind === 'active') stay()
  else if (message?.kind === 'measured') ({ unsaved } = message)
  else if (message?.kind === 'compares') follow(message.StudyInstanceUIDs)
}

/** What was chosen in the viewer it shows already; the page's address follows, unless its page was left meanwhile. */
function follow(StudyInstanceUIDs: readonly string[]): void {
  if (held === undefined || shownBy(location.pathname, new URLSearchParams(location.search)) === undefined) return
  held = { ...held, StudyInstanceUIDs }
  told = StudyInstanceUIDs.join()
  history.replaceState(null, '', pageOf(held))
  // Of what was put beside it nothing is known yet.
  tellPatients('awaited')
  tellListeners()
}

/** What was asked for while the viewer was still beginning, it is told once it has. */
function tellWhatToShow(): void {
  const studies = held?.StudyInstanceUIDs ?? []
  if (!isReady || studies.length === 0 || told === studies.join()) return
  told = studies.join()
  tell({ kind: 'show', StudyInstanceUIDs: studies })
}

/** Not out of the page: nothing is drawn in a frame that has no box, and the viewer would not get on. */
const seen = { display: 'block', visibility: 'visible' } as const
const unseen = { display: 'block', visibility: 'hidden' } as const

function begin(shown: Shown): HTMLIFrameElement {
  viewerFrame.discard()
  frame = document.createElement('iframe')
  frame.className = 'viewer-frame'
  frame.allow = 'fullscreen; clipboard-write'
  frame.src = addressOf(shown)
  told = shown.StudyInstanceUIDs.join()
  held = shown
  spoken = chosenLanguage()
  document.body.append(frame)
  addEventListener('message', listen)
  return frame
}

// Whoever signs in next finds nothing of who was there before.
session.subscribe(() => {
  const { kind } = session.get()
  if (kind !== 'signedOut' && kind !== 'restricted') return
  viewerFrame.discard()
  lastLayout.forget()
})

/** Another language is no reason to lose measurements. */
const speaksAsChosen = () => spoken === chosenLanguage() || unsaved > 0
const fits = ({ organisationId, isSimple }: Pick<Shown, 'organisationId' | 'isSimple'>) => held?.organisationId === organisationId && held.isSimple === isSimple && speaksAsChosen()
const isSame = (one: Shown, other: Shown) => one.StudyInstanceUIDs.join() === other.StudyInstanceUIDs.join()
const addressOf = ({ organisationId, StudyInstanceUIDs, isSimple }: Shown) => viewerFrameAddress({ StudyInstanceUIDs, isSimple, of: { organisationId } })

export const viewerFrame = {
  get: (): ViewerState => state,
  subscribe,

  /** Studies that are shown, parted by commas: those the page asked for, and what was put beside them in the viewer. */
  studies: { get: (): string => held?.StudyInstanceUIDs.join() ?? '', subscribe },

  /** Shows these studies below the page's bar: in the viewer that is there where it is of the same organisation, layout and language. */
  show: (shown: Shown, title: string): void => {
    const inIt = frame !== undefined && fits(shown) ? frame : begin(shown)
    if (held !== undefined && !isSame(held, shown)) {
      become({ kind: 'loading' })
      tellPatients('awaited')
    }
    held = shown
    tellWhatToShow()
    inIt.title = title
    lastLayout.keep(shown)
    // Moved in the document a frame would load anew: it is laid over the page instead.
    Object.assign(inIt.style, seen)
    inIt.focus()
  },

  /** Begins what the page is about to show, unseen, while the page itself is still to be made: the viewer takes the longest of all. Nothing where nothing was shown since signing in. */
  begin: (of: Asked): void => {
    const isSimple = lastLayout.isSimple()
    if (frame === undefined && isSimple !== undefined) Object.assign(begin({ ...of, isSimple }).style, unseen)
  },

  /** Lets what was begun be seen. Kept once its first image is there or was refused, and at once where nothing was begun. */
  firstImage: (): Promise<void> => {
    if (frame === undefined) return Promise.resolve()
    // Its page names it once it is there.
    frame.title = document.title
    Object.assign(frame.style, seen)
    return new Promise((resolve) => {
      const look = () => {
        if (state.kind === 'loading') return
        listeners.delete(look)
        resolve()
      }
      listeners.add(look)
      look()
    })
  },

  /** Begins the viewer unseen, so that the first study is shown as soon as the next ones are. Nothing where there is one. */
  prepare: (of: Pick<Shown, 'organisationId' | 'isSimple'>): void => {
    if (frame !== undefined && fits(of)) return
    Object.assign(begin({ ...of, StudyInstanceUIDs: [] }).style, unseen)
  },

  /** Says whose studies are, instead of all that was said before; also to a viewer that is still beginning, or begins anew. */
  tellPatients,

  hide: (): void => { if (frame !== undefined) frame.style.display = 'none' },

  /** Begins anew with the same studies. */
  reload: (): void => {
    isReady = false
    unsaved = 0
    spoken = chosenLanguage()
    become({ kind: 'loading' })
    frame?.contentWindow?.location.reload()
  },

  discard: (): void => {
    removeEventListener('message', listen)
    frame?.remove()
    frame = undefined
    held = undefined
    told = ''
    isReady = false
    patients = 'awaited'
    unsaved = 0
    become({ kind: 'loading' })
  },
}
