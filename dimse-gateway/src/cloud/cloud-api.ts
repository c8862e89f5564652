/** Requests to the cloud's product API: small JSON documents both ways. */
import type { HttpAnswer, HttpTarget } from '../nodes/http-target.ts'
import { LineError } from '../nodes/line-error.ts'
import type { ServerClock } from './server-clock.ts'

/** Longest the cloud may take for one of these. */
const requestTimeoutMs = 60_000

/** The cloud answered, and not with what was asked for. */
export class CloudRefused extends Error {
  override readonly name = 'CloudRefused'
  readonly status: number
  /** Kind of problem, as `/problems/gateway-revoked`; undefined when something other than our server answered. */
  readonly type: string | undefined
  /** Not before so long, where it was said. */
  readonly retryAfterMs: number | undefined

  constructor(status: number, { type, detail, retryAfterMs }: { type?: string | undefined; detail?: string | undefined; retryAfterMs?: number | undefined } = {}) {
    super(detail ?? `The cloud answered with status ${status}.`)
    this.status = status
    this.type = type
    this.retryAfterMs = retryAfterMs
  }
}

/** Something answers under this address that is not the cloud. */
export class NotTheCloud extends Error {
  override readonly name = 'NotTheCloud'
}

export interface CloudRequest {
  readonly json?: object
  readonly form?: Readonly<Record<string, string>>
  readonly bearer?: string
  readonly signal?: AbortSignal | undefined
}

export interface CloudApi {
  /**
   * Posts to a path below /api; answers the JSON of a success.
   * @throws CloudRefused, NotTheCloud, LineError
   */
  post(path: string, request: CloudRequest): Promise<unknown>
}

/** @param url address of the cloud, without /api */
export function createCloudApi({ http, url, serverClock }: { readonly http: HttpTarget; readonly url: string; readonly serverClock: ServerClock }): CloudApi {
  const base = `${url.replace(/\/+$/, '')}/api`
  return {
    post: async (path, { json, form, bearer, signal }) => {
      const body = Buffer.from(form ? new URLSearchParams(form).toString() : JSON.stringify(json))
      const timeout = AbortSignal.timeout(requestTimeoutMs)
      const answer = await exchanged(timeout, signal, http.exchange({
        method: 'POST', url: new URL(`${base}${path}`),
        headers: {
          accept: 'application/json, application/problem+json',
          'content-type': form ? 'application/x-www-form-urlencoded' : 'application/json', 'content-length': body.length,
          ...(bearer !== undefined && { authorization: `Bearer ${bearer}` }),
        },
        body: oneChunk(body),
        signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
      }))
      const content = jsonOf(answer)
      // Only what our server said is believed, and so is only its clock: a hotel's sign-in page has one too.
      if (content !== undefined) serverClock.note(answer.headers.date)
      if (answer.status >= 400) throw refusalOf(answer, content)
      if (answer.status < 200 || answer.status > 299 || content === undefined) throw new NotTheCloud(`No Isocenter server answers at ${base}.`)
      return content
    },
  }
}

/** Time that has run out is a matter of the line, not of who asked. */
async function exchanged(timeout: AbortSignal, signal: AbortSignal | undefined, exchange: Promise<HttpAnswer>): Promise<HttpAnswer> {
  try {
    return await exchange
  } catch (error) {
    if (timeout.aborted && signal?.aborted !== true) throw new LineError('timedOut', `the cloud did not answer within ${String(requestTimeoutMs / 1000)} s`, { cause: error })
    throw error
  }
}

async function* oneChunk(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}

/** The object an answer holds; undefined for what is no whole JSON object. */
function jsonOf({ headers, body, isWhole }: HttpAnswer): Readonly<Record<string, unknown>> | undefined {
  if (!isWhole || !/^application\/(problem\+)?json\b/i.test(headers['content-type'] ?? '')) return undefined
  try {
    const value: unknown = JSON.parse(body.toString('utf8'))
    return typeof value === 'object' && value !== null ? value as Record<string, unknown> : undefined
  } catch {
    return undefined
  }
}

function refusalOf({ status, headers }: HttpAnswer, content: Readonly<Record<string, unknown>> = {}): CloudRefused {
  const { type, detail } = content
  const seconds = Number(headers['retry-after'])
  return new CloudRefused(status, {
    type: typeof type === 'string' ? type : undefined,
    detail: typeof detail === 'string' ? detail : undefined,
    retryAfterMs: seconds > 0 ? seconds * 1000 : undefined,
  })
}
