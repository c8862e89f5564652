import type { Static, TSchema } from 'typebox'
import { Value } from 'typebox/value'
import { badRequest } from './problem.ts'

/** Where the next page begins: what the last item is sorted by. Opaque to clients. */
export const encodeCursor = (position: readonly unknown[]): string => Buffer.from(JSON.stringify(position)).toString('base64url')

/** A moment as Postgres has it, to the microsecond, as an expression: what a page goes on behind. */
export const exactly = (column: string): string => `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`

/**
 * What `encodeCursor` was given, of this form; undefined for no cursor.
 * @throws badRequest 400 when it is none of ours
 */
export function decodeCursor<Position extends TSchema>(cursor: string | undefined, position: Position): Static<Position> | undefined {
  if (cursor === undefined) return undefined
  const value = parsed(cursor)
  if (!Value.Check(position, value)) throw badRequest('"cursor" is not one this server gave.')
  return value
}

function parsed(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'))
  } catch {
    return undefined
  }
}
