/** How a person name's key is read (PS3.4 §C.2.2.2.1, §C.2.2.2.4) and compared: folded, by component group, or fuzzily by words. */
import { matchesAnything, matchesPattern, parsePattern, type Pattern } from './matching-pattern.ts'
import { nameTokens, searchName } from './person-name.ts'

/** One word of a fuzzy key. */
export interface NameWord {
  readonly text: string
  /** True when the word may stand inside a word of the name (`*smith`), false when a word of the name must begin with it. */
  readonly anywhere: boolean
  /** True for Chinese, Japanese and Korean, whose components are typed as if written together. */
  readonly ideographic: boolean
}

export type NameCondition =
  /** Some component group of the name has this form. */
  | { readonly kind: 'nameGroup'; readonly pattern: Pattern }
  /** The first, second and third group have these forms; undefined where the key leaves a group open. */
  | { readonly kind: 'nameGroups'; readonly patterns: readonly (Pattern | undefined)[] }
  /** Each of these words is found in the name. */
  | { readonly kind: 'nameWords'; readonly words: readonly NameWord[] }

/** Between the words of a name: delimiters of PS3.5, and what people write inside components. */
const separators = '\\^= ,.·・-'

/**
 * What a PN key asks for; more than one means any of them, none that every name matches.
 * A key without `=` is held against each component group, a key with `=` group by group. Delimiters at the end of a
 * component group say nothing, so `Doe^*` also finds a name that is only `Doe`.
 */
export function nameConditions(value: string, fuzzy: boolean): NameCondition[] {
  // Folding makes wildcards of the full-width signs that input methods write, and leaves the others as they are.
  const key = searchName(value)
  if (fuzzy && !/.[*?]./su.test(key) && !key.includes('?')) return wordCondition(key)
  if (key.includes('=')) {
    const patterns = key.split('=').map((group) => (group === '' || /^\*+$/.test(group) ? undefined : parsePattern(group)))
    return patterns.some((pattern) => pattern !== undefined) ? [{ kind: 'nameGroups', patterns }] : []
  }
  const withoutTail = key.replace(/(?:\^\**)+$/, '')
  const patterns = [key, ...(withoutTail === key ? [] : [withoutTail])].filter((text) => text !== '').map(parsePattern)
  return patterns.some(matchesAnything) ? [] : patterns.map((pattern) => ({ kind: 'nameGroup', pattern }))
}

function wordCondition(key: string): NameCondition[] {
  const isOpen = key.startsWith('*')
  const words = [...new Set(key.replace(/^\*+|\*+$/g, '').split(new RegExp(`[${separators}]+`, 'u')))].filter((word) => word !== '')
  if (words.length === 0) return []
  return [{
    kind: 'nameWords',
    words: words.map((text, index) => ({ text, anywhere: isOpen && index === 0, ideographic: nameTokens(text).length > 0 })),
  }]
}

/**
 * A word as a regular expression that JavaScript (flag u) and Postgres read alike. It holds no nested repetition,
 * so it is matched in linear time.
 */
export function wordExpression({ text, anywhere, ideographic }: NameWord): string {
  const characters = Array.from(text, (character) => character.replace(/[$()*+./?[\\\]^{|}]/, '\\$&'))
  return (anywhere ? '' : `(?:^|[${separators}])`) + characters.join(ideographic ? '[\\^ ]*' : '')
}

/** Whether a name in its search form satisfies the condition. */
export function matchesName(condition: NameCondition, name: string): boolean {
  switch (condition.kind) {
    case 'nameGroup': return name.split('=').some((group) => matchesPattern(condition.pattern, group))
    case 'nameGroups': {
      const groups = name.split('=')
      return condition.patterns.every((pattern, index) => pattern === undefined || matchesPattern(pattern, groups[index] ?? ''))
    }
    case 'nameWords': return condition.words.every((word) => new RegExp(wordExpression(word), 'u').test(name))
  }
}
