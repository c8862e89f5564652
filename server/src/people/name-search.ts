/** Fuzzy search in names of people and departments, without a dictionary of readings: what was typed is found in order, with gaps, or nearly. */
import type { Knex } from 'knex'

const ideographic = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/u
/** Shorter words have too few trigrams to be mistyped and still known. */
const leastForMistakes = 4
/** Share of a word's trigrams that has to be in the name (pg_trgm's word_similarity). */
const leastAlike = 0.5
const maxWords = 8

const escaped = (text: string): string => text.replace(/[\\%_]/g, '\\$&')

/** How one word is looked for. */
export type WordSearch =
  /** Its characters, in order, whatever stands between: 王明 finds 王小明. */
  | { readonly kind: 'inOrder'; readonly like: string }
  /** Anywhere; and where it is long enough, nearly. */
  | { readonly kind: 'anywhere'; readonly like: string; readonly nearly: string | undefined }

/** The words of what was typed, each of which a name must have. Widths and cases of letters do not matter. */
export function wordsOf(text: string): WordSearch[] {
  const words = text.normalize('NFKC').toLowerCase().split(/[\s,;·]+/).filter((word) => word !== '').slice(0, maxWords)
  return words.map((word) => {
    const characters = [...word]
    if (characters.every((character) => ideographic.test(character))) return { kind: 'inOrder', like: `%${characters.map(escaped).join('%')}%` }
    return { kind: 'anywhere', like: `%${escaped(word)}%`, nearly: characters.length >= leastForMistakes && !characters.some((character) => ideographic.test(character)) ? word : undefined }
  })
}

/** Narrows a query to rows in which each word is found in one of these columns. */
export function whereNamed(query: Knex.QueryBuilder, columns: readonly string[], words: readonly WordSearch[]): void {
  for (const word of words) {
    void query.where((found) => {
      for (const column of columns) {
        void found.orWhereRaw(`lower(normalize(${column}, nfkc)) like ?`, [word.like])
        if (word.kind === 'anywhere' && word.nearly !== undefined) void found.orWhereRaw(`word_similarity(?, lower(${column})) >= ?`, [word.nearly, leastAlike])
      }
    })
  }
}
