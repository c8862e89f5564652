import type { Tag } from './tag.ts'

/**
 * Why some frames cannot be addressed, or were found by other means than the object offers:
 * `offsetTable` its offsets do not meet fragments; `numberOfFrames` Number of Frames is no positive integer or disagrees with
 * the Pixel Data; `pixelDataShort` the Pixel Data end before the last frame; `geometry` the attributes that give the size of
 * a frame are missing; `framesNotFound` nothing tells where frames begin.
 */
export type FrameWarningCode = 'offsetTable' | 'numberOfFrames' | 'pixelDataShort' | 'geometry' | 'framesNotFound'

export interface FrameWarning {
  readonly code: FrameWarningCode
  /** The attribute that is wrong. */
  readonly tag: Tag
}
