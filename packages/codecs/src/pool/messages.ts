import type { CodecErrorCode } from '../codec-error.ts'

/** To a thread: one task at a time. */
export interface Question<Task> {
  readonly task: Task
}

/** From a thread: the result, why there is none, or that the thread is not to be used again. */
export type Answer<Result> =
  | { readonly result: Result }
  | { readonly code: CodecErrorCode; readonly message: string }
  | { readonly trapped: true }
