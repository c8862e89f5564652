/** Who is seen in a pane, in its corner: panes may show studies of several patients, and must not be mixed up (VIEW-04). */
import { dicomDate } from '@isocenter/design-system/dicom-date'
import { personName } from '@isocenter/design-system/person-name'
import { language, type Language } from '../language.ts'
import { say, words, type Word } from '../words.ts'
import { Component, element } from './element.ts'
import type { DisplaySet, Services } from './ohif.ts'
import { shownImage } from './shown-image.ts'
import { comparableID, onPatientsOfStudies, whoseStudy, type WhoseStudy } from './studys-patient.ts'

/** A name as OHIF has it: DICOM JSON's groups, or plain text. */
type PersonName = string | { readonly Alphabetic?: string; readonly Ideographic?: string } | readonly PersonName[] | null | undefined

/** OHIF has null for an attribute without a value. */
export interface Patient {
  readonly PatientName?: PersonName
  readonly PatientID?: string | null
  readonly PatientSex?: string | null
  readonly PatientBirthDate?: string | null
}

/** As the list writes it, in the language of the page; of several names the first. */
export function writtenName(name: PersonName, spoken: Language = language()): string {
  if (name === undefined || name === null) return ''
  if (typeof name === 'string') return personName(name, spoken)
  if (!('Alphabetic' in name) && Array.isArray(name)) return writtenName((name as readonly PersonName[])[0], spoken)
  const { Alphabetic = '', Ideographic = '' } = name as { readonly Alphabetic?: string; readonly Ideographic?: string }
  return personName(`${Alphabetic}=${Ideographic}`, spoken)
}

/** By PatientSex (PS3.3 C.7.1.1). */
const sexes: Readonly<Record<string, Word>> = { M: 'male', F: 'female', O: 'otherSex' }

/** Number, sex and date of birth in one line. Below it OHIF writes the date of the study: this one says what it is. */
export function identityOf({ PatientID, PatientSex, PatientBirthDate }: Patient, spoken: Language = language()): string {
  const sex = sexes[PatientSex ?? '']
  const born = dicomDate(PatientBirthDate ?? '')
  return [PatientID ?? '', sex === undefined ? PatientSex ?? '' : words[spoken][sex], born === '' ? '' : `${words[spoken].born} ${born}`].filter((part) => part !== '').join(' · ')
}

/** Both lines, for panes of ours. */
export const patientLines = (patient: Patient): readonly string[] => [writtenName(patient.PatientName), identityOf(patient)].filter((line) => line !== '')

/** An image, and whose it is by its own metadata. */
export interface PatientsImage extends Patient { readonly SOPInstanceUID?: string }

const patientIDOf = ({ PatientID }: PatientsImage): string => (typeof PatientID === 'string' ? comparableID(PatientID) : '')

/** Of a study that does not say it: whose images most of these are; of several alike, whose came first. Undefined where none says it. */
export function prevailingPatientID(images: readonly PatientsImage[]): string | undefined {
  const counts = new Map<string, number>()
  for (const image of images) {
    const PatientID = patientIDOf(image)
    if (PatientID !== '') counts.set(PatientID, (counts.get(PatientID) ?? 0) + 1)
  }
  return [...counts].sort(([, one], [, other]) => other - one)[0]?.[0]
}

type Warning = Extract<Word, 'anotherPatient' | 'severalPatients' | 'nowAnotherPatient' | 'whoseAwaited'>

function warningOf(image: PatientsImage, { own, others }: WhoseStudy): 'anotherPatient' | 'nowAnotherPatient' | undefined {
  const PatientID = patientIDOf(image)
  // Which says nothing contradicts nothing.
  if (PatientID === '' || own.size === 0) return undefined
  return own.has(PatientID) ? others.has(PatientID) ? 'nowAnotherPatient' : undefined : 'anotherPatient'
}

/**
 * Who is seen in a pane: the patient of the image on the screen, who is not always the patient of the study, for a person may have put the image of another into it.
 * @param series images of what the pane shows
 * @param seenUID SOP Instance UID of the image on the screen; undefined where that is not one image (MPR)
 * @param whose the study is
 * @returns the patient, and the warning that belongs to it; no verdict before it is known what people have corrected
 */
export function patientSeen(series: readonly PatientsImage[], seenUID: string | undefined, whose: WhoseStudy): { readonly patient: Patient | undefined; readonly warning: Warning | undefined } {
  const { patient, warning } = byWhatIsKnown(series, seenUID, whose)
  return { patient, warning: warning !== undefined && whose.isAwaited ? 'whoseAwaited' : warning }
}

function byWhatIsKnown(series: readonly PatientsImage[], seenUID: string | undefined, whose: WhoseStudy): ReturnType<typeof patientSeen> {
  const seen = series.find(({ SOPInstanceUID }) => seenUID !== undefined && SOPInstanceUID === seenUID)
  if (seen !== undefined) return { patient: seen, warning: warningOf(seen, whose) }
  // A plane through all of them, or nothing is drawn yet.
  const warnings = new Set(series.map((image) => warningOf(image, whose)))
  return { patient: series[0], warning: warnings.has('anotherPatient') ? 'severalPatients' : warnings.has('nowAnotherPatient') ? 'nowAnotherPatient' : undefined }
}

/** Of what OHIF gives to the lines of a pane. Its `instance` is not asked: it stays what it was where two images have the same number, as those of two patients may. */
interface Overlay {
  readonly viewportId: string
  readonly displaySet?: DisplaySet
}

const warningColours = { color: '#1a1200', background: '#ffb020' }

/** Lines above what OHIF shows there itself. */
export function patientBanner(services: Services) {
  const seenIn = ({ viewportId, displaySet }: Overlay): ReturnType<typeof patientSeen> => {
    if (displaySet === undefined) return { patient: undefined, warning: undefined }
    const { StudyInstanceUID, instances, instance } = displaySet
    const imagesOfStudy = () => services.displaySetService.getActiveDisplaySets().filter((other) => other.StudyInstanceUID === StudyInstanceUID).flatMap((other) => other.instances ?? [])
    // Asked at every drawing: thousands of images are counted only where the study does not say whose it is.
    return patientSeen(instances ?? (instance ? [instance] : []), shownImage(services, viewportId)?.SOPInstanceUID, whoseStudy(StudyInstanceUID, () => prevailingPatientID(imagesOfStudy())))
  }
  const line = (id: string, textOf: (seen: ReturnType<typeof patientSeen>) => string) => ({
    id, inheritsFrom: 'ohif.overlayItem', label: '', title: '',
    condition: (overlay: Overlay) => textOf(seenIn(overlay)) !== '',
    contentF: (overlay: Overlay) => textOf(seenIn(overlay)),
  })
  /** OHIF draws lines again when the image changes; this one also when something else is known of the studies. */
  class WarningLine extends Component<Overlay> {
    stop: (() => void) | undefined
    componentDidMount() { this.stop = onPatientsOfStudies(() => { this.renderAgain() }) }
    componentWillUnmount() { this.stop?.() }
    render() {
      const { warning } = seenIn(this.props)
      return warning === undefined ? null : element('div', { className: 'overlay-item flex flex-row', style: warning === 'whoseAwaited' ? {} : warningColours, children: say(warning) })
    }
  }
  return {
    'viewportOverlay.topLeft': {
      $unshift: [
        { id: 'isocenter.AnotherPatient', contentF: (overlay: Overlay) => element(WarningLine, overlay) },
        line('isocenter.PatientName', ({ patient }) => writtenName(patient?.PatientName)),
        line('isocenter.Patient', ({ patient }) => (patient === undefined ? '' : identityOf(patient))),
      ],
    },
  }
}
