import { backgroundHeader } from '@isocenter/contracts'
import { ApiProblem, problemOf } from './problem.ts'

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

export interface RequestOptions {
  /** Sent as JSON; a Blob as it is, under its own media type. */
  readonly body?: unknown
  /** Members that are undefined or empty are left out. */
  readonly query?: Readonly<Record<string, QueryValue>> | undefined
  /** Version the change is based on: another's change meanwhile is answered 412. */
  readonly ifMatch?: number | undefined
  /** The same for every try of one act, so that it is done once. */
  readonly idempotencyKey?: string | undefined
  readonly signal?: AbortSignal | undefined
  /** No person asked for it: it does not keep the session from ending. */
  readonly isBackground?: boolean
  readonly answer?: 'json' | 'blob'
}

/** A list is sent as its members, one after another under the same name. */
export type QueryValue = string | number | boolean | readonly string[] | undefined

/** Asks one server's product API, for one organisation where it is told which. */
export interface ApiClient {
  readonly organisationId: string | undefined
  /**
   * The answer's JSON; undefined where it has no body.
   * @throws ApiProblem
   */
  readonly request: <Answer = void>(method: Method, path: string, options?: RequestOptions) => Promise<Answer>
  /** The same server, for this organisation. */
  readonly of: (organisationId: string) => ApiClient
}

export interface ApiClientOptions {
  /** Where its paths begin, `/api` unless said. */
  readonly root?: string
  readonly fetch?: typeof globalThis.fetch
  readonly organisationId?: string | undefined
  /** What the page is shown in now: messages that a request leads to come in it, where somebody has chosen no other. */
  readonly language?: () => string
  /** Gets out of a problem where somebody can, by proving himself again, for instance; true: the request is worth another try. */
  readonly recover?: (problem: ApiProblem) => Promise<boolean>
  /** Told of every problem before who asked is: that the session has ended, for instance. */
  readonly onProblem?: (problem: ApiProblem) => void
  /** Told of every good answer: one to a request that is not in the background counts as activity on the server. `sentAt`: the server's own clock. */
  readonly onAnswer?: (answer: { readonly isBackground: boolean; readonly sentAt: Date | undefined }) => void
}

/** Longest an answer may take to begin; a request that failed can be repeated, one that hangs cannot. */
const longestRequestMs = 60_000

export function createApiClient(options: ApiClientOptions = {}): ApiClient {
  const { root = '/api', organisationId, language, onProblem, onAnswer, recover } = options
  return {
    organisationId,
    of: (id) => createApiClient({ ...options, organisationId: id }),
    request: async <Answer>(method: Method, path: string, { body, query, ifMatch, idempotencyKey, signal, isBackground = false, answer = 'json' }: RequestOptions = {}) => {
      const isBlob = body instanceof Blob
      const headers = {
        accept: answer === 'json' ? 'application/json, application/problem+json' : '*/*',
        ...(language !== undefined && language() !== '' && { 'accept-language': language() }),
        ...(body !== undefined && { 'content-type': isBlob ? body.type : 'application/json' }),
        ...(organisationId !== undefined && { 'x-organisation': organisationId }),
        ...(ifMatch !== undefined && { 'if-match': `"${String(ifMatch)}"` }),
        ...(idempotencyKey !== undefined && { 'idempotency-key': idempotencyKey }),
        ...(isBackground && { [backgroundHeader]: '1' }),
      }
      const fail = (problem: ApiProblem): ApiProblem => {
        onProblem?.(problem)
        return problem
      }
      const send = async () => {
        const timeout = AbortSignal.timeout(longestRequestMs)
        return (options.fetch ?? globalThis.fetch)(`${root}${path}${queryString(query)}`, {
          method, headers, signal: signal ? AbortSignal.any([signal, timeout]) : timeout, credentials: 'same-origin',
          ...(body !== undefined && { body: isBlob ? body : JSON.stringify(body) }),
        }).catch((error: unknown) => {
          if (signal?.aborted === true) throw error
          throw fail(new ApiProblem({ status: 0, code: 'no-answer', detail: '' }))
        })
      }
      let response = await send()
      if (!response.ok) {
        const problem = await problemOf(response)
        if (isBackground || recover === undefined || !await recover(problem)) throw fail(problem)
        response = await send()
        if (!response.ok) throw fail(await problemOf(response))
      }
      onAnswer?.({ isBackground, sentAt: dateOf(response) })
      if (response.status === 204) return undefined as Answer
      return (answer === 'blob' ? await response.blob() : await response.json()) as Answer
    },
  }
}

/** When an answer was sent (RFC 9110 §6.6.1), to the second. */
function dateOf({ headers }: Response): Date | undefined {
  const date = new Date(headers.get('date') ?? '')
  return Number.isNaN(date.getTime()) ? undefined : date
}

/** `?a=1&b=2` of the members that say something. */
export function queryString(query: Readonly<Record<string, QueryValue>> = {}): string {
  const search = new URLSearchParams()
  for (const [name, values] of Object.entries(query)) for (const value of [values].flat()) if (value !== undefined && value !== '') search.append(name, String(value))
  return search.size > 0 ? `?${search.toString()}` : ''
}

/** One part of a path: ids are of our making, but what stands in an address bar is of anybody's. */
export const part = (value: string): string => encodeURIComponent(value)
