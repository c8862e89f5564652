import { DimseStatusError, dimseStatus, type ServiceHandlers, type ServiceRequest, type StoreRequest } from '@isocenter/dimse'
import type { GatewayService, ServiceRegistry } from './service.ts'

/** What an association is served with: verification and storage, and each other request by the service its context is of. */
export function handlersOf(services: ServiceRegistry, store: (request: StoreRequest) => ReturnType<NonNullable<ServiceHandlers['store']>>): ServiceHandlers {
  const of = <Name extends keyof GatewayService['handlers']>(name: Name, { context }: ServiceRequest): NonNullable<GatewayService['handlers'][Name]> => {
    const handlers = services.get(context.abstractSyntax)?.handlers
    const handler = handlers?.[name]
    // Whoever is the provider alone in a context reports events in it and asks for nothing (PS3.7 §D.3.3.4).
    const isProviderOnly = context.role?.scu === false
    if (!handler || (isProviderOnly && name !== 'eventReport')) throw new DimseStatusError(dimseStatus.unrecognizedOperation.code)
    return handler.bind(handlers) as NonNullable<GatewayService['handlers'][Name]>
  }
  return {
    echo: () => dimseStatus.success.code,
    store,
    // Generators: that nobody answers is then found where answers are expected.
    find: async function* (request) { yield* of('find', request)(request) },
    move: async function* (request) { yield* of('move', request)(request) },
    get: async function* (request) { yield* of('get', request)(request) },
    action: async (request) => of('action', request)(request),
    eventReport: async (request) => of('eventReport', request)(request),
    create: async (request) => of('create', request)(request),
    set: async (request) => of('set', request)(request),
    getAttributes: async (request) => of('getAttributes', request)(request),
    delete: async (request) => of('delete', request)(request),
  }
}
