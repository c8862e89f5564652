import { badRequest } from '../../platform/problem.ts'

/** What part of the change feed a request reads. */
export interface ChangeFeedParams {
  /** Position of the last change the client has; `latest` begins with what happens from now on. */
  readonly after: number | 'latest'
  readonly limit: number
  readonly waitMs: number
  readonly withMetadata: boolean
}

/** Query parameters of the change feed. */
export const changeFeedParameters = ['offset', 'limit', 'wait', 'includemetadata'] as const
const defaultLimit = 100
/** So many changes in one answer; fewer with metadata, which are held in memory. */
const mostChanges = 1_000
const mostWithMetadata = 200
const longestWaitSeconds = 60

/**
 * Reads the query of a change feed request. A limit beyond the most there is answered with the most.
 * @throws badRequest 400 naming the parameter
 */
export function parseChangeFeed(query: URLSearchParams): ChangeFeedParams {
  const given = new Map<string, string>()
  for (const [name, value] of query) {
    const lower = name.toLowerCase()
    if (given.has(lower)) throw badRequest(`${lower} is given twice.`)
    given.set(lower, value)
  }
  const count = (name: string, fallback: number): number => {
    const text = given.get(name)
    if (text === undefined) return fallback
    if (!/^[0-9]{1,15}$/.test(text)) throw badRequest(`${name} is not a whole number.`)
    return Number(text)
  }
  const includemetadata = given.get('includemetadata') ?? 'false'
  if (includemetadata !== 'true' && includemetadata !== 'false') throw badRequest('includemetadata is neither true nor false.')
  const withMetadata = includemetadata === 'true'
  const limit = count('limit', defaultLimit)
  if (limit === 0) throw badRequest('limit is zero.')
  return {
    after: given.get('offset') === 'latest' ? 'latest' : count('offset', 0),
    limit: Math.min(limit, withMetadata ? mostWithMetadata : mostChanges),
    waitMs: Math.min(count('wait', 0), longestWaitSeconds) * 1000,
    withMetadata,
  }
}
