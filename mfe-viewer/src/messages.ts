/** What the page and the viewer in its frame say to each other, by `postMessage` within the origin. */

/** To the viewer. */
export type ToViewer =
  /** Show these studies instead, without loading the viewer again. */
  | { readonly kind: 'show'; readonly StudyInstanceUIDs: readonly string[]; readonly protocol?: string | undefined }
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
  /** The first image is drawn. */
  | { readonly kind: 'shown' }
  | { readonly kind: 'reply'; readonly id: number; readonly result?: unknown; readonly failure?: string | undefined }
  /** The server refuses: the session is over (401), or this may not be seen (403). */
  | { readonly kind: 'refused'; readonly status: number }
  | { readonly kind: 'measured'; readonly count: number; readonly unsaved: number }

const mark = 'isocenter-viewer'

/** Messages of others share the channel: ours carry a mark. */
export const marked = <Message>(message: Message) => ({ mark, message })
export function unmarked<Message>(data: unknown): Message | undefined {
  return typeof data === 'object' && data !== null && 'mark' in data && data.mark === mark && 'message' in data ? data.message as Message : undefined
}
