import type { TagRule } from '@isocenter/contracts'
import { useBodyPartWords } from './words.ts'

/** A rule as a sentence. */
export function useRuleText(): (rule: TagRule) => string {
  const words = useBodyPartWords()
  return ({ attribute, operator, value }) => words.rule(words.attributes[attribute], words.operators[operator], value)
}
