/** What an association request and its answer say, between the PDUs and their users (PS3.7 Annex D, PS3.8 §7.1.1). */
import { ImplementationClassUID, ImplementationVersionName } from '@isocenter/dicom'
import type { AcceptedContext, ProposedContext, TlsFacts } from './association.ts'
import {
  DICOMApplicationContextName, PduError, type AssociateAcceptPdu, type AssociateRequestPdu, type AsyncOperations, type CommonExtendedNegotiation,
  type ContextResult, type Rejection, type RoleSelection, type UserIdentity,
} from './pdu.ts'

/** A request for an association, as it came. */
export interface AssociationRequest {
  readonly callingAETitle: string
  readonly calledAETitle: string
  readonly remoteAddress: string
  readonly remotePort: number
  /** In the requestor's order, with the requestor's ids. */
  readonly contexts: readonly ProposedContext[]
  readonly applicationContext: string
  readonly userIdentity?: UserIdentity
  readonly asyncOperations?: AsyncOperations
  readonly commonExtended?: readonly CommonExtendedNegotiation[]
  readonly tls?: TlsFacts
  /** The longest P-DATA-TF the requestor takes, bytes after the PDU header; 0 is no limit. */
  readonly maxPduLength: number
  readonly implementationClassUID: string
  readonly implementationVersionName?: string
}

/** PS3.8 Table 9-18: 1 user rejection, 2 no reason, 3 abstract syntax not supported, 4 transfer syntaxes not supported. */
export type ContextRefusal = Exclude<ContextResult, 0>
export type ContextAnswer =
  | { readonly id: number; readonly transferSyntax: string; readonly role?: RoleSelection; readonly extended?: Uint8Array }
  | { readonly id: number; readonly refused: ContextRefusal }

export type AssociationAnswer =
  | {
    /** By id; a context that is not answered is refused without a reason. */
    readonly accept: readonly ContextAnswer[]
    /** That the user identity was taken, for a requestor that wants to know (PS3.7 §D.3.3.7). */
    readonly userIdentityResponse?: Uint8Array
    /** One operation at a time when absent. */
    readonly asyncOperations?: AsyncOperations
  }
  | { readonly reject: Rejection }

/** Assumed of a peer that does not say what it takes, against PS3.8 §D.1, which makes it say so. */
const assumedMaxPduLength = 16_384

/** The longest P-DATA-TF the peer takes, bytes after the PDU header; 0 is no limit. */
export function maxPduLengthOf({ userInformation }: AssociateRequestPdu | AssociateAcceptPdu): number {
  return userInformation.maxPduLength ?? assumedMaxPduLength
}

/** A request PDU as its user sees it. */
export function requestOf(pdu: AssociateRequestPdu, peer: { remoteAddress: string; remotePort: number; tls?: TlsFacts }): AssociationRequest {
  const { userInformation: info } = pdu
  return {
    ...peer,
    callingAETitle: pdu.callingAETitle,
    calledAETitle: pdu.calledAETitle,
    applicationContext: pdu.applicationContext,
    maxPduLength: maxPduLengthOf(pdu),
    implementationClassUID: info.implementationClassUID ?? '',
    ...(info.implementationVersionName === undefined ? {} : { implementationVersionName: info.implementationVersionName }),
    ...(info.userIdentity ? { userIdentity: info.userIdentity } : {}),
    ...(info.asyncOperations ? { asyncOperations: info.asyncOperations } : {}),
    ...(info.commonExtended ? { commonExtended: info.commonExtended } : {}),
    contexts: pdu.contexts.map((context) => ({ ...context, ...selectionsOf(context.abstractSyntax, info) })),
  }
}

function selectionsOf(abstractSyntax: string, info: AssociateRequestPdu['userInformation']): { role?: RoleSelection; extended?: Uint8Array } {
  const role = info.roles?.get(abstractSyntax)
  const extended = info.extended?.get(abstractSyntax)
  return { ...(role ? { role } : {}), ...(extended ? { extended } : {}) }
}

/**
 * The A-ASSOCIATE-AC for an answer, and the contexts it accepts.
 * @throws Error when the answer accepts what was not proposed: a mistake of whoever negotiates
 */
export function acceptPdu(request: AssociateRequestPdu, answer: Extract<AssociationAnswer, { accept: unknown }>, maxPduBytes: number): { pdu: AssociateAcceptPdu; contexts: Map<number, AcceptedContext> } {
  const answers = new Map(answer.accept.map((context) => [context.id, context]))
  const contexts = new Map<number, AcceptedContext>()
  const roles = new Map<string, RoleSelection>()
  const extended = new Map<string, Uint8Array>()
  const results = request.contexts.map((proposed) => {
    const given = answers.get(proposed.id)
    const transferSyntax = proposed.transferSyntaxes[0] ?? ''
    if (!given || 'refused' in given) return { id: proposed.id, result: given?.refused ?? 2, transferSyntax }
    if (!proposed.transferSyntaxes.includes(given.transferSyntax)) throw new Error(`transfer syntax ${given.transferSyntax} was not proposed for presentation context ${proposed.id}`)
    const selections = {
      ...(given.role && request.userInformation.roles?.has(proposed.abstractSyntax) ? { role: given.role } : {}),
      ...(given.extended ? { extended: given.extended } : {}),
    }
    contexts.set(proposed.id, { id: proposed.id, abstractSyntax: proposed.abstractSyntax, transferSyntax: given.transferSyntax, ...selections })
    if (selections.role) roles.set(proposed.abstractSyntax, selections.role)
    if (selections.extended) extended.set(proposed.abstractSyntax, selections.extended)
    return { id: proposed.id, result: 0 as const, transferSyntax: given.transferSyntax }
  })
  for (const id of answers.keys()) {
    if (!request.contexts.some((proposed) => proposed.id === id)) throw new Error(`presentation context ${id} was not proposed`)
  }
  const pdu: AssociateAcceptPdu = {
    name: 'A-ASSOCIATE-AC',
    protocolVersion: 1,
    calledAETitle: request.calledAETitle,
    callingAETitle: request.callingAETitle,
    applicationContext: request.applicationContext,
    contexts: results,
    userInformation: {
      ...ourImplementation(maxPduBytes),
      ...(answer.asyncOperations && request.userInformation.asyncOperations ? { asyncOperations: answer.asyncOperations } : {}),
      ...(answer.userIdentityResponse && request.userInformation.userIdentity?.positiveResponseRequested ? { userIdentityResponse: answer.userIdentityResponse } : {}),
      roles,
      extended,
    },
  }
  return { pdu, contexts }
}

export interface ContextProposal {
  readonly abstractSyntax: string
  /** In the order of preference. */
  readonly transferSyntaxes: readonly string[]
  /** Roles we propose for ourselves, by SOP class: the same wherever it is proposed. */
  readonly role?: RoleSelection
  readonly extended?: Uint8Array
}

export interface RequestFields {
  readonly callingAETitle: string
  readonly calledAETitle: string
  readonly contexts: readonly ContextProposal[]
  readonly userIdentity?: UserIdentity
  readonly asyncOperations?: AsyncOperations
  readonly commonExtended?: readonly CommonExtendedNegotiation[]
}

/** Ids are odd and below 256. */
export const maxPresentationContexts = 128

/**
 * The A-ASSOCIATE-RQ for what we want, with the ids 1, 3, 5 … in the order given.
 * @throws RangeError for no context or more than 128
 */
export function requestPdu(fields: RequestFields, maxPduBytes: number): AssociateRequestPdu {
  const { contexts, userIdentity, asyncOperations, commonExtended } = fields
  if (contexts.length === 0 || contexts.length > maxPresentationContexts) throw new RangeError(`An association has 1 to ${maxPresentationContexts} presentation contexts, not ${contexts.length}.`)
  const roles = new Map<string, RoleSelection>()
  const extended = new Map<string, Uint8Array>()
  for (const context of contexts) {
    if (context.role) roles.set(context.abstractSyntax, context.role)
    if (context.extended) extended.set(context.abstractSyntax, context.extended)
  }
  return {
    name: 'A-ASSOCIATE-RQ',
    protocolVersion: 1,
    calledAETitle: fields.calledAETitle,
    callingAETitle: fields.callingAETitle,
    applicationContext: DICOMApplicationContextName,
    contexts: contexts.map(({ abstractSyntax, transferSyntaxes }, index) => ({ id: 2 * index + 1, abstractSyntax, transferSyntaxes })),
    userInformation: {
      ...ourImplementation(maxPduBytes),
      ...(userIdentity ? { userIdentity } : {}),
      ...(asyncOperations ? { asyncOperations } : {}),
      ...(commonExtended ? { commonExtended } : {}),
      roles,
      extended,
    },
  }
}

/**
 * The contexts that an A-ASSOCIATE-AC accepts.
 * @throws PduError when it accepts what was not proposed
 */
export function acceptedContexts(request: AssociateRequestPdu, accept: AssociateAcceptPdu): Map<number, AcceptedContext> {
  const contexts = new Map<number, AcceptedContext>()
  for (const { id, result, transferSyntax } of accept.contexts) {
    const proposed = request.contexts.find((context) => context.id === id)
    if (!proposed) throw new PduError(`presentation context ${id} was answered and not proposed`)
    if (result !== 0) continue
    if (!proposed.transferSyntaxes.includes(transferSyntax)) throw new PduError(`transfer syntax ${transferSyntax} was not proposed for presentation context ${id}`)
    contexts.set(id, { id, abstractSyntax: proposed.abstractSyntax, transferSyntax, ...selectionsOf(proposed.abstractSyntax, accept.userInformation) })
  }
  return contexts
}

/** What both sides know of the peer from its user information. */
export function peerFacts({ userInformation }: AssociateRequestPdu | AssociateAcceptPdu): { implementationClassUID?: string; implementationVersionName?: string } {
  const { implementationClassUID, implementationVersionName } = userInformation
  return {
    ...(implementationClassUID === undefined ? {} : { implementationClassUID }),
    ...(implementationVersionName === undefined ? {} : { implementationVersionName }),
  }
}

function ourImplementation(maxPduBytes: number): { maxPduLength: number; implementationClassUID: string; implementationVersionName: string } {
  return { maxPduLength: maxPduBytes, implementationClassUID: ImplementationClassUID, implementationVersionName: ImplementationVersionName }
}
