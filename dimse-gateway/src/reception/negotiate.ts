import { sopClass } from '@isocenter/dicom'
import { rejections, VerificationSOPClass, type AssociationAnswer, type AssociationRequest, type ContextAnswer, type ProposedContext } from '@isocenter/dimse'
import type { Service } from '../configuration/schema.ts'
import { plainAddress, type Peers } from './peers.ts'
import type { ServiceRegistry } from './service.ts'
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
const abstractSyntaxNotSupported = 3
const transferSyntaxesNotSupported = 4

/** Answers a request for an association: who may call, and what each context is taken in. */
export async function negotiate(request: AssociationRequest, options: NegotiateOptions): Promise<AssociationAnswer> {
  const settings = options.settings()
  const remoteAddress = plainAddress(request.remoteAddress)
  const { callingAETitle, calledAETitle } = request
  const isKnown = await options.peers.find(settings.peers, callingAETitle, remoteAddress) !== undefined
  const reject = !settings.acceptAnyCalledAETitle && calledAETitle.trim() !== settings.aeTitle.trim() ? rejections.calledAETitleNotRecognized
    : settings.restrictCalling && !isKnown ? rejections.callingAETitleNotRecognized
      : undefined
  if (!isKnown) options.unknownSenders.note({ callingAETitle, calledAETitle, remoteAddress, wasRefused: reject !== undefined })
  if (reject) return { reject }
  if (options.associationsFrom(remoteAddress) >= settings.maxAssociationsPerAddress) return { reject: rejections.localLimitExceeded }
  return { accept: request.contexts.map((context) => answerTo(context, options.services)) }
}

function answerTo(context: ProposedContext, services: ServiceRegistry): ContextAnswer {
  const { id, abstractSyntax, transferSyntaxes, role } = context
  const service = services.get(abstractSyntax)
  const isForStorage = !service && isStorage(abstractSyntax)
  if (!service && !isForStorage && abstractSyntax !== VerificationSOPClass) return { id, refused: abstractSyntaxNotSupported }
  const transferSyntax = isForStorage ? chooseStorageSyntax(transferSyntaxes) : chooseServiceSyntax(transferSyntaxes)
  if (transferSyntax === undefined) return { id, refused: transferSyntaxesNotSupported }
  const extended = service?.extended?.(context)
  // A requestor that also wants to be sent to (C-GET, event reports) may: nothing is sent that it did not ask for.
  return { id, transferSyntax, ...(role ? { role } : {}), ...(extended ? { extended } : {}) }
}

/** Storage SOP classes of the standard, and whatever it does not know: private ones, and those of later editions. */
function isStorage(abstractSyntax: string): boolean {
  return sopClass(abstractSyntax)?.isStorage ?? true
}
