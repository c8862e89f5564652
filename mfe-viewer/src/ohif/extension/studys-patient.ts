/**
 * Whose studies are, as the server has it: as they came, and by what holds now. OHIF looks for each study before it shows it, and this listens: nothing is asked for
 * besides. What people have corrected is in no DICOMweb answer; the page that holds the viewer tells it. Without a page, and of a share link, nothing of that is known.
 */
import type { PatientsOfStudies } from '@isocenter/contracts/viewer'
import type { Managers } from './ohif.ts'

/** PatientIDs by StudyInstanceUID, in the form they are compared in. */
type PatientIDs = ReadonlyMap<string, string>

/** What is known of what holds now. */
type Known = PatientIDs | Exclude<PatientsOfStudies, readonly unknown[]>

/** Who has a pane before him waits so long for the page to say whose its images are; then they count. On a slow line the page asks long after the pane is there. */
const patienceMs = 60_000

const came = new Map<string, string>()
let now: Known = 'unknown'
const listeners = new Set<() => void>()
let waiting: ReturnType<typeof setTimeout> | undefined

/** As the server compares PatientIDs: letter case counts, spaces around them do not (decision 0054). */
export const comparableID = (PatientID: string): string => PatientID.normalize('NFC').trim()

export function learnPatientsOfStudies({ extensionManager }: Managers): void {
  const [{ query: { studies } }] = extensionManager.getActiveDataSource()
  const { search } = studies
  studies.search = async (query) => {
    const found = await search(query)
    for (const { studyInstanceUid: StudyInstanceUID, mrn: PatientID = '' } of found) if (comparableID(PatientID) !== '') came.set(StudyInstanceUID, comparableID(PatientID))
    return found
  }
}

/** What the page says, instead of all it has said before. */
export function takePatientsOfStudies(studies: PatientsOfStudies): void {
  clearTimeout(waiting)
  waiting = undefined
  now = typeof studies === 'string' ? studies : new Map(studies.map(({ StudyInstanceUID, PatientID }) => [StudyInstanceUID, comparableID(PatientID)]))
  for (const listener of listeners) listener()
  waitWithPatience()
}

/** An answer that does not come leaves nobody without a warning. Before there is an image to be warned of, nothing is waited for. */
function waitWithPatience(): void {
  if (now === 'awaited' && listeners.size > 0) waiting ??= setTimeout(() => { takePatientsOfStudies('unknown') }, patienceMs)
}

/** Calls `listener`, of a pane, whenever something else is known; answers how to stop. */
export function onPatientsOfStudies(listener: () => void): () => void {
  listeners.add(listener)
  waitWithPatience()
  return () => { listeners.delete(listener) }
}

/** By which PatientIDs images of a study are told from those of others. */
export interface WhoseStudy {
  /** Of the study's patient: the one it came with, and the one that holds now. Where there is none no image can be told from another. */
  readonly own: ReadonlySet<string>
  /** By which studies of other patients go that stand beside it, and not this one by what holds now: who reads such a one in its pane takes it for theirs. */
  readonly others: ReadonlySet<string>
  /** What holds now is still to be said: an image that differs may be the study's all the same. */
  readonly isAwaited: boolean
}

/**
 * @param cameWithout whose a study is that came without a PatientID
 * @param studies as they came, and by what holds now of those on the screen
 */
export function whoseStudy(StudyInstanceUID: string, cameWithout: () => string | undefined, studies: { readonly came: PatientIDs; readonly now: Known } = { came, now }): WhoseStudy {
  const told: PatientIDs = typeof studies.now === 'string' ? new Map() : studies.now
  const holds = told.get(StudyInstanceUID)
  const own = [studies.came.get(StudyInstanceUID) ?? cameWithout(), holds]
  const beside = holds === undefined ? [] : [...told].filter(([, PatientID]) => PatientID !== holds).flatMap(([other, PatientID]) => [studies.came.get(other), PatientID])
  const known = (PatientID: string | undefined) => PatientID !== undefined
  return { own: new Set(own.filter(known)), others: new Set(beside.filter(known).filter((PatientID) => PatientID !== holds)), isAwaited: studies.now === 'awaited' }
}
