/** One status of a store: its code, and what it means in a sentence's end: "… was refused: out of resources". */
export interface StoreStatus {
  readonly code: number
  readonly meaning: string
}

/** Why an instance is not stored: FailureReason (0008,1197). Codes of PS3.18 Table I.2-2, and of PS3.7 Annex C where that table has none. */
export const storeFailures = {
  /** PS3.18 Table I.2-2. */
  outOfResources: { code: 0xa700, meaning: 'out of resources' },
  /** PS3.18 Table I.2-2: Data Set does not match SOP Class; what identifies an instance of any class is missing or no UID. */
  notIdentified: { code: 0xa900, meaning: 'a UID that identifies it is missing or malformed' },
  /** PS3.18 Table I.2-2. */
  cannotUnderstand: { code: 0xc000, meaning: 'cannot be read as DICOM' },
  /** Within Cannot understand (PS3.4 Table B.2-1, Cxxx): a BulkDataURI of its metadata is of no part of the request. */
  missingBulkdata: { code: 0xc922, meaning: 'bulk data that its metadata name did not come with it' },
  /** Within Cannot understand (PS3.4 Table B.2-1, Cxxx): the instance is of another study than the request's path. */
  otherStudy: { code: 0xc409, meaning: 'belongs to another study than the one it was sent to' },
  /** PS3.18 Table I.2-2. */
  transferSyntaxNotSupported: { code: 0xc122, meaning: 'its transfer syntax is not supported' },
  /** PS3.7 Annex C: Processing failure. */
  processingFailure: { code: 0x0110, meaning: 'could not be processed' },
  /** PS3.7 Annex C: Processing failure, of an object that did not arrive as its sender says it left. */
  corrupted: { code: 0x0110, meaning: 'did not arrive with the digest its sender announced' },
  /** PS3.7 Annex C: Duplicate SOP Instance; other bytes are stored under these UIDs and the former are kept. */
  duplicate: { code: 0x0111, meaning: 'other content is already stored under its UIDs' },
  /** PS3.7 Annex C: SOP Class not supported. */
  classNotSupported: { code: 0x0122, meaning: 'its SOP class is not accepted' },
  /** PS3.7 Annex C: Not authorized. */
  notAuthorized: { code: 0x0124, meaning: 'not authorised' },
} as const satisfies Readonly<Record<string, StoreStatus>>
export type StoreFailure = keyof typeof storeFailures

/** What was odd about a stored instance: WarningReason (0008,1196), PS3.18 Table I.2-1. */
export const storeWarnings = {
  coercion: { code: 0xb000, meaning: 'elements were changed' },
  elementsDiscarded: { code: 0xb006, meaning: 'elements were discarded' },
  doesNotMatchClass: { code: 0xb007, meaning: 'has values the standard does not allow; kept as they are' },
  /** A code of ours, as PS3.18 §I.2.1 allows: kept, but in no study that can be searched until somebody decides. */
  otherPatient: { code: 0xb409, meaning: 'is held apart from its study, which is of another patient' },
} as const satisfies Readonly<Record<string, StoreStatus>>
export type StoreWarning = keyof typeof storeWarnings

/** The meaning of a FailureReason or WarningReason; a code not in the tables is told in hex. */
export function storeStatusMeaning(code: number): string {
  // Of two meanings of one code the first, which is the general one.
  const known = [...Object.values(storeFailures), ...Object.values(storeWarnings)].find((status) => status.code === code)
  return known?.meaning ?? `status 0x${code.toString(16).toUpperCase().padStart(4, '0')}`
}
