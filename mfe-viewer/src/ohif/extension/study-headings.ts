/** Headings of OHIF's list of studies: they say date and description alone, also where studies of several patients stand side by side (VIEW-04). */
import { Component, element } from './element.ts'
import type { FoundStudy, Managers } from './ohif.ts'
import { writtenName, type PatientsImage } from './patient-banner.ts'
import { comparableID } from './studys-patient.ts'

/**
 * What stands below the date of a study: its description, and before it the patient where studies of more than one are on the screen.
 * @param onScreen the studies the address names, as far as they are known
 * @param images that are loaded, of whatever study; they have the name in all its writings
 */
export function headingOf(study: FoundStudy, onScreen: readonly FoundStudy[], images: readonly PatientsImage[]): string {
  const description = study.description ?? ''
  if (new Set(onScreen.map(patientOf)).size < 2) return description
  const PatientID = comparableID(study.mrn ?? '')
  const image = PatientID === '' ? undefined : images.find((one) => comparableID(one.PatientID ?? '') === PatientID)
  return [writtenName(image?.PatientName) || (study.patientName ?? '') || PatientID, description].filter((part) => part !== '').join(' · ')
}

/** By what two patients are told apart. */
const patientOf = ({ mrn = '', patientName = '' }: FoundStudy): string => comparableID(mrn) || patientName

/** Makes every study OHIF finds bring a heading that follows what is on the screen. OHIF puts a description where it finds one, text or element. */
export function nameStudies({ extensionManager, servicesManager: { services: { displaySetService } } }: Managers): void {
  const found = new Map<string, FoundStudy>()
  const headings = new Set<() => void>()
  const renew = () => { for (const heading of headings) heading() }

  class Heading extends Component<{ readonly study: FoundStudy }> {
    renew = () => { this.renderAgain() }
    componentDidMount() { headings.add(this.renew) }
    componentWillUnmount() { headings.delete(this.renew) }
    render() {
      const named = (new URLSearchParams(location.search).get('StudyInstanceUIDs') ?? '').split(',')
      const images = displaySetService.getActiveDisplaySets().flatMap(({ instances = [] }) => instances.slice(0, 1)) as readonly PatientsImage[]
      return element('span', { children: headingOf(this.props.study, named.flatMap((uid) => found.get(uid) ?? []), images) })
    }
  }

  const [{ query: { studies } }] = extensionManager.getActiveDataSource()
  const { search } = studies
  studies.search = async (query) => {
    const answer = await search(query)
    for (const study of answer) found.set(study.studyInstanceUid, study)
    renew()
    return answer.map((study) => ({ ...study, description: element(Heading, { study }) as unknown as string }))
  }
  displaySetService.subscribe(displaySetService.EVENTS.DISPLAY_SETS_ADDED, renew)
}
