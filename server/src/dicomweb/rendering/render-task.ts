/** What goes to the threads that render, and what comes back. */
import type { VR } from '@isocenter/dicom'
import type { RenderOptions } from '@isocenter/rendering'

/** One value that metadata name by URI only. */
export interface ValueInPlace {
  /** Tags and 1-based item numbers joined by dots. */
  readonly path: string
  readonly vr: VR
  /** little endian */
  readonly bytes: Uint8Array
}

/** An instance's metadata, and the values of it that rendering reads. */
export interface Described {
  readonly metadataText: string
  readonly values: readonly ValueInPlace[]
}

export interface FrameBytes {
  /** counted from 1 */
  readonly frameNumber: number
  /** Native and little endian, or compressed as stored. */
  readonly bytes: Uint8Array
}

export interface ImageTask {
  readonly kind: 'image'
  readonly image: Described
  readonly frames: readonly FrameBytes[]
  /** Of compressed frames; undefined for native ones. */
  readonly compressedWith: string | undefined
  readonly options: Omit<RenderOptions, 'presentationState'>
  readonly presentationState: Described | undefined
}

export const reportMediaTypes = ['text/html', 'text/plain', 'text/xml'] as const
export type ReportMediaType = (typeof reportMediaTypes)[number]

export interface ReportTask {
  readonly kind: 'report'
  readonly metadataText: string
  readonly mediaType: ReportMediaType
  /** URL of the service, for links to what the report mentions. */
  readonly service: string
}

export type RenderTask = ImageTask | ReportTask

export type RenderResult =
  | { readonly bytes: Uint8Array }
  /** The instance cannot be shown, or the request asks for a part of it that is not there. */
  | { readonly refused: 'notRenderable' | 'viewportOutside'; readonly reason: string }
