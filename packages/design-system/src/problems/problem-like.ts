/** What went wrong with a request, as the API client tells it (a class of its own, which this package does not know). */
export interface ProblemLike {
  /** HTTP status; 0 where no answer came. */
  readonly status: number
  /** Last part of the problem's type. */
  readonly code: string
  readonly detail: string
  readonly requestId?: string | undefined
  readonly members?: Readonly<Record<string, unknown>>
  readonly retryAfterSeconds?: number | undefined
}

export const isProblem = (error: unknown): error is ProblemLike & Error => error instanceof Error && 'code' in error && 'status' in error && typeof error.code === 'string' && typeof error.status === 'number'
