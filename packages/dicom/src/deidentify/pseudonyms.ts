/** What stands for UIDs and Patient IDs: the same original always has the same stand-in, and without the secret none leads back. */
import { createHmac } from 'node:crypto'

export interface Pseudonyms {
  /** A UID below the 2.25 root (PS3.5 §B.2). Those of the standard itself stay as they are: they name no object. */
  readonly uidFor: (uid: string) => string
  /** A short name for a patient, so that those of one answer can be told apart. */
  readonly patientIDFor: (PatientID: string) => string
}

/** UIDs of SOP classes, transfer syntaxes, coding schemes and well-known objects (PS3.6 Annex A). */
const isOfTheStandard = (uid: string) => uid.startsWith('1.2.840.10008.')

/** @param secret of one recipient: two recipients cannot find out by UIDs that they were given the same study */
export function createPseudonyms(secret: Uint8Array): Pseudonyms {
  const digest = (kind: string, text: string) => createHmac('sha256', secret).update(`${kind} ${text}`).digest()
  return {
    uidFor: (uid) => (uid === '' || isOfTheStandard(uid) ? uid : `2.25.${BigInt(`0x${digest('uid', uid).subarray(0, 16).toString('hex')}`)}`),
    patientIDFor: (PatientID) => `ANON-${digest('patient', PatientID).subarray(0, 5).toString('hex').toUpperCase()}`,
  }
}
