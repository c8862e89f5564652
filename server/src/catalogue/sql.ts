import type { Knex } from 'knex'

/** A piece of SQL with its values apart; `?` stands for one. No value is ever written into the text. */
export interface Sql {
  readonly text: string
  readonly values: readonly Knex.RawBinding[]
}

/** Makes SQL of a template: a nested piece is put in as it is, everything else becomes a value. */
export function sql(strings: TemplateStringsArray, ...parts: readonly (Sql | Knex.RawBinding)[]): Sql {
  const values: Knex.RawBinding[] = []
  let text = strings[0] ?? ''
  parts.forEach((part, index) => {
    if (isSql(part)) {
      text += part.text
      values.push(...part.values)
    } else {
      text += '?'
      values.push(part)
    }
    text += strings[index + 1] ?? ''
  })
  return { text, values }
}

/** Text out of our own tables of names. Never anything a request holds. */
export const fixed = (text: string): Sql => ({ text, values: [] })

/** Pieces side by side, with a fixed text between them. */
export function joined(pieces: readonly Sql[], between: string): Sql {
  return { text: pieces.map(({ text }) => text).join(between), values: pieces.flatMap(({ values }) => values) }
}

const isSql = (part: Sql | Knex.RawBinding): part is Sql => typeof part === 'object' && part !== null && 'text' in part && 'values' in part
