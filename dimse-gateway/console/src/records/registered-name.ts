import { registeredUIDs } from '../../../../packages/dicom/src/uids.generated.ts'

const names = new Map(registeredUIDs.map(([uid, , , , name]) => [uid, name]))

/** What PS3.6 calls a SOP class or transfer syntax; the UID itself where it is private or newer. */
export const registeredName = (uid: string): string => names.get(uid)?.replace(/ (Storage|SOP Class)$/, '') ?? uid
