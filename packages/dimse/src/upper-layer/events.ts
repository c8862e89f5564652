import type { Association, AssociationEnd } from './association.ts'
import type { AssociationRequest } from './negotiation.ts'
import type { Rejection } from './pdu.ts'
import type { ConnectionEnd } from './provider.ts'

interface Remote { readonly remoteAddress: string; readonly remotePort: number }

/** What an acceptor tells of, for logs, metrics and the list of unknown senders. */
export type UpperLayerEvent =
  | { readonly type: 'established'; readonly association: Association }
  | { readonly type: 'ended'; readonly association: Association; readonly end: AssociationEnd }
  /** A request was answered by A-ASSOCIATE-RJ; `by` the upper layer itself or by `negotiate`. */
  | { readonly type: 'rejected'; readonly request: AssociationRequest; readonly rejection: Rejection; readonly by: 'upperLayer' | 'negotiate' }
  /** A connection ended before an association was agreed: garbage, silence, or the peer went away. */
  | Remote & { readonly type: 'withoutAssociation'; readonly end: ConnectionEnd }
  | Remote & { readonly type: 'tlsFailed'; readonly error: Error }
  /** More connections than allowed: closed at once. */
  | Remote & { readonly type: 'connectionDropped' }
  | { readonly type: 'negotiateFailed'; readonly request: AssociationRequest; readonly error: unknown }
  | { readonly type: 'serveFailed'; readonly association: Association; readonly error: unknown }
