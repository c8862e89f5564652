/** SOP classes of PS3.6 Table A-1. */
import { registeredUIDs } from './uids.generated.ts'

export interface SOPClass {
  readonly uid: string
  readonly keyword: string
  readonly name: string
  readonly retired: boolean
  /** Its instances are stored (PS3.4 Annex B), rather than queried, printed or notified. */
  readonly isStorage: boolean
}

const sopClasses = new Map<string, SOPClass>()
for (const [uid, keyword, type, retired, name] of registeredUIDs) {
  if (type !== 'SOP Class') continue
  sopClasses.set(uid, { uid, keyword, name, retired, isStorage: keyword.includes('Storage') && !/^(StorageCommitment|MediaStorage)/.test(keyword) })
}

/** The registered SOP class of a UID; undefined for private classes and for later editions'. */
export function sopClass(uid: string): SOPClass | undefined {
  return sopClasses.get(uid)
}

const uidsByKeyword = new Map([...sopClasses.values()].map(({ keyword, uid }) => [keyword, uid]))

/** The UID of a SOP class by its keyword of PS3.6 Table A-1, as `Verification`. @throws RangeError when no SOP class has it: a misspelling */
export function sopClassUID(keyword: string): string {
  const uid = uidsByKeyword.get(keyword)
  if (uid === undefined) throw new RangeError(`PS3.6 has no SOP class ${keyword}.`)
  return uid
}

/** Every storage SOP class of Table A-1, retired ones included. */
export function storageSOPClasses(): readonly SOPClass[] {
  return [...sopClasses.values()].filter((candidate) => candidate.isStorage)
}
