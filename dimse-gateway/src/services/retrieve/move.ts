/** C-MOVE: instances go to another node, by associations of our own (PS3.4 §C.4.2). */
import {
  AssociationRejected, ConnectionFailed, DimseConnection, DimseStatusError, dimseStatus, requestAssociation, store,
  type Association, type MoveRequest, type SubOperations,
} from '@isocenter/dimse'
import type { Configuration } from '../../configuration/schema.ts'
import type { Secrets } from '../../nodes/node-tls.ts'
import type { Log } from '../../platform/log.ts'
import type { GatewayService } from '../../reception/index.ts'
import { isAssociationOver } from '../association-over.ts'
import { destinationOf, type Destination } from '../destinations.ts'
import { retrieveNegotiation } from '../query/extended-negotiation.ts'
import { modelsFor } from '../query/models.ts'
import { asStatus } from '../upstream/failure-status.ts'
import type { Upstream } from '../upstream/upstream.ts'
import { contextBatches } from './context-batches.ts'
import { selectedInstances, type SelectedInstance } from './selected-instances.ts'
import { openSendable } from './sendable.ts'
import { Tally } from './sub-operations.ts'

export interface MoveDeps {
  readonly upstream: Upstream
  readonly configuration: () => Configuration
  readonly secrets: Secrets
  readonly log: Log
}

/** Associations that may break at one instance before it has failed: it may be the one that breaks them. */
const attemptsAnInstance = 2
/** Instances given up so, one after the other, before what is left has failed: it is the destination then. */
const mostGivenUp = 3

export function moveService(deps: MoveDeps): GatewayService {
  return { name: 'retrieve', SOPClassUIDs: modelsFor('MOVE'), handlers: { move: (request) => move(deps, request) }, extended: retrieveNegotiation }
}

async function* move(deps: MoveDeps, request: MoveRequest): AsyncGenerator<SubOperations, void, undefined> {
  const { SOPClassUID, identifier, MoveDestination, signal } = request
  const destination = await destinationOf(MoveDestination, deps.configuration(), deps.secrets)
  if (!destination) throw new DimseStatusError(dimseStatus.moveDestinationUnknown.code, { ErrorComment: 'no node of this AE title is configured' })
  const instances = await selectedInstances(deps.upstream, SOPClassUID, identifier, signal).catch((error: unknown) => { throw asStatus(error) })
  const tally = new Tally(instances.length)
  yield tally.report()
  for (const batch of contextBatches(instances)) {
    for await (const [instance, outcome] of sendAll(deps, request, destination, batch)) {
      tally.add(instance.SOPInstanceUID, outcome)
      yield tally.report()
    }
    if (signal.aborted) return
  }
}

type Outcome = Parameters<Tally['add']>[1]

/** Sends instances whose contexts fit into one association; what a broken association leaves goes on the next. */
async function* sendAll(
  deps: MoveDeps, request: MoveRequest, destination: Destination, { instances, contexts }: ReturnType<typeof contextBatches>[number],
): AsyncGenerator<readonly [SelectedInstance, Outcome], void, undefined> {
  const { signal } = request
  let next = 0
  let broken = 0
  let givenUp = 0
  while (next < instances.length && givenUp < mostGivenUp && !signal.aborted) {
    const association = await associate(deps, request, destination, contexts)
    if (!association) break
    const connection = new DimseConnection(association)
    try {
      for (let instance = instances[next]; instance && !signal.aborted; instance = instances[next]) {
        const outcome = await send(deps, request, connection, instance)
        const isOver = outcome === 'associationOver'
        if (isOver && ++broken < attemptsAnInstance) break
        givenUp = isOver ? givenUp + 1 : 0
        broken = 0
        next++
        yield [instance, isOver ? 'failed' : outcome]
        if (isOver) break
      }
    } finally {
      if (signal.aborted) await association.abort()
      else await association.release().catch(() => association.abort())
    }
  }
  if (!signal.aborted) for (const instance of instances.slice(next)) yield [instance, 'failed']
}

async function associate(
  { configuration, log }: MoveDeps, { association: { calledAETitle }, signal }: MoveRequest, destination: Destination, contexts: readonly { abstractSyntax: string; transferSyntaxes: readonly string[] }[],
): Promise<Association | undefined> {
  try {
    return await requestAssociation({
      host: destination.host, port: destination.port, callingAETitle: calledAETitle.trim() || configuration().service.aeTitle,
      calledAETitle: destination.aeTitle, contexts, signal, ...(destination.tls && { tls: destination.tls }),
    })
  } catch (error) {
    if (signal.aborted) throw error
    log.warn({ err: error, aeTitle: destination.aeTitle }, error instanceof AssociationRejected || error instanceof ConnectionFailed ? 'the destination of a C-MOVE takes no association' : 'the association for a C-MOVE failed')
    return undefined
  }
}

async function send({ upstream, log }: MoveDeps, { association, MessageID, signal }: MoveRequest, connection: DimseConnection, instance: SelectedInstance): Promise<Outcome | 'associationOver'> {
  const { SOPClassUID, SOPInstanceUID } = instance
  const accepted = [...connection.association.contexts.values()]
  const takes = (abstractSyntax: string, transferSyntaxUID: string): boolean =>
    accepted.some((context) => context.abstractSyntax === abstractSyntax && context.transferSyntax === transferSyntaxUID)
  try {
    await using file = await openSendable(upstream, instance, takes, signal)
    const { transferSyntaxUID, dataSet } = file
    return await store(connection, {
      SOPClassUID, SOPInstanceUID, transferSyntaxUID, dataSet, signal, moveOriginator: { AETitle: association.callingAETitle.trim(), MessageID },
    })
  } catch (error) {
    if (signal.aborted) return 'failed'
    log.warn({ err: error, SOPInstanceUID }, 'an instance could not be sent for C-MOVE')
    return isAssociationOver(error) ? 'associationOver' : 'failed'
  }
}
