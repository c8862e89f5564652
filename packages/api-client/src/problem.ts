/** A request that did not go well: a problem the server answered (RFC 9457), or no answer at all. */
export class ApiProblem extends Error {
  override name = 'ApiProblem'
  /** HTTP status; 0 where no answer came. */
  readonly status: number
  /** Last part of the problem's type: `captcha-needed`; `no-answer` where none came. */
  readonly code: string
  /** This occurrence in the server's words. */
  readonly detail: string
  /** Id of the request as the server's log has it. */
  readonly requestId: string | undefined
  /** What a kind has beside the members of all: `reasons`, `restrictedTo` … */
  readonly members: Readonly<Record<string, unknown>>
  /** Seconds after which another try is welcome, where the server said so. */
  readonly retryAfterSeconds: number | undefined

  constructor({ status, code, detail, requestId, members = {}, retryAfterSeconds }: {
    status: number; code: string; detail: string; requestId?: string | undefined; members?: Readonly<Record<string, unknown>>; retryAfterSeconds?: number | undefined
  }) {
    super(detail === '' ? code : detail)
    this.status = status
    this.code = code
    this.detail = detail
    this.requestId = requestId
    this.members = members
    this.retryAfterSeconds = retryAfterSeconds
  }
}

/** The problem an answer tells; an answer of something in between (a proxy) says its status and no more. */
export async function problemOf(response: Response): Promise<ApiProblem> {
  const body: unknown = await response.json().catch(() => undefined)
  const { type, detail, instance, ...members } = (typeof body === 'object' && body !== null ? body : {}) as Record<string, unknown>
  const retryAfter = Number(response.headers.get('retry-after') ?? Number.NaN)
  return new ApiProblem({
    status: response.status,
    code: typeof type === 'string' ? (type.split('/').at(-1) ?? 'other') : 'other',
    detail: typeof detail === 'string' ? detail : response.statusText,
    requestId: typeof instance === 'string' ? instance : undefined,
    members,
    retryAfterSeconds: Number.isFinite(retryAfter) ? retryAfter : undefined,
  })
}
