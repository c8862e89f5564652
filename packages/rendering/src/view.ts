import type { Area, Turn } from './geometry.ts'

/** How a reader has arranged an image. */
export interface View {
  readonly isInverted?: boolean | undefined
  /** Clockwise, before the flip. */
  readonly rotation?: Turn['degrees'] | undefined
  readonly isFlipped?: boolean | undefined
  /** The part he sees, before it is turned; what lies outside the image is left away. */
  readonly area?: Area | undefined
}
