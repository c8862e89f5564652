import type { ProblemLike } from '@isocenter/design-system'
import type { Failure } from '../../../src/control/wire/state.ts'

/** An answer that is a problem (RFC 9457), or no answer at all (`status` 0). */
export class ApiError extends Error implements ProblemLike {
  override name = 'ApiError'
  readonly status: number
  /** Last part of the problem's type: `configuration-invalid`. */
  readonly code: string
  readonly detail: string
  readonly errors: readonly { readonly path: string; readonly message: string }[]
  /** What another machine had to do with it. */
  readonly failure: Failure | undefined

  constructor({ status, code, detail, errors, failure }: { status: number; code: string; detail: string; errors: ApiError['errors']; failure?: Failure | undefined }) {
    super(detail)
    this.status = status
    this.code = code
    this.detail = detail
    this.errors = errors
    this.failure = failure
  }
}

interface Problem { readonly type?: string; readonly detail?: string; readonly errors?: ApiError['errors']; readonly failure?: Failure }

/** Called when an answer says that nobody is signed in any more. */
let onSignedOut = () => {}
export const whenSignedOut = (listener: () => void) => { onSignedOut = listener }

/**
 * One request to the gateway; the answer's JSON, undefined where it has none.
 * @throws ApiError
 */
export async function request<Answer = void>(method: string, path: string, options: { readonly body?: unknown; readonly signal?: AbortSignal; readonly ifMatch?: number } = {}): Promise<Answer> {
  const { body, signal, ifMatch } = options
  let response: Response
  try {
    response = await fetch(`/api${path}`, {
      method,
      ...(signal && { signal }),
      headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...(ifMatch !== undefined && { 'if-match': `"${ifMatch}"` }) },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
  } catch (error) {
    if (signal?.aborted === true) throw error
    throw new ApiError({ status: 0, code: 'no-answer', detail: error instanceof Error ? error.message : '', errors: [] })
  }
  if (response.ok) return (response.status === 204 ? undefined : await response.json()) as Answer
  const problem = await response.json().catch(() => ({})) as Problem
  const code = problem.type?.split('/').at(-1) ?? 'other'
  if (code === 'not-signed-in') onSignedOut()
  throw new ApiError({ status: response.status, code, detail: problem.detail ?? response.statusText, errors: problem.errors ?? [], failure: problem.failure })
}

/** The members that are there, as a query string. */
export function query(members: Readonly<Record<string, string | number | undefined>>): string {
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(members)) if (value !== undefined && value !== '') search.set(name, String(value))
  return search.size > 0 ? `?${search}` : ''
}
