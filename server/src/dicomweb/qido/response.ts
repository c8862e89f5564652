/** What a search answer says beside its results. */
import type { SearchAnswer } from '../../catalogue/index.ts'

/** Warning headers of a search, in the wording of PS3.18 §8.3.4; `service` is the URL of the service. */
export function searchWarnings(
  service: string,
  { remaining, isRemainingExact, unsupported, unfilled }: Pick<SearchAnswer, 'remaining' | 'isRemainingExact' | 'unsupported' | 'unfilled'>,
  ignored: readonly string[],
): string[] {
  const warnings: string[] = []
  if (remaining > 0) warnings.push(`There are ${isRemainingExact ? '' : 'at least '}${remaining} additional results that can be requested`)
  if (unsupported.length > 0) warnings.push(`The following attributes are not supported for matching and have been ignored: ${unsupported.join(', ')}`)
  if (unfilled.length > 0) warnings.push(`The following attributes are still being indexed, and results may be missing: ${unfilled.join(', ')}`)
  if (ignored.length > 0) warnings.push(`The following query parameters are not supported and have been ignored: ${ignored.join(', ')}`)
  return warnings.map((text) => `299 ${service}: ${text}`)
}
