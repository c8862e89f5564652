/** Which way of the body lies at which edge of an image (PS3.3 §C.7.6.1.1.1). */
import type { DicomJson } from '@isocenter/dicom'
import { numbersOf, textOf, textsOf } from './attributes.ts'
import { functionalGroup } from './functional-groups.ts'
import type { Turn } from './geometry.ts'

/** `A`, `RA`, `HFL`…: up to three of Left, Right, Anterior, Posterior, Head, Foot, the nearest first. */
export interface EdgeLetters {
  readonly top: string
  readonly right: string
  readonly bottom: string
  readonly left: string
}

/**
 * The letters at the edges of a frame as it lies once it is turned, then mirrored: by its Image Orientation (Patient), else by its Patient Orientation. Undefined
 * where it has neither, or one that cannot be read, and for animals on four legs, whose directions have other names.
 */
export function edgeLetters(json: DicomJson, frameNumber: number, { rotation = 0, isFlipped = false }: {
  readonly rotation?: Turn['degrees'] | undefined
  readonly isFlipped?: boolean | undefined
} = {}): EdgeLetters | undefined {
  if (textOf(json, 'AnatomicalOrientationType') === 'QUADRUPED') return undefined
  const stored = byCosines(json, frameNumber) ?? byLetters(json)
  if (!stored) return undefined
  const [right, bottom] = stored
  const clockwise = [opposite(bottom), right, bottom, opposite(right)]
  // What was at the top is at the right after a quarter.
  const at = (edge: number): string => clockwise[(edge - rotation / 90 + 4) % 4] ?? ''
  return isFlipped ? { top: at(0), right: at(3), bottom: at(2), left: at(1) } : { top: at(0), right: at(1), bottom: at(2), left: at(3) }
}

/** Where a row goes to, and a column. */
type Ways = readonly [row: string, column: string]

function byCosines(json: DicomJson, frameNumber: number): Ways | undefined {
  const cosines = numbersOf(functionalGroup(json, frameNumber, 'PlaneOrientationSequence') ?? json, 'ImageOrientationPatient')
  if (cosines.length !== 6 || !cosines.every(Number.isFinite)) return undefined
  const [row, column] = [lettersOf(cosines.slice(0, 3)), lettersOf(cosines.slice(3))]
  return row === '' || column === '' ? undefined : [row, column]
}

/** What lies beneath is the noise of reckoning. */
const least = 0.0001
/** Of x, y and z, upwards and downwards: x goes to the left hand, y to the back, z to the head. */
const axes = [['L', 'R'], ['P', 'A'], ['H', 'F']] as const

function lettersOf(direction: readonly number[]): string {
  return direction.map((part, axis) => ({ size: Math.abs(part), letter: axes[axis]?.[part > 0 ? 0 : 1] ?? '' }))
    .filter(({ size }) => size > least).toSorted((one, other) => other.size - one.size).map(({ letter }) => letter).join('')
}

function byLetters(json: DicomJson): Ways | undefined {
  const [row = '', column = ''] = textsOf(json, 'PatientOrientation').map((letters) => letters.trim())
  const isDirection = (letters: string) => /^[LRAPHF]{1,3}$/.test(letters)
  return isDirection(row) && isDirection(column) ? [row, column] : undefined
}

const opposites: Readonly<Record<string, string>> = { L: 'R', R: 'L', A: 'P', P: 'A', H: 'F', F: 'H' }
const opposite = (letters: string): string => [...letters].map((letter) => opposites[letter] ?? '').join('')
