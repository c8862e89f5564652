import { createAcceptor, requestAssociation, type Association, type AsyncOperations, type ContextProposal } from '../upper-layer/index.ts'
import { DimseConnection } from '../message/connection.ts'
import type { ServiceHandlers } from './handlers.ts'
import { serveServices } from './serve.ts'

export const Verification = '1.2.840.10008.1.1'
export const CTImageStorage = '1.2.840.10008.5.1.4.1.1.2'
export const StudyRootFind = '1.2.840.10008.5.1.4.1.2.2.1'
export const StudyRootMove = '1.2.840.10008.5.1.4.1.2.2.2'
export const StudyRootGet = '1.2.840.10008.5.1.4.1.2.2.3'
export const ModalityWorklistFind = '1.2.840.10008.5.1.4.31'
export const StorageCommitment = '1.2.840.10008.1.20.1'
export const MPPS = '1.2.840.10008.3.1.2.3.3'
export const ImplicitVRLittleEndian = '1.2.840.10008.1.2'
export const ExplicitVRLittleEndian = '1.2.840.10008.1.2.1'

export interface Provider extends AsyncDisposable {
  readonly port: number
  /** What handlers threw. */
  readonly failures: unknown[]
  /** How each association that was served ended: an error, or undefined for a release. */
  readonly ends: unknown[]
}

export interface ProviderOptions {
  readonly asyncOperations?: AsyncOperations
  readonly maxPduBytes?: number
  readonly idleMs?: number
  /** Serves an association instead of the handlers. */
  readonly serve?: (association: Association) => Promise<void>
}

/** A provider on a free port of the loopback interface that accepts every context in its first transfer syntax, with the roles proposed. */
export async function startProvider(handlers: ServiceHandlers, options: ProviderOptions = {}): Promise<Provider> {
  const failures: unknown[] = []
  const ends: unknown[] = []
  const acceptor = createAcceptor({
    host: '127.0.0.1',
    port: 0,
    limits: { ...(options.maxPduBytes !== undefined && { maxPduBytes: options.maxPduBytes }), ...(options.idleMs !== undefined && { idleMs: options.idleMs }) },
    negotiate: ({ contexts }) => ({
      accept: contexts.map(({ id, transferSyntaxes: [transferSyntax = ''], role }) => ({ id, transferSyntax, ...(role && { role }) })),
      ...(options.asyncOperations && { asyncOperations: options.asyncOperations }),
    }),
    serve: async (association) => {
      try {
        if (options.serve) await options.serve(association)
        else await serveServices(association, handlers, { onHandlerError: ({ error }) => failures.push(error) })
        ends.push(undefined)
      } catch (error) {
        ends.push(error)
      }
    },
  })
  const { port } = await acceptor.listen()
  return { port, failures, ends, [Symbol.asyncDispose]: () => acceptor.close() }
}

/** An association with a provider, one context for each abstract syntax in Explicit VR Little Endian unless said otherwise. */
export async function connectTo(
  { port, host = '127.0.0.1' }: { readonly port: number; readonly host?: string }, contexts: readonly (string | ContextProposal)[],
  options: { readonly asyncOperations?: AsyncOperations; readonly calledAETitle?: string; readonly callingAETitle?: string } = {},
): Promise<DimseConnection & AsyncDisposable> {
  const association = await requestAssociation({
    host, port, callingAETitle: 'REQUESTOR', calledAETitle: 'PROVIDER',
    ...options,
    contexts: contexts.map((context) => (typeof context === 'string' ? { abstractSyntax: context, transferSyntaxes: [ExplicitVRLittleEndian] } : context)),
  })
  return Object.assign(new DimseConnection(association), { [Symbol.asyncDispose]: () => association.abort() })
}

/** All of a data set. */
export async function bytesOf(dataSet: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const pieces: Uint8Array[] = []
  for await (const piece of dataSet) pieces.push(piece)
  return Buffer.concat(pieces)
}

/** Resolves once a condition holds. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => { setTimeout(resolve, 5) })
}
