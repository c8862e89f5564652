/** Paths of DICOMweb resources below the service's base, and the UIDs in them (PS3.18 §10.1). */
import { isReadableUID } from '@isocenter/dicom'
import { invalidUID } from './problems.ts'

/** What names one instance. */
export interface InstanceUIDs {
  readonly StudyInstanceUID: string
  readonly SeriesInstanceUID: string
  readonly SOPInstanceUID: string
}

/** The part of the hierarchy a request is about; empty for everything. */
export interface Scope {
  readonly StudyInstanceUID?: string
  readonly SeriesInstanceUID?: string
  readonly SOPInstanceUID?: string
}

export const studyPath = '/studies/:StudyInstanceUID'
export const seriesPath = `${studyPath}/series/:SeriesInstanceUID`
export const instancePath = `${seriesPath}/instances/:SOPInstanceUID`

/**
 * The UIDs of a path. Leading zeros in components are let through: stored data have them.
 * @throws invalidUID 400
 */
export function scopeOf<T extends Scope & object>(params: T): T {
  for (const [keyword, value] of Object.entries(params) as [string, string][]) {
    if (keyword.endsWith('InstanceUID') && !isReadableUID(value)) throw invalidUID(`${keyword} in the path is not a UID.`)
  }
  return params
}

/** The path of a study, series or instance below the base: `/studies/1.2/series/1.3`. */
export function pathOf({ StudyInstanceUID, SeriesInstanceUID, SOPInstanceUID }: Scope): string {
  return (StudyInstanceUID === undefined ? '' : `/studies/${StudyInstanceUID}`)
    + (SeriesInstanceUID === undefined ? '' : `/series/${SeriesInstanceUID}`)
    + (SOPInstanceUID === undefined ? '' : `/instances/${SOPInstanceUID}`)
}
