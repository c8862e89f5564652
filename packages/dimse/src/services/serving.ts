import type { DimseConnection } from '../message/connection.ts'
import { DimseStatusError } from '../message/dimse-error.ts'
import type { DimseMessage } from '../message/message-stream.ts'
import type { ServiceResult } from './handlers.ts'
import { resultOfError } from './respond.ts'

export interface HandlerFailure {
  readonly error: unknown
  readonly CommandField: number
  readonly MessageID: number | undefined
}

export interface ServeOptions extends FailureOptions {
  /** Stops serving once the request under way is answered; the association stays. */
  readonly signal?: AbortSignal | undefined
}

export interface FailureOptions {
  /** Told of what a handler throws that is no DimseStatusError, unless its data set broke off: the peer learns nothing of it, a log should. */
  readonly onHandlerError?: ((failure: HandlerFailure) => void) | undefined
}

/** One association being served: what serving a request needs beside the request. */
export class Serving {
  readonly connection: DimseConnection
  readonly #onHandlerError: FailureOptions['onHandlerError']
  readonly #afterwards = new Set<Promise<void>>()

  constructor(connection: DimseConnection, options: FailureOptions) {
    this.connection = connection
    this.#onHandlerError = options.onHandlerError
  }

  /** What a handler answers; an exception becomes a status, `otherwise` where it names none. */
  async answerOf<Result extends ServiceResult>(message: DimseMessage, otherwise: number, handle: () => Result | Promise<Result>): Promise<Result | ServiceResult> {
    try {
      return await handle()
    } catch (error) {
      return this.failure(message, error, otherwise)
    }
  }

  /** The answer to a request whose handler threw. */
  failure({ command, dataSet }: DimseMessage, error: unknown, otherwise: number): ServiceResult {
    const result = resultOfError(error, otherwise)
    // A data set that broke off is the association's failure, which whoever serves it learns by its end.
    if (!(error instanceof DimseStatusError) && !dataSet?.hasFailed) this.#onHandlerError?.({ error, CommandField: command.CommandField, MessageID: command.MessageID })
    return result
  }

  /** Starts what a handler wants done behind its answer; `settled` waits for it. */
  runAfterwards(message: DimseMessage, task: () => Promise<void>): void {
    const running: Promise<void> = task()
      .catch((error: unknown) => this.#onHandlerError?.({ error, CommandField: message.command.CommandField, MessageID: message.command.MessageID }))
      .finally(() => this.#afterwards.delete(running))
    this.#afterwards.add(running)
  }

  async settled(): Promise<void> {
    await Promise.all(this.#afterwards)
  }
}
