/**
 * The viewer in its frame: its address, and what a page that holds it and the viewer say to each other, by `postMessage` within the origin. Imported by
 * `@isocenter/contracts/viewer`, without the schemas, for the viewer's own scripts are no part of the page's builds.
 */

/** Most studies one viewer shows side by side (VIEW-03, VIEW-04, D-18). */
export const maxStudiesTogether = 5

/** The hanging protocol that gives each of so many studies its own pane. */
export const compareProtocolOf = (studies: number) => `@isocenter/compare-${studies}`

// ── Address ────────────────────────────────────────────────────────────────────────────────────

export interface ViewerFrame {
  /** One, or several side by side; none for a viewer that waits to be told, with all that showing one takes loaded. */
  readonly StudyInstanceUIDs: readonly string[]
  /** Whose DICOMweb service is asked: an organisation's, or that of a share link. */
  readonly of: { readonly organisationId: string } | { readonly shareLinkId: string }
  /** Other than the one that so many studies have. */
  readonly protocol?: string | undefined
  /** Few tools and nothing beside the images: for who wants it so (VIEW-05), and for small screens. */
  readonly isSimple?: boolean
}

/** Address of the viewer in its frame. What it names is a choice, not a right: the server asks who it is by the cookie. */
export function viewerFrameAddress({ StudyInstanceUIDs, of, protocol, isSimple = false }: ViewerFrame): string {
  const studies = StudyInstanceUIDs.slice(0, maxStudiesTogether)
  const parameters = new URLSearchParams({ ...(studies.length > 0 && { StudyInstanceUIDs: studies.join(',') }), ...('organisationId' in of ? { o: of.organisationId } : { s: of.shareLinkId }) })
  const hanging = protocol ?? (studies.length > 1 ? compareProtocolOf(studies.length) : undefined)
  if (hanging !== undefined) parameters.set('hangingprotocolId', hanging)
  if (isSimple) parameters.set('simple', '1')
  return `/viewer/viewer?${parameters.toString()}`
}

/** Media query of screens that get the simple layout whatever was chosen: phones, upright or not. */
export const smallScreen = '(max-width: 767px), (max-height: 479px)'

// ── Messages ───────────────────────────────────────────────────────────────────────────────────

/** Whose a study is by what holds now: as somebody has corrected it, else as its images say. */
export interface StudyOfPatient {
  readonly StudyInstanceUID: string
  readonly PatientID: string
}

/** What the page knows of that. `awaited`: the server is still to answer. `unknown`: it did not. Of a study that is not among those known nobody has said whose it is. */
export type PatientsOfStudies = readonly StudyOfPatient[] | 'awaited' | 'unknown'

/** To the viewer. */
export type ToViewer =
  /** Show these studies instead, without loading the viewer again. */
  | { readonly kind: 'show'; readonly StudyInstanceUIDs: readonly string[]; readonly protocol?: string | undefined }
  /** Whose studies on the screen are, as the server says; instead of all that was told before. */
  | { readonly kind: 'patients'; readonly studies: PatientsOfStudies }
  | { readonly kind: 'command'; readonly id: number; readonly name: string; readonly options?: Readonly<Record<string, unknown>> | undefined }

/** An image on the screen. */
export interface ShownImage {
  readonly StudyInstanceUID: string
  readonly SeriesInstanceUID: string
  readonly SOPInstanceUID: string
  /** Counts from 1. */
  readonly frameNumber: number
  readonly window?: { readonly lower: number; readonly upper: number } | undefined
  readonly isInverted: boolean
  /** degrees */
  readonly rotation: number
}

/** From the viewer. */
export type FromViewer =
  | { readonly kind: 'ready' }
  /** An image of this study is on the screen, and was not since the viewer began or was last told what to show. */
  | { readonly kind: 'shown'; readonly StudyInstanceUID: string }
  /** Somebody has put another study beside the one the viewer was told of: these are shown from now on. */
  | { readonly kind: 'compares'; readonly StudyInstanceUIDs: readonly string[] }
  | { readonly kind: 'reply'; readonly id: number; readonly result?: unknown; readonly failure?: string | undefined }
  /** The server refuses: the session is over (401), or this may not be seen (403). */
  | { readonly kind: 'refused'; readonly status: number }
  /** Somebody works in it. */
  | { readonly kind: 'active' }
  | { readonly kind: 'measured'; readonly count: number; readonly unsaved: number }

const mark = 'isocenter-viewer'

/** Messages of others share the channel: ours carry a mark. */
export const marked = <Message extends ToViewer | FromViewer>(message: Message) => ({ mark, message })
export function unmarked<Message extends ToViewer | FromViewer>(data: unknown): Message | undefined {
  return typeof data === 'object' && data !== null && 'mark' in data && data.mark === mark && 'message' in data ? data.message as Message : undefined
}

/** What the viewer in a frame says; undefined for any other message, or one of any other window. */
export const saidByViewer = (
  { origin, source, data }: { readonly origin: string; readonly source: unknown; readonly data: unknown },
  frame: { readonly contentWindow: unknown } | null | undefined,
  ownOrigin: string,
): FromViewer | undefined =>
  (origin === ownOrigin && source !== null && source === frame?.contentWindow ? unmarked<FromViewer>(data) : undefined)
