/**
 * The frame that holds the viewer. It is made once and kept when its page is left: loading the viewer takes seconds, another study in it
 * one. What was shown is forgotten with the session or the organisation.
 */
import { session } from '@isocenter/api-client'
import { marked, saidByViewer, viewerFrameAddress, type ToViewer } from '@isocenter/contracts/viewer'
import type { Shown as Asked } from './places.ts'

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
let state: ViewerState = { kind: 'loading' }
const listeners = new Set<() => void>()

const become = (next: ViewerState) => {
  if (next.kind === state.kind && next.kind !== 'refused') return
  state = next
  for (const listener of listeners) listener()
}
const tell = (message: ToViewer) => { frame?.contentWindow?.postMessage(marked(message), location.origin) }

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
  }
  // What was shown before may be drawn once more.
  else if (message?.kind === 'shown' && held?.StudyInstanceUIDs.includes(message.StudyInstanceUID) === true) become({ kind: 'shown' })
  else if (message?.kind === 'refused') become({ kind: 'refused', status: message.status })
  else if (message?.kind === 'active') stay()
}

/** What was asked for while the viewer was still beginning, it is told once it has. */
function tellWhatToShow(): void {
  const studies = held?.StudyInstanceUIDs ?? []
  if (!isReady || studies.length === 0 || told === studies.join()) return
  told = studies.join()
  tell({ kind: 'show', StudyInstanceUIDs: studies })
}

function begin(shown: Shown): HTMLIFrameElement {
  viewerFrame.discard()
  frame = document.createElement('iframe')
  frame.className = 'viewer-frame'
  frame.allow = 'fullscreen; clipboard-write'
  frame.src = addressOf(shown)
  told = shown.StudyInstanceUIDs.join()
  held = shown
  document.body.append(frame)
  addEventListener('message', listen)
  return frame
}

const fits = ({ organisationId, isSimple }: Pick<Shown, 'organisationId' | 'isSimple'>) => held?.organisationId === organisationId && held.isSimple === isSimple
const isSame = (one: Shown, other: Shown) => one.StudyInstanceUIDs.join() === other.StudyInstanceUIDs.join()
const addressOf = ({ organisationId, StudyInstanceUIDs, isSimple }: Shown) => viewerFrameAddress({ StudyInstanceUIDs, isSimple, of: { organisationId } })

export const viewerFrame = {
  get: (): ViewerState => state,
  subscribe: (listener: () => void): (() => void) => {
    listeners.add(listener)
    return () => { listeners.delete(listener) }
  },

  /** Shows these studies below the page's bar: in the viewer that is there where it is of the same organisation and layout. */
  show: (shown: Shown, title: string): void => {
    const inIt = frame !== undefined && fits(shown) ? frame : begin(shown)
    if (held !== undefined && !isSame(held, shown)) become({ kind: 'loading' })
    held = shown
    tellWhatToShow()
    inIt.title = title
    // Moved in the document a frame would load anew: it is laid over the page instead.
    Object.assign(inIt.style, { display: 'block', visibility: 'visible' })
    inIt.focus()
  },

  /** Begins the viewer unseen, so that the first study is shown as soon as the next ones are. Nothing where there is one. */
  prepare: (of: Pick<Shown, 'organisationId' | 'isSimple'>): void => {
    if (frame !== undefined && fits(of)) return
    // Not out of the page: nothing is drawn in a frame that has no box, and the viewer would not get on.
    Object.assign(begin({ ...of, StudyInstanceUIDs: [] }).style, { display: 'block', visibility: 'hidden' })
  },

  hide: (): void => { if (frame !== undefined) frame.style.display = 'none' },

  /** Begins anew with the same studies. */
  reload: (): void => {
    isReady = false
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
    become({ kind: 'loading' })
  },
}
