/** Which accepted presentation context carries what. */
import { NoPresentationContext } from '../message/dimse-error.ts'
import type { AcceptedContext, Association } from '../upper-layer/association.ts'

/**
 * The first accepted context of an abstract syntax, in the transfer syntax when one is named.
 * @throws NoPresentationContext
 */
export function contextFor(association: Association, abstractSyntax: string, transferSyntaxUID?: string): AcceptedContext {
  for (const context of association.contexts.values()) {
    if (context.abstractSyntax === abstractSyntax && (transferSyntaxUID === undefined || context.transferSyntax === transferSyntaxUID)) return context
  }
  throw new NoPresentationContext(abstractSyntax, transferSyntaxUID)
}

/**
 * As contextFor, of those in which the peer that asked for the association also takes instances: the SCP role it proposed was
 * accepted (PS3.7 §D.3.3.4). Sub-operations of C-GET go there.
 * @throws NoPresentationContext
 */
export function contextForStoreBack(association: Association, SOPClassUID: string, transferSyntaxUID: string): AcceptedContext {
  for (const context of association.contexts.values()) {
    if (context.abstractSyntax === SOPClassUID && context.transferSyntax === transferSyntaxUID && context.role?.scp) return context
  }
  throw new NoPresentationContext(SOPClassUID, transferSyntaxUID)
}
