import { sopClass } from '@isocenter/dicom'
import { plainAddress, rejections, VerificationSOPClass, type AssociationAnswer, type AssociationRequest, type ContextAnswer, type ProposedContext } from '@isocenter/dimse'
import type { Service } from '../configuration/schema.ts'
import { isLoopback, type Peers } from './peers.ts'
import type { GatewayService, ServiceName, ServiceRegistry } from './service.ts'
import { chooseServiceSyntax, chooseStorageSyntax } from './transfer-syntax-choice.ts'
import type { UnknownSenders } from './unknown-senders.ts'

export interface NegotiateOptions {
  /** Asked for each association: they may change. */
  readonly settings: () => Service
  readonly services: ServiceRegistry
  readonly peers: Peers
  readonly unknownSenders: UnknownSenders
  /** Associations there are from an address. */
  readonly associationsFrom: (remoteAddress: string) => number
}

/** PS3.8 Table 9-18. */
const userRejection = 1
const abstractSyntaxNotSupported = 3
const transferSyntaxesNotSupported = 4

/**
 * Answers a request for an association: who may call, and what each context is taken in. Services give out or change what the whole
 * organisation has, so they are for peers and this machine's own programs, unless they are opened; whoever else asks is noted with
 * the services that were refused.
 */
export async function negotiate(request: AssociationRequest, options: NegotiateOptions): Promise<AssociationAnswer> {
  const settings = options.settings()
  const remoteAddress = plainAddress(request.remoteAddress)
  const { callingAETitle, calledAETitle } = request
  const isKnown = await options.peers.find(settings.peers, callingAETitle, remoteAddress) !== undefined
  const reject = !settings.acceptAnyCalledAETitle && calledAETitle.trim() !== settings.aeTitle.trim() ? rejections.calledAETitleNotRecognized
    : settings.restrictCalling && !isKnown ? rejections.callingAETitleNotRecognized
      : undefined
  const mayUseServices = isKnown || settings.openServices || isLoopback(remoteAddress)
  if (!isKnown) {
    const refusedServices = mayUseServices ? [] : servicesAskedFor(request.contexts, options.services)
    options.unknownSenders.note({ callingAETitle, calledAETitle, remoteAddress, wasRefused: reject !== undefined, refusedServices })
  }
  if (reject) return { reject }
  if (options.associationsFrom(remoteAddress) >= settings.maxAssociationsPerAddress) return { reject: rejections.localLimitExceeded }
  return { accept: request.contexts.map((context) => answerTo(context, options.services, mayUseServices)) }
}

function servicesAskedFor(contexts: readonly ProposedContext[], services: ServiceRegistry): ServiceName[] {
  const asked = contexts.map((context) => {
    const service = services.get(context.abstractSyntax)
    return service?.isOpenTo?.(context) ? undefined : service
  }).filter((service): service is GatewayService => service !== undefined)
  return [...new Set(asked.map(({ name }) => name))]
}

function answerTo(context: ProposedContext, services: ServiceRegistry, mayUseServices: boolean): ContextAnswer {
  const { id, abstractSyntax, transferSyntaxes, role } = context
  const service = services.get(abstractSyntax)
  const isForStorage = !service && isStorage(abstractSyntax)
  if (!service && !isForStorage && abstractSyntax !== VerificationSOPClass) return { id, refused: abstractSyntaxNotSupported }
  if (service && !mayUseServices && !service.isOpenTo?.(context)) return { id, refused: userRejection }
  const transferSyntax = isForStorage ? chooseStorageSyntax(transferSyntaxes) : chooseServiceSyntax(transferSyntaxes)
  if (transferSyntax === undefined) return { id, refused: transferSyntaxesNotSupported }
  const extended = service?.extended?.(context)
  // A requestor that also wants to be sent to (C-GET, event reports) may: nothing is sent that it did not ask for.
  return { id, transferSyntax, ...(role ? { role } : {}), ...(extended ? { extended } : {}) }
}

/** Meta SOP classes (PS3.6 Table A-1), retired ones too: management of patients, studies, worklists and printing. They group other classes, and nothing of them is stored. */
const metaSOPClasses: ReadonlySet<string> = new Set([
  '1.2.840.10008.3.1.2.5.4', '1.2.840.10008.3.1.2.5.5', '1.2.840.10008.5.1.4.32',
  '1.2.840.10008.5.1.1.9', '1.2.840.10008.5.1.1.9.1', '1.2.840.10008.5.1.1.18', '1.2.840.10008.5.1.1.18.1', '1.2.840.10008.5.1.1.32',
])

/** Storage SOP classes of the standard, and whatever it does not know: private ones, and those of later editions. */
function isStorage(abstractSyntax: string): boolean {
  return sopClass(abstractSyntax)?.isStorage ?? !metaSOPClasses.has(abstractSyntax)
}
