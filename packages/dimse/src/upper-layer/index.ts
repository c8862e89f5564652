/** The DICOM upper layer (PS3.8): associations, accepted and requested, with data streaming both ways. */
export { createAcceptor, plainAddress, type Acceptor, type AcceptorOptions } from './acceptor.ts'
export { requestAssociation, type RequestOptions } from './requestor.ts'
export { errorOfEnd, type AcceptedContext, type Association, type AssociationEnd, type DataPiece, type ProposedContext, type TlsFacts } from './association.ts'
export { maxPresentationContexts, type AssociationAnswer, type AssociationRequest, type ContextAnswer, type ContextProposal, type ContextRefusal } from './negotiation.ts'
export {
  AssociationAborted, AssociationLost, AssociationRejected, AssociationStateError, AssociationTimedOut, ConnectionFailed, type AssociationTimer,
} from './errors.ts'
export { abortMeaning, rejectionMeaning, rejections } from './meanings.ts'
export type { UpperLayerEvent } from './events.ts'
export { defaultLimits, defaultRequestorLimits, type UpperLayerLimits } from './limits.ts'
export { DICOMApplicationContextName, type AsyncOperations, type CommonExtendedNegotiation, type Rejection, type RoleSelection, type UserIdentity } from './pdu.ts'
export type { ConnectionEnd } from './provider.ts'
export type { AcceptorTls, RequestorTls, TlsProfile } from './tls.ts'
