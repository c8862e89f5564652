/** Why an instance was not stored, or stored with a remark (PS3.18 Annex I.2). */

export const failureReasons = {
  /** PS3.18 Table I.2-2: Refused, Out of Resources. */
  outOfResources: 0xa700,
  /** PS3.18 Table I.2-2: Data Set does not match SOP Class; what identifies an instance of any class is missing or no UID. */
  notIdentified: 0xa900,
  /** PS3.18 Table I.2-2: Cannot understand. */
  cannotUnderstand: 0xc000,
  /** In the range of Cannot understand (PS3.4 Table B.2-1 Cxxx): the instance is of another study than the request's path. */
  otherStudy: 0xc409,
  /** PS3.7 Annex C: Processing failure. */
  processingFailure: 0x0110,
  /** PS3.7 Annex C: Duplicate SOP Instance; other bytes are stored under these UIDs and the organisation keeps the former. */
  duplicate: 0x0111,
  /** PS3.7 Annex C: Not authorized. */
  notAuthorized: 0x0124,
} as const
export type FailureReason = keyof typeof failureReasons

/** PS3.18 Table I.2-1: Data Set does not match SOP Class, yet it is stored; here for anything odd that was kept as received. */
export const dataSetDoesNotMatch = 0xb007
