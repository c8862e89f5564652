/** C-GET as a user: instances come back on the association that asked (PS3.7 §9.1.3). */
import { commandFields } from '../message/command-field.ts'
import type { DimseConnection } from '../message/connection.ts'
import { contextFor } from './contexts.ts'
import type { ServiceHandlers } from './handlers.ts'
import { progressOf, query, type QueryOptions, type RetrieveProgress } from './scu-query.ts'
import { serveRequests } from './serve.ts'
import { Serving, type FailureOptions } from './serving.ts'

export interface GetOptions extends QueryOptions, FailureOptions {
  /** Takes each instance that comes; contexts for them must have been proposed with the SCP role. */
  readonly store: NonNullable<ServiceHandlers['store']>
}

/**
 * Retrieves instances on this association, and tells how far it is. Breaking off, or the signal, cancels.
 * @throws as find; what the association throws while instances come in
 */
export async function* get(connection: DimseConnection, options: GetOptions): AsyncGenerator<RetrieveProgress, void, undefined> {
  const context = contextFor(connection.association, options.SOPClassUID)
  const stop = new AbortController()
  const serving = new Serving(connection, options)
  const served = serveRequests(serving, { store: options.store }, stop.signal)
  // It is waited for below; until then its failure must not count as unhandled: the association's end is seen by the query as well.
  served.catch(() => undefined)
  try {
    for await (const response of query(connection, context, { CommandField: commandFields['C-GET-RQ'] }, options)) yield progressOf(response, context)
  } finally {
    stop.abort()
    await served
  }
}
