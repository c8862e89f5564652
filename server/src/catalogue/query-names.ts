import { nameTokens, wordExpression, type NameCondition, type Pattern } from '@isocenter/dicom'
import { anywhere, likeLiteral } from '../platform/like.ts'
import { fixed, joined, sql, type Sql } from './sql.ts'

/**
 * A person name's condition on the column of search forms. Everything is a LIKE or a regular expression that a trigram index
 * answers; Chinese, Japanese and Korean text is too short for trigrams and is looked up by its tokens first.
 */
export function nameSql(column: string, tokensColumn: string | undefined, condition: NameCondition): Sql {
  const tokens = tokensColumn === undefined ? [] : widest(literalsOf(condition).flatMap(nameTokens))
  const exact = joined(expressionsOf(condition).map(({ like, expression }) => {
    const test = like !== undefined ? sql`${fixed(column)} like ${like}` : sql`${fixed(column)} ~ ${expression}`
    return tokens.length > 0 || (like !== undefined && !hasTrigram(like)) ? unindexed(test) : test
  }), ' and ')
  return tokens.length === 0 || tokensColumn === undefined ? exact : sql`${fixed(tokensColumn)} @> ${tokens}::text[] and ${exact}`
}

/**
 * A test that no index is to be asked for, and that Postgres takes to pass every second row. Where a pattern holds no trigram, or
 * tokens have found the rows already, a trigram index would answer with every entry it has, and the guess that a pattern of few
 * letters is rare would make Postgres fetch all rows that the tokens find instead of the newest.
 */
export const unindexed = (test: Sql): Sql => sql`coalesce(${test}, false)`

/** Whether a text inside wildcards gives the trigram index something to look up: three letters, or two at the edge of a word. */
export const hasTrigram = (text: string): boolean => /[\p{L}\p{N}]{3}|[^\p{L}\p{N}%_][\p{L}\p{N}]{2}|[\p{L}\p{N}]{2}[^\p{L}\p{N}%_]/u.test(text)

type Expression = { readonly like: string; readonly expression?: undefined } | { readonly like?: undefined; readonly expression: string }

function expressionsOf(condition: NameCondition): Expression[] {
  switch (condition.kind) {
    case 'nameGroup': return [groupExpression(condition.pattern)]
    case 'nameGroups': {
      const last = condition.patterns.findLastIndex((pattern) => pattern !== undefined)
      const groups = condition.patterns.slice(0, last + 1).map((pattern) => (pattern === undefined ? '[^=]*' : expressionOf(pattern)))
      return [{ expression: `^${groups.join('=')}(=|$)` }]
    }
    case 'nameWords': return condition.words.map((word) =>
      (word.anywhere && !word.ideographic ? { like: anywhere(word.text) } : { expression: wordExpression(word) }))
  }
}

/** In some group: anchored at its ends, except where a `*` opens them. */
function groupExpression(pattern: Pattern): Expression {
  const isOpenBefore = pattern[0] === '*'
  const isOpenAfter = pattern.at(-1) === '*'
  const inner = pattern.slice(isOpenBefore ? 1 : 0, isOpenAfter ? -1 : undefined)
  const [only, ...more] = inner
  if (isOpenBefore && isOpenAfter && typeof only === 'object' && more.length === 0) return { like: anywhere(only.text) }
  return { expression: `${isOpenBefore ? '' : '(^|=)'}${expressionOf(inner)}${isOpenAfter ? '' : '(=|$)'}` }
}

const expressionOf = (pattern: Pattern): string => pattern.map((part) => {
  if (part === '*') return '[^=]*'
  return part === '?' ? '[^=]' : part.text.replace(/[$()*+./?[\\\]^{|}]/g, '\\$&')
}).join('')

function literalsOf(condition: NameCondition): string[] {
  const ofPattern = (pattern: Pattern | undefined): string[] => (pattern ?? []).flatMap((part) => (typeof part === 'object' ? [part.text] : []))
  switch (condition.kind) {
    case 'nameGroup': return ofPattern(condition.pattern)
    case 'nameGroups': return condition.patterns.flatMap(ofPattern)
    case 'nameWords': return condition.words.map(({ text }) => text)
  }
}

/** Without the one-character tokens that a two-character one implies: fewer and shorter lists for the index to intersect. */
function widest(tokens: readonly string[]): string[] {
  const all = [...new Set(tokens)]
  return all.filter((token) => !all.some((other) => other.length > token.length && other.includes(token)))
}

/** A wildcard pattern (PS3.4 §C.2.2.2.4) as LIKE writes it. */
export const likePattern = (pattern: Pattern): string => pattern.map((part) => {
  if (part === '*') return '%'
  return part === '?' ? '_' : likeLiteral(part.text)
}).join('')
