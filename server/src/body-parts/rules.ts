/** Whether tags hold for a study: no I/O, and no rule that can take long. */
import type { TagAttribute, TagMatch, TagRule } from '@isocenter/contracts'
import { RE2JS, RE2JSException } from 're2js'
import { invalidTagRule } from './problems.ts'

export interface Tag {
  readonly tagId: string
  readonly name: string
  readonly rules: readonly TagRule[]
  readonly isFinal: boolean
}

/** What one series says of the attributes rules look at, with what its study says. */
export interface SeriesValues {
  readonly SeriesInstanceUID: string
  readonly values: Readonly<Partial<Record<TagAttribute, readonly string[]>>>
}

/** More of a value is not looked at: descriptions have 64 characters (PS3.5 §6.2, LO). */
const longestValue = 1_024

/** As it is compared: full and half width, large and small letters and runs of blanks are alike. */
const folded = (text: string): string => text.slice(0, longestValue).normalize('NFKC').toLowerCase().replace(/\s+/g, ' ').trim()

/**
 * What the rule asks of a value.
 * @throws invalidTagRule 422 for a regular expression that is none
 */
function testOf({ operator, value }: TagRule): (text: string) => boolean {
  const wanted = folded(value)
  if (operator === 'equals') return (text) => folded(text) === wanted
  if (operator === 'contains') return (text) => folded(text).includes(wanted)
  // RE2: time grows with the text alone, whatever the expression; it has neither back-references nor assertions about what is around.
  try {
    const expression = RE2JS.compile(value.normalize('NFKC'), RE2JS.CASE_INSENSITIVE)
    return (text) => expression.matcher(text.slice(0, longestValue).normalize('NFKC')).find()
  } catch (error) {
    if (error instanceof RE2JSException) throw invalidTagRule(`${JSON.stringify(value)} is no regular expression that can be used: ${error.message}`, { value })
    throw error
  }
}

/** Tags ready to be held against studies. */
export interface CompiledTags {
  /** The attributes any of their rules looks at. */
  readonly attributes: ReadonlySet<TagAttribute>
  /** What one series has, in the order of the tags. */
  readonly of: (series: SeriesValues) => Omit<TagMatch, 'series'>[]
}

/**
 * Tags in the order they are tried. Of one tag the first rule that fits is the reason; after a final tag that holds, no other is tried for the series.
 * @throws invalidTagRule 422
 */
export function compileTags(tags: readonly Tag[]): CompiledTags {
  const compiled = tags.map((tag) => ({ ...tag, tests: tag.rules.map((rule) => ({ rule, test: testOf(rule) })) }))
  return {
    attributes: new Set(tags.flatMap(({ rules }) => rules.map(({ attribute }) => attribute))),
    of: ({ SeriesInstanceUID, values }) => {
      const matches: Omit<TagMatch, 'series'>[] = []
      for (const { tagId, name, isFinal, tests } of compiled) {
        const fitting = firstOf(tests, ({ rule, test }) => {
          const found = values[rule.attribute]?.find(test)
          return found === undefined ? undefined : { rule, found: found.slice(0, longestValue) }
        })
        if (fitting === undefined) continue
        matches.push({ tagId, name, ...fitting, SeriesInstanceUID })
        if (isFinal) break
      }
      return matches
    },
  }
}

function firstOf<Item, Found>(items: readonly Item[], find: (item: Item) => Found | undefined): Found | undefined {
  for (const item of items) {
    const found = find(item)
    if (found !== undefined) return found
  }
  return undefined
}

/** Tags of a study: what any of its series has, in the order of the tags, with the first series as the reason. */
export async function matchesOf(tags: readonly Tag[], compiled: CompiledTags, series: readonly SeriesValues[]): Promise<TagMatch[]> {
  const found = new Map<string, TagMatch>()
  // Series of a study say much the same: each combination is looked at once.
  const looked = new Map<string, Omit<TagMatch, 'series'>[]>()
  for (const one of series) {
    const key = JSON.stringify(one.values)
    let matches = looked.get(key)
    if (matches === undefined) {
      matches = compiled.of(one)
      looked.set(key, matches)
      // Others are served in between, however many series there are.
      await new Promise((resolve) => { setImmediate(resolve) })
    }
    for (const match of matches) {
      const before = found.get(match.tagId)
      found.set(match.tagId, before ? { ...before, series: before.series + 1 } : { ...match, SeriesInstanceUID: one.SeriesInstanceUID, series: 1 })
    }
  }
  return tags.flatMap(({ tagId }) => found.get(tagId) ?? [])
}
