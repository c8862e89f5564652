import { badRequest } from './problem.ts'

/** Where the next page begins: what the last item is sorted by. Opaque to clients. */
export const encodeCursor = (values: readonly string[]): string => Buffer.from(JSON.stringify(values)).toString('base64url')

/**
 * What `encodeCursor` was given; undefined for no cursor.
 * @throws badRequest 400 when it is none of ours
 */
export function decodeCursor<Length extends number>(cursor: string | undefined, length: Length): (string[] & { readonly length: Length }) | undefined {
  if (cursor === undefined) return undefined
  const values = parsed(cursor)
  if (!Array.isArray(values) || values.length !== length || !values.every((value) => typeof value === 'string')) throw badRequest('"cursor" is not one this server gave.')
  return values as string[] & { readonly length: Length }
}

function parsed(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'))
  } catch {
    return undefined
  }
}
