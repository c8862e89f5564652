import { attribute, planOf, tagOf, type MatchOptions } from '@isocenter/dicom'
import type { SearchableKeyword } from './attributes.ts'
import { planSql } from './query-conditions.ts'
import type { Sql } from './sql.ts'

/**
 * What values of attributes ask of rows of `study`, as DICOM matches them: for lists of studies that are sorted otherwise than a search's answer.
 * Only attributes of the study.
 * @throws MatchValueError when a value has not the form its VR asks for
 */
export function studyConditions(given: Readonly<Partial<Record<SearchableKeyword, string>>>, options: MatchOptions = {}): Sql[] {
  const keys = (Object.entries(given) as [SearchableKeyword, string][]).map(([keyword, value]) => ({ path: [tagOf(keyword)], vr: attribute(tagOf(keyword))?.vr[0] ?? 'UN' as const, value }))
  return planSql(planOf(keys, options), { modality: undefined, sortKey: 'study.sort_key' })
}
