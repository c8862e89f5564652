/** Search in names of people and departments, without a dictionary of readings: characters in order with gaps, parts of words, and words that are mistyped. */
import type { Knex } from 'knex'
import { anywhere, likeLiteral } from '../platform/like.ts'

const ideographic = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/u
/** Shorter words have too few trigrams to be mistyped and still known. */
const leastForMistakes = 4
/** Share of trigrams that two words have in common (pg_trgm's word_similarity): two letters of eight that changed places leave 0.38. */
export const leastAlike = 0.34
const maxWords = 8

/** One word that was typed. */
export interface WordSearch {
  readonly like: string
  /** Where it may be mistyped. */
  readonly nearly: string | undefined
}

/** As it was typed, or so that mistakes are forgiven. */
export type Likeness = 'typed' | 'nearly'

export const mayBeMistyped = ({ nearly }: WordSearch): boolean => nearly !== undefined

/** As `searchable_name` of the database makes it. */
const folded = (text: string): string => text.normalize('NFKD').replace(/[\u0300-\u036f]/g, '').normalize('NFC').toLowerCase()

/** The words of what was typed, each of which a name must have: characters of Chinese, Japanese or Korean in order, whatever stands between (王明 finds 王小明); letters next to each other. */
export function wordsOf(text: string): WordSearch[] {
  return folded(text).split(/[\s,;·]+/).filter((word) => word !== '').slice(0, maxWords).map((word) => {
    const characters = [...word]
    if (characters.every((character) => ideographic.test(character))) return { like: `%${characters.map(likeLiteral).join('%')}%`, nearly: undefined }
    const isLong = characters.length >= leastForMistakes && !characters.some((character) => ideographic.test(character))
    return { like: anywhere(word), nearly: isLong ? word : undefined }
  })
}

/** Narrows a query over `account` and `department` to rows in which each word is found in one of their names. */
export function whereNamed(query: Knex.QueryBuilder, words: readonly WordSearch[], likeness: Likeness): void {
  for (const { like, nearly } of words) {
    if (likeness === 'nearly' && nearly !== undefined) void query.whereRaw('? <% account.name_search', [nearly])
    else void query.where((found) => found.whereRaw('account.name_search like ?', [like]).orWhereRaw('searchable_name(department.name) like ?', [like]))
  }
}
