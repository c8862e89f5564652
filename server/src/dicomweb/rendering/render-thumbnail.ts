/** One small image of an instance, whatever it is. */
import { addressableFrames, decodeLayout } from '@isocenter/dicom'
import type { InstanceRecord } from '../../catalogue/index.ts'
import type { Access } from '../../identity/index.ts'
import { ProblemError } from '../../platform/problem.ts'
import { notRenderable } from '../problems.ts'
import { iconOf } from './icons.ts'
import { middleFrame, renderedKind, type RenderedKind } from './kind.ts'
import type { RenderedInstance } from './read-instance.ts'
import type { Renderer } from './renderer.ts'

export const thumbnailQuality = 80

export interface ThumbnailRequest {
  readonly access: Access
  readonly record: RenderedInstance & Pick<InstanceRecord, 'SOPClassUID'>
  /** longest side, pixels; an image that is smaller stays as it is */
  readonly side: number
  readonly signal: AbortSignal
}

export interface RenderedThumbnail {
  readonly jpeg: Uint8Array
  /** Its middle frame; or the icon of what is no image, or of an image that cannot be decoded here. */
  readonly shows: 'frame' | 'undecodable' | Exclude<RenderedKind, 'image'>
}

/** Renders the middle frame of an instance, without a word of its patient; what is no image gets the icon of its kind. @throws unavailable 503, noSuchInstance 404 */
export async function renderThumbnail(renderer: Renderer, { access, record, side, signal }: ThumbnailRequest): Promise<RenderedThumbnail> {
  const layout = decodeLayout(record.layout)
  const kind = renderedKind(record.SOPClassUID, layout)
  if (kind !== 'image') return { jpeg: await iconOf(kind), shows: kind }
  const frameNumbers = [middleFrame(layout.frames ? addressableFrames(layout.frames) : 0)]
  try {
    return { jpeg: await renderer.render({ access, record, frameNumbers, signal, options: { mediaType: 'image/jpeg', quality: thumbnailQuality, shrinkInto: { width: side, height: side } } }), shows: 'frame' }
  } catch (error) {
    if (error instanceof ProblemError && error.kind === notRenderable.kind) return { jpeg: await iconOf('image'), shows: 'undecodable' }
    throw error
  }
}
