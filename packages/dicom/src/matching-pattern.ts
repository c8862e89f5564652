/** Wildcard patterns (PS3.4 §C.2.2.2.4) as data: what SQL is made of and what memory matches by. */

/** `?` stands for one character, `*` for any run of them, none included. */
export type PatternPart = '?' | '*' | { readonly text: string }
export type Pattern = readonly PatternPart[]

/** The pattern a key's value spells; a value without wildcards is a pattern of one literal part. */
export function parsePattern(text: string): Pattern {
  const parts: PatternPart[] = []
  for (const [piece] of text.matchAll(/[?*]|[^?*]+/g)) {
    if (piece === '?') parts.push('?')
    else if (piece !== '*') parts.push({ text: piece })
    else if (parts.at(-1) !== '*') parts.push('*')
  }
  return parts
}

/** Whether a pattern is satisfied by every text. */
export const matchesAnything = (pattern: Pattern): boolean => pattern.length === 1 && pattern[0] === '*'

/** The text a pattern without wildcards stands for; undefined when it has any. */
export function literalOf(pattern: Pattern): string | undefined {
  const [only, ...more] = pattern
  return typeof only === 'object' && more.length === 0 ? only.text : undefined
}

type Step = '?' | '*' | { readonly character: string }

/**
 * Whether the whole text has the form of the pattern. At most pattern × text steps, whatever the two are:
 * on a mismatch only the last `*` needs to give way.
 */
export function matchesPattern(pattern: Pattern, text: string): boolean {
  const steps = pattern.flatMap<Step>((part) => (typeof part === 'object' ? Array.from(part.text, (character) => ({ character })) : [part]))
  const characters = Array.from(text)
  let step = 0
  let at = 0
  let lastRun = -1
  let runEnd = 0
  while (at < characters.length) {
    const expected = steps[step]
    if (expected === '*') {
      lastRun = step++
      runEnd = at
    } else if (expected === '?' || (typeof expected === 'object' && expected.character === characters[at])) {
      step++
      at++
    } else if (lastRun >= 0) {
      step = lastRun + 1
      at = ++runEnd
    } else {
      return false
    }
  }
  while (steps[step] === '*') step++
  return step === steps.length
}
