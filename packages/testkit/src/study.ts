import type { DicomJson } from '@isocenter/dicom'
import { anInstance, type InstanceInput } from './instance.ts'
import { aUID } from './uid.ts'

export type SeriesInput = InstanceInput & {
  /** How many instances the series has; 2 when absent. */
  readonly instances?: number
}

export type StudyInput = InstanceInput & {
  /** How many series, or what each is; 1 when absent. */
  readonly series?: number | readonly SeriesInput[]
  /** How many instances every series has that does not say itself; 2 when absent. */
  readonly instances?: number
}

export interface SyntheticSeries {
  readonly SeriesInstanceUID: string
  readonly instances: readonly DicomJson[]
}

export interface SyntheticStudy {
  readonly StudyInstanceUID: string
  readonly series: readonly SyntheticSeries[]
  /** All instances, series by series. */
  readonly instances: readonly DicomJson[]
}

/**
 * A study whose UIDs and patient hang together: SeriesNumber and InstanceNumber count from 1, slices lie 1.25 mm apart.
 * Keywords given for the study reach every instance, those of a series every instance of it.
 */
export function aStudy({ series = 1, instances = 2, ...given }: StudyInput = {}): SyntheticStudy {
  const StudyInstanceUID = textOr(given.StudyInstanceUID, aUID())
  const shapes: readonly SeriesInput[] = typeof series === 'number' ? Array.from({ length: series }, () => ({})) : series
  const built = shapes.map((shape, index) => aSeries({ instances, ...given, StudyInstanceUID, SeriesNumber: index + 1, ...shape }))
  return { StudyInstanceUID, series: built, instances: built.flatMap((one) => one.instances) }
}

function aSeries({ instances = 2, ...given }: SeriesInput): SyntheticSeries {
  const SeriesInstanceUID = textOr(given.SeriesInstanceUID, aUID())
  const isSlice = (given.kind ?? 'CT') === 'CT' || given.kind === 'MR'
  const built = Array.from({ length: instances }, (_, index) =>
    anInstance({
      InstanceNumber: index + 1,
      ...(isSlice ? { ImagePositionPatient: [-5.625, -5.625, 12.5 + index * 1.25] } : {}),
      ...given,
      SeriesInstanceUID,
    }),
  )
  return { SeriesInstanceUID, instances: built }
}

const textOr = (given: unknown, otherwise: string): string => (typeof given === 'string' ? given : otherwise)
