/** C-GET: instances go back on the association that asked for them (PS3.4 §C.4.3). */
import type { AcceptedContext, GetRequest, SubOperations } from '@isocenter/dimse'
import type { Log } from '../../platform/log.ts'
import { retrieveNegotiation } from '../query/extended-negotiation.ts'
import { modelsFor } from '../query/models.ts'
import type { GatewayService } from '../../reception/index.ts'
import { asStatus } from '../upstream/failure-status.ts'
import type { Upstream } from '../upstream/upstream.ts'
import { isAssociationOver } from '../association-over.ts'
import { selectedInstances } from './selected-instances.ts'
import { openSendable, type Takes } from './sendable.ts'
import { Tally } from './sub-operations.ts'

export function getService(upstream: Upstream, log: Log): GatewayService {
  return { name: 'retrieve', SOPClassUIDs: modelsFor('GET'), handlers: { get: (request) => get(upstream, log, request) }, extended: retrieveNegotiation }
}

async function* get(upstream: Upstream, log: Log, request: GetRequest): AsyncGenerator<SubOperations, void, undefined> {
  const { SOPClassUID, identifier, signal, association, storeBack } = request
  const instances = await selectedInstances(upstream, SOPClassUID, identifier, signal).catch((error: unknown) => { throw asStatus(error) })
  const takes = takenBack([...association.contexts.values()])
  const tally = new Tally(instances.length)
  yield tally.report()
  for (const instance of instances) {
    if (signal.aborted) break
    const { SOPInstanceUID } = instance
    try {
      await using file = await openSendable(upstream, instance, takes, signal)
      const { transferSyntaxUID, dataSet } = file
      tally.add(SOPInstanceUID, await storeBack({ SOPClassUID: instance.SOPClassUID, SOPInstanceUID, transferSyntaxUID, dataSet }))
    } catch (error) {
      if (signal.aborted) break
      // There is nobody to send the rest to.
      if (isAssociationOver(error)) throw error
      log.warn({ err: error, SOPInstanceUID }, 'an instance could not be sent for C-GET')
      tally.add(SOPInstanceUID, 'failed')
    }
    yield tally.report()
  }
}

/** Where the peer takes instances: contexts in which it proposed to be their SCP. */
function takenBack(contexts: readonly AcceptedContext[]): Takes {
  const taken = new Set(contexts.filter(({ role }) => role?.scp).map(({ abstractSyntax, transferSyntax }) => `${abstractSyntax} ${transferSyntax}`))
  return (SOPClassUID, transferSyntaxUID) => taken.has(`${SOPClassUID} ${transferSyntaxUID}`)
}
