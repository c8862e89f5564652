/** The protocol data units of the DICOM upper layer (PS3.8 §9.3) as values. */

/** PDU types as they stand in the first byte (PS3.8 §9.3.1). */
export const pduTypes = {
  'A-ASSOCIATE-RQ': 0x01,
  'A-ASSOCIATE-AC': 0x02,
  'A-ASSOCIATE-RJ': 0x03,
  'P-DATA-TF': 0x04,
  'A-RELEASE-RQ': 0x05,
  'A-RELEASE-RP': 0x06,
  'A-ABORT': 0x07,
} as const

export type PduName = keyof typeof pduTypes

/** Type, a reserved byte and the length of what follows, which does not count these six bytes. */
export const pduHeaderBytes = 6
/** Item length, presentation context id and message control header in front of each value (PS3.8 §9.3.5.1). */
export const pdvHeaderBytes = 6

/** The shortest maximum length that leaves room for two bytes of a value. */
export const leastMaxPduLength = pdvHeaderBytes + 2

/** PS3.7 Annex A.2.1: the only application context DICOM has. */
export const DICOMApplicationContextName = '1.2.840.10008.3.1.1.1'

export interface RoleSelection { readonly scu: boolean; readonly scp: boolean }
export interface AsyncOperations {
  /** Operations the sender of the item may have outstanding as invoker; 0 is no limit. */
  readonly invoked: number
  /** The same as performer. */
  readonly performed: number
}
/** PS3.7 §D.3.3.6. */
export interface CommonExtendedNegotiation {
  readonly SOPClassUID: string
  readonly serviceClassUID: string
  readonly relatedGeneralSOPClassUIDs: readonly string[]
}
/** PS3.7 §D.3.3.7.1. */
export interface UserIdentity {
  readonly type: 'username' | 'usernameAndPasscode' | 'kerberos' | 'saml' | 'jwt'
  readonly positiveResponseRequested: boolean
  readonly primary: Uint8Array
  /** The passcode; empty for every other type. */
  readonly secondary: Uint8Array
}
/** Values of the type field of a user identity. */
export const userIdentityTypes: Readonly<Record<UserIdentity['type'], number>> = { username: 1, usernameAndPasscode: 2, kerberos: 3, saml: 4, jwt: 5 }

/** PS3.8 Annex D and PS3.7 §D.3.3. What is absent was not negotiated. */
export interface UserInformation {
  /** Longest P-DATA-TF the sender of the item takes, bytes after the PDU header; 0 is no limit (PS3.8 §D.1). */
  readonly maxPduLength?: number
  readonly implementationClassUID?: string
  readonly implementationVersionName?: string
  readonly asyncOperations?: AsyncOperations
  /** By SOP Class UID. */
  readonly roles?: ReadonlyMap<string, RoleSelection>
  /** Service-class-application-information by SOP Class UID. */
  readonly extended?: ReadonlyMap<string, Uint8Array>
  readonly commonExtended?: readonly CommonExtendedNegotiation[]
  readonly userIdentity?: UserIdentity
  /** Of an A-ASSOCIATE-AC: the identity was taken; the bytes are for Kerberos, SAML and JWT. */
  readonly userIdentityResponse?: Uint8Array
}

export interface PresentationContextItem {
  readonly id: number
  readonly abstractSyntax: string
  readonly transferSyntaxes: readonly string[]
}
/** PS3.8 Table 9-18: 0 acceptance, 1 user rejection, 2 no reason, 3 abstract syntax not supported, 4 transfer syntaxes not supported. */
export type ContextResult = 0 | 1 | 2 | 3 | 4
export interface PresentationContextResult {
  readonly id: number
  readonly result: ContextResult
  /** Significant only where `result` is 0. */
  readonly transferSyntax: string
}

interface AssociateFields {
  /** Bit field: bit 0 is version 1, the only one there is. */
  readonly protocolVersion: number
  readonly calledAETitle: string
  readonly callingAETitle: string
  readonly applicationContext: string
  readonly userInformation: UserInformation
}
export interface AssociateRequestPdu extends AssociateFields {
  readonly name: 'A-ASSOCIATE-RQ'
  readonly contexts: readonly PresentationContextItem[]
}
export interface AssociateAcceptPdu extends AssociateFields {
  readonly name: 'A-ASSOCIATE-AC'
  readonly contexts: readonly PresentationContextResult[]
}
/** Result, source and reason of a rejection (PS3.8 Table 9-21). */
export interface Rejection { readonly result: 1 | 2; readonly source: 1 | 2 | 3; readonly reason: number }
export interface AssociateRejectPdu {
  readonly name: 'A-ASSOCIATE-RJ'
  readonly result: number
  readonly source: number
  readonly reason: number
}
export interface ReleaseRequestPdu { readonly name: 'A-RELEASE-RQ' }
export interface ReleaseResponsePdu { readonly name: 'A-RELEASE-RP' }
export interface AbortPdu {
  readonly name: 'A-ABORT'
  readonly source: number
  readonly reason: number
}
/** One presentation data value of a P-DATA-TF. */
export interface PresentationDataValue {
  readonly contextId: number
  readonly kind: 'command' | 'dataSet'
  /** Ends the command or the data set it is a fragment of. */
  readonly last: boolean
  readonly bytes: Uint8Array
}
export interface DataPdu {
  readonly name: 'P-DATA-TF'
  readonly values: readonly PresentationDataValue[]
}

/** Every PDU that is taken whole. P-DATA-TF is not: its values are handed on as they come (pdu-stream.ts). */
export type ControlPdu = AssociateRequestPdu | AssociateAcceptPdu | AssociateRejectPdu | ReleaseRequestPdu | ReleaseResponsePdu | AbortPdu
export type Pdu = ControlPdu | DataPdu

/** Reasons of an A-ABORT by the service-provider, source 2 (PS3.8 Table 9-26). */
export const abortReasons = {
  notSpecified: 0,
  unrecognizedPdu: 1,
  unexpectedPdu: 2,
  unrecognizedPduParameter: 4,
  unexpectedPduParameter: 5,
  invalidPduParameterValue: 6,
} as const
export type AbortReason = (typeof abortReasons)[keyof typeof abortReasons]

/** Bytes that are not a PDU the standard allows; `reason` is what an A-ABORT says about them. */
export class PduError extends Error {
  override readonly name = 'PduError'
  readonly reason: AbortReason
  constructor(message: string, reason: AbortReason = abortReasons.invalidPduParameterValue) {
    super(message)
    this.reason = reason
  }
}
