/** Where images lie in the patient: single slices (PS3.3 C.7.6.2), and the frames of enhanced multi-frame images (PS3.3 C.7.6.16). */
import { itemsOf, type Naturalized } from './kinds.ts'

export interface ImagePlane {
  /** ImagePositionPatient, mm; empty where it is not said. */
  readonly position: readonly number[]
  /** ImageOrientationPatient; empty where it is not said. */
  readonly orientation: readonly number[]
  /** SliceThickness, mm; 0 where it is not said. */
  readonly thickness: number
  /** Of a frame what its Frame Content Sequence says, else nothing. */
  readonly content: Naturalized
}

/** The planes of an image: one, or one for each frame that has functional groups of its own. What all frames share stands once (PS3.3 C.7.6.16.1.1). */
export function imagePlanes(image: Naturalized): readonly ImagePlane[] {
  const frames = itemsOf(image['PerFrameFunctionalGroupsSequence'])
  if (frames.length === 0) return [{ position: numbersOf(image['ImagePositionPatient']), orientation: numbersOf(image['ImageOrientationPatient']), thickness: Number(image['SliceThickness'] ?? 0), content: {} }]
  const [shared = {}] = itemsOf(image['SharedFunctionalGroupsSequence'])
  return frames.map((frame) => {
    const group = (keyword: string): Naturalized => itemsOf(frame[keyword])[0] ?? itemsOf(shared[keyword])[0] ?? {}
    return {
      position: numbersOf(group('PlanePositionSequence')['ImagePositionPatient']), orientation: numbersOf(group('PlaneOrientationSequence')['ImageOrientationPatient']),
      thickness: Number(group('PixelMeasuresSequence')['SliceThickness'] ?? 0), content: group('FrameContentSequence'),
    }
  })
}

/** The direction planes of this orientation are stacked in. */
export function normalOf([a = NaN, b = NaN, c = NaN, d = NaN, e = NaN, f = NaN]: readonly number[]): readonly number[] {
  return [b * f - c * e, c * d - a * f, a * e - b * d]
}

/** How far a place lies along a direction, mm; NaN where either is not said. */
export const along = (direction: readonly number[], place: readonly number[]): number => direction.reduce((sum, part, axis) => sum + part * (place[axis] ?? NaN), 0)

/** Millimetres by which written positions differ where the same was meant. */
export const rounding = 0.01

const numbersOf = (value: unknown): readonly number[] => (Array.isArray(value) ? value.map(Number) : [])
