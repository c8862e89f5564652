/** Status (0000,0900): every code we give or know, with the clause that defines it. */

export type StatusClass = 'success' | 'pending' | 'cancel' | 'warning' | 'failure'

export interface DimseStatus {
  readonly code: number
  /** As the standard words it. */
  readonly name: string
  readonly class: StatusClass
  readonly clause: string
}

const status = (code: number, name: string, clause: string): DimseStatus => ({ code, name, class: statusClass(code), clause })

/** The statuses of PS3.7 Annex C, and of the services in PS3.4 that we serve or use. */
export const dimseStatus = {
  success: status(0x0000, 'Success', 'PS3.7 §C.1.1'),
  pending: status(0xff00, 'Pending', 'PS3.7 §C.2'),
  pendingOptionalKeysUnsupported: status(0xff01, 'Pending: one or more optional keys were not supported', 'PS3.4 Table C.4-1'),
  cancel: status(0xfe00, 'Cancel', 'PS3.7 §C.3'),

  requestedOptionalAttributesNotSupported: status(0x0001, 'Requested optional attributes are not supported', 'PS3.4 §F.8'),
  attributeListWarning: status(0x0107, 'Attribute list warning', 'PS3.7 §C.4.2'),
  attributeValueOutOfRange: status(0x0116, 'Attribute value out of range', 'PS3.7 §C.4.3'),

  noSuchAttribute: status(0x0105, 'No such attribute', 'PS3.7 §C.5'),
  invalidAttributeValue: status(0x0106, 'Invalid attribute value', 'PS3.7 §C.5'),
  processingFailure: status(0x0110, 'Processing failure', 'PS3.7 §C.5'),
  duplicateSOPInstance: status(0x0111, 'Duplicate SOP Instance', 'PS3.7 §C.5'),
  noSuchSOPInstance: status(0x0112, 'No such SOP Instance', 'PS3.7 §C.5'),
  noSuchEventType: status(0x0113, 'No such Event Type', 'PS3.7 §C.5'),
  noSuchArgument: status(0x0114, 'No such argument', 'PS3.7 §C.5'),
  invalidArgumentValue: status(0x0115, 'Invalid argument value', 'PS3.7 §C.5'),
  invalidSOPInstance: status(0x0117, 'Invalid SOP Instance', 'PS3.7 §C.5'),
  noSuchSOPClass: status(0x0118, 'No such SOP Class', 'PS3.7 §C.5'),
  classInstanceConflict: status(0x0119, 'Class-instance conflict', 'PS3.7 §C.5'),
  missingAttribute: status(0x0120, 'Missing attribute', 'PS3.7 §C.5'),
  missingAttributeValue: status(0x0121, 'Missing attribute value', 'PS3.7 §C.5'),
  sopClassNotSupported: status(0x0122, 'Refused: SOP Class not supported', 'PS3.7 §C.5'),
  noSuchActionType: status(0x0123, 'No such Action Type', 'PS3.7 §C.5'),
  notAuthorized: status(0x0124, 'Refused: not authorized', 'PS3.7 §C.5'),
  duplicateInvocation: status(0x0210, 'Duplicate invocation', 'PS3.7 §C.5'),
  unrecognizedOperation: status(0x0211, 'Unrecognized operation', 'PS3.7 §C.5'),
  mistypedArgument: status(0x0212, 'Mistyped argument', 'PS3.7 §C.5'),
  resourceLimitation: status(0x0213, 'Resource limitation', 'PS3.7 §C.5'),

  outOfResources: status(0xa700, 'Refused: out of resources', 'PS3.4 Tables B.2-1 and C.4-1'),
  unableToCountMatches: status(0xa701, 'Refused: out of resources, unable to calculate number of matches', 'PS3.4 Tables C.4-2 and C.4-3'),
  unableToPerformSuboperations: status(0xa702, 'Refused: out of resources, unable to perform sub-operations', 'PS3.4 Tables C.4-2 and C.4-3'),
  moveDestinationUnknown: status(0xa801, 'Refused: Move Destination unknown', 'PS3.4 Table C.4-2'),
  doesNotMatchSOPClass: status(0xa900, 'Error: data set or identifier does not match SOP Class', 'PS3.4 Tables B.2-1 and C.4-1'),
  cannotUnderstand: status(0xc000, 'Error: cannot understand, or unable to process', 'PS3.4 Tables B.2-1 and C.4-1'),

  coercionOfDataElements: status(0xb000, 'Warning: coercion of data elements, or sub-operations complete with failures', 'PS3.4 Tables B.2-1 and C.4-2'),
  elementsDiscarded: status(0xb006, 'Warning: elements discarded', 'PS3.4 Table B.2-1'),
  dataSetDoesNotMatchSOPClass: status(0xb007, 'Warning: data set does not match SOP Class', 'PS3.4 Table B.2-1'),
} as const satisfies Readonly<Record<string, DimseStatus>>

const byCode = new Map(Object.values(dimseStatus).map((known) => [known.code, known]))

/** The class of any 16-bit status, known or not (PS3.7 Annex C). */
export function statusClass(code: number): StatusClass {
  if (code === 0x0000) return 'success'
  if (isPending(code)) return 'pending'
  if (code === 0xfe00) return 'cancel'
  if (code === 0x0001 || code === 0x0107 || code === 0x0116 || (code & 0xf000) === 0xb000) return 'warning'
  return 'failure'
}

/** Whether more responses follow one with this status. */
export function isPending(code: number): boolean {
  return code === 0xff00 || code === 0xff01
}

/** The standard's words for a status; of a code it leaves to implementations (A7xx, A9xx, Cxxx), those of its range. */
export function statusName(code: number): string {
  const known = byCode.get(code) ?? byCode.get(code & 0xff00) ?? byCode.get(code & 0xf000)
  return known && (known.code === code || code >= 0xa000) ? known.name : 'a status PS3.7 does not define'
}
