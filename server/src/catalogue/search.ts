import type { Access } from '../identity/index.ts'
import { rows, rowsUnder, sqlState, type Db } from '../platform/db.ts'
import { defineProblem } from '../platform/problem.ts'
import { answerTo, isAnsweredBeyond, type Answer, type PageRow } from './answer.ts'
import { extraAttributes, type ExtraAttribute } from './extra-attributes.ts'
import { extraAnswered, extraKeys, unfilled, withExtraValues } from './extra-search.ts'
import { instancesOfSeries, isOfWholeSeries } from './instances-of-series.ts'
import { isSupported, queryOf, type Search } from './query.ts'

export interface SearchAnswer {
  /** Each one DICOM JSON data set, as text. */
  readonly results: string[]
  /** The results behind those where they are together too much to be held: read as they are taken. */
  readonly rest?: AsyncIterable<string> | undefined
  /** Matches behind the last one answered; at least so many when `isRemainingExact` is false. */
  readonly remaining: number
  readonly isRemainingExact: boolean
  /** Keywords of keys that did not narrow the search, since they are not searchable at this level. */
  readonly unsupported: readonly string[]
  /** Attributes matched by whose values are still being filled in: results may be missing. */
  readonly unfilled: readonly string[]
}

export const searchTooBroad = defineProblem({ type: '/problems/search-too-broad', status: 413, title: 'The search takes too long' })

/** How far matches behind a page are counted. A filter that one study in ten passes has ten times as many rows read for it. */
export const remainingCountedTo = 1_000

/** SQLSTATE query_canceled: what a statement that outruns statement_timeout ends with. */
const queryCanceled = '57014'

/**
 * For one statement. Plans made without the values are 3 to 20 times slower here: how often a name or a modality occurs
 * decides the plan. Starting parallel workers takes longer than most searches.
 */
const settingsSql = `select set_config('statement_timeout', ?, true),
  set_config('plan_cache_mode', 'force_custom_plan', true), set_config('max_parallel_workers_per_gather', '0', true)`

export interface SearchDeps {
  readonly db: Db
  /** Longest one statement of a search may run, milliseconds. */
  readonly statementTimeoutMs: number
}

/**
 * Makes the search of one database. A page and the count behind it come from one statement, so they agree.
 * @throws MatchValueError when a key's value has not the form its VR asks for; searchTooBroad 413
 */
export function createSearch({ db, statementTimeoutMs }: SearchDeps) {
  return async (access: Pick<Access, 'organisationId' | 'studies'>, search: Search): Promise<SearchAnswer> => {
    const attributes = await extraAttributesFor(db, access.organisationId, search)
    const { extra, creators } = extraKeys(search.keys, attributes, search.level)
    const isOwn = new Set([...extra.map(({ key }) => key.path), ...creators.map(({ path }) => path)])
    const plain = { ...search, keys: search.keys.filter(({ path }) => !isOwn.has(path)) }
    const query = queryOf(access, plain, extra)
    const { level, scope, limit, offset } = search
    const answered = level === 'instance' ? [] : extraAnswered(extra, attributes, search.includefield, level)
    // An instance has its extra attributes in its metadata.
    const answer = answerTo(level === 'instance' ? search : plain)
    if (isOfWholeSeries(search, answer)) {
      const { results, remaining } = await instancesOfSeries(db, access, search)
      return { results, ...counted(remaining), unsupported: [], unfilled: [] }
    }
    try {
      // One row more than is counted tells whether the count is exact.
      const bounds = { limit, offset, countTo: remainingCountedTo + 1 }
      const statement = limit === 0 ? query.count(bounds) : query.page(answer.columns, bounds)
      const rowsFound = await rowsUnder<PageRow & { found: number }>(db, { text: settingsSql, values: [String(statementTimeoutMs)] }, statement)
      const page = limit === 0 ? [] : rowsFound
      const found = rowsFound[0]?.found ?? 0
      const ready = answer.columns.isMetadataAsked ? [] : page.map((row) => answer.write(row))
      const written = level === 'instance' ? ready : await withExtraValues(db, access.organisationId, level, ready, scope.StudyInstanceUID, answered)
      const remaining = found - page.length
      return {
        ...(answer.columns.isMetadataAsked ? await gathered(withMetadata(db, page, answer)) : { results: written }),
        ...counted(remaining),
        unsupported: query.unsupported,
        unfilled: unfilled(extra),
      }
    } catch (error) {
      if (sqlState(error) !== queryCanceled) throw error
      throw searchTooBroad('The search was given up since it took too long; narrow it by a date, a modality or more of a name.')
    }
  }
}

const counted = (remaining: number): Pick<SearchAnswer, 'remaining' | 'isRemainingExact'> =>
  ({ remaining: Math.min(remaining, remainingCountedTo), isRemainingExact: remaining <= remainingCountedTo })

/** Metadata read and written at once: some megabytes at most, for one may have some hundred kilobytes. */
const metadataAtOnce = 16
/** Results held, characters; what goes beyond is read while it is sent. */
const gatheredCharacters = 4 * 1024 * 1024

/** The results of rows whose answers are made of metadata. An instance that has been deleted meanwhile is left out. */
async function* withMetadata(db: Db, page: readonly PageRow[], answer: Answer): AsyncGenerator<string, void> {
  for (let start = 0; start < page.length; start += metadataAtOnce) {
    const some = page.slice(start, start + metadataAtOnce)
    const found = await rows<{ instance_key: string; metadata: Uint8Array }>(db,
      'select instance_key, metadata from instance_metadata where instance_key = any(?::bigint[])', [some.map((row) => row.instance_key ?? '')])
    const metadata = new Map(found.map((row) => [row.instance_key, row.metadata]))
    for (const row of some) {
      const one = metadata.get(row.instance_key ?? '')
      if (one) yield answer.write({ ...row, metadata: one })
    }
  }
}

/** As many of the results as may be held, and how to have the others. */
async function gathered(all: AsyncGenerator<string, void>): Promise<Pick<SearchAnswer, 'results' | 'rest'>> {
  const results: string[] = []
  let characters = 0
  for (let next = await all.next(); next.done !== true; next = await all.next()) {
    results.push(next.value)
    characters += next.value.length
    if (characters > gatheredCharacters) return { results, rest: all }
  }
  return { results }
}

/** The organisation's extra attributes where a search may concern them; most name none, and cost nothing then. */
async function extraAttributesFor(db: Db, organisationId: string, { keys, level, includefield }: Search): Promise<ExtraAttribute[]> {
  const isConcerned = keys.some((key) => !isSupported(key, level)) || (level !== 'instance' && isAnsweredBeyond(includefield))
  return isConcerned ? extraAttributes(db, organisationId) : []
}
