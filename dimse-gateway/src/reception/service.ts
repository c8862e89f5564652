import type { ProposedContext, ServiceHandlers } from '@isocenter/dimse'

/** What a service is called where a person is asked whether somebody may use it. */
export const serviceNames = ['query', 'retrieve', 'worklist', 'performedSteps', 'commitment'] as const
export type ServiceName = (typeof serviceNames)[number]

/** A service besides storage and verification: what it is asked by, and who answers. */
export interface GatewayService {
  readonly name: ServiceName
  /** SOP classes it answers for. */
  readonly SOPClassUIDs: readonly string[]
  /** `echo` and `store` belong to the reception. */
  readonly handlers: Omit<ServiceHandlers, 'echo' | 'store'>
  /** Contexts that need no peer, whoever else may not use services. */
  readonly isOpenTo?: (context: ProposedContext) => boolean
  /** What it answers to the extended negotiation of a context (PS3.7 §D.3.3.5); nothing where absent, or where nothing was proposed. */
  readonly extended?: (context: ProposedContext) => Uint8Array | undefined
}

/** The services by the SOP classes they answer for. */
export type ServiceRegistry = ReadonlyMap<string, GatewayService>

/** @throws Error when two services claim one SOP class: a mistake in the composition */
export function serviceRegistry(services: readonly GatewayService[]): ServiceRegistry {
  const registry = new Map<string, GatewayService>()
  for (const service of services) {
    for (const uid of service.SOPClassUIDs) {
      if (registry.has(uid)) throw new Error(`Two services answer for ${uid}.`)
      registry.set(uid, service)
    }
  }
  return registry
}
