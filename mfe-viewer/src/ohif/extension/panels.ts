/** Our panels beside OHIF's: earlier studies of the patient, and marking an image. */
import { dicomDate } from '@isocenter/design-system/dicom-date'
import { dicomwebRootOf } from '../root.ts'
import { say } from '../words.ts'
import { button, hosted, tag } from './element.ts'
import { keyImagesOf, keyObjectClass, keyObjectOf, type KeyImage } from './key-images.ts'
import type { Naturalized } from './objects/kinds.ts'
import type { DisplaySet, Managers } from './ohif.ts'
import { writtenName } from './patient-banner.ts'
import { paneShown } from './say-shown.ts'
import { shownImage } from './shown-image.ts'

/** Of what the product tells of a study. */
interface ToldStudy {
  readonly StudyInstanceUID: string
  readonly PatientID?: string
  readonly PatientName?: string
  readonly StudyDate?: string
  readonly StudyDescription?: string
  readonly ModalitiesInStudy: readonly string[]
  readonly identity?: { readonly PatientBirthDate?: string }
}

/** Other studies of the same patient, as people have corrected that. @throws Error where they cannot be had */
async function othersOfPatient(StudyInstanceUID: string, organisationId: string): Promise<{ readonly study: ToldStudy; readonly others: readonly ToldStudy[] }> {
  const answer = await fetch(`/api/studies/${encodeURIComponent(StudyInstanceUID)}`, { headers: { 'accept': 'application/json', 'x-organisation': organisationId } })
  if (!answer.ok) throw new Error(String(answer.status))
  const study = await answer.json() as ToldStudy & { readonly related: readonly { readonly study: ToldStudy; readonly reason: string }[] }
  // Those that people have linked may be of anybody.
  const others = study.related.filter(({ study: { PatientID }, reason }) => reason === 'samePatient' || (PatientID !== undefined && PatientID === study.PatientID)).map((one) => one.study)
  return { study, others: others.sort((one, other) => (other.StudyDate ?? '').localeCompare(one.StudyDate ?? '')) }
}

/** Other studies of the patient whose image is looked at, in the same organisation; one press puts one beside it. */
export const priorsPanel = ({ commandsManager }: Managers) => hosted<object>((host) => {
  // Filled again whenever OHIF draws it.
  if (host.hasChildNodes()) return
  const list = tag('div', 'isocenter-list')
  const again = button(say('refresh'), () => void fill())
  host.replaceChildren(tag('div', 'isocenter-panel', tag('p', 'isocenter-what', say('priorsOf')), list, again))
  const here = new URLSearchParams(location.search)
  const current = (here.get('StudyInstanceUIDs') ?? '').split(',')[0] ?? ''

  async function fill(): Promise<void> {
    list.replaceChildren(say('loading'))
    try {
      const { study, others } = await othersOfPatient(current, here.get('o') ?? '')
      list.replaceChildren(...(others.length > 0 ? others.map(row) : [say(study.PatientID === undefined ? 'noPatientID' : 'noPriors')]))
    } catch {
      list.replaceChildren(say('listFailed'))
    }
  }

  const row = ({ StudyInstanceUID, PatientName = '', StudyDate = '', StudyDescription, ModalitiesInStudy, identity }: ToldStudy): HTMLElement => {
    const [what, when] = [[ModalitiesInStudy.join('/'), StudyDescription ?? ''].filter((part) => part !== '').join(' · '), dicomDate(StudyDate)]
    const compare = button(say('compare'), () => { commandsManager.runCommand('isocenterCompare', { StudyInstanceUIDs: [current, StudyInstanceUID] }) })
    compare.setAttribute('aria-label', `${say('compare')}: ${when} ${what}`)
    // A number may have been given to two people: whose study it is stands with it.
    const whose = [writtenName(PatientName), dicomDate(identity?.PatientBirthDate ?? '')].filter((part) => part !== '').join(' · ')
    return tag('div', 'isocenter-row', tag('div', '', tag('div', '', when), tag('div', 'isocenter-what', what), tag('div', 'isocenter-what', whose)), compare)
  }
  void fill()
})

/** Puts an image into the active pane. */
function goTo({ viewportGridService, displaySetService }: Managers['servicesManager']['services'], { SOPInstanceUID, frameNumber }: KeyImage): void {
  const displaySet = displaySetService.getActiveDisplaySets().find(({ instances, SOPClassUID }) => SOPClassUID !== keyObjectClass && instances?.some((instance) => instance['SOPInstanceUID'] === SOPInstanceUID) === true)
  const viewportId = viewportGridService.getActiveViewportId()
  if (displaySet === undefined || viewportId === null) return
  const index = frameNumber === undefined || displaySet.instances?.length !== 1 ? displaySet.instances?.findIndex((instance) => instance['SOPInstanceUID'] === SOPInstanceUID) ?? 0 : frameNumber - 1
  viewportGridService.setDisplaySetsForViewport({ viewportId, displaySetInstanceUIDs: [displaySet.displaySetInstanceUID], viewportOptions: { initialImageOptions: { index } } })
}

function pictureOf(StudyInstanceUID: string, { SeriesInstanceUID, SOPInstanceUID, frameNumber }: KeyImage, onPress: () => void): HTMLElement {
  const picture = new Image()
  const frame = frameNumber === undefined ? '' : `/frames/${String(frameNumber)}`
  picture.src = `${dicomwebRootOf(location.search) ?? ''}/studies/${StudyInstanceUID}/series/${SeriesInstanceUID}/instances/${SOPInstanceUID}${frame}/thumbnail?accept=image%2Fjpeg`
  picture.alt = say('keyImage')
  const press = button('', onPress)
  press.className = 'isocenter-picture'
  press.append(picture)
  return press
}

/** The images of a Key Object Selection Document. */
export const keyObjectPane = ({ servicesManager: { services } }: Managers) => hosted<{ readonly displaySets: readonly DisplaySet[] }>((host, { displaySets: [displaySet] }) => {
  if (displaySet === undefined) return
  const images = (displaySet.instances ?? []).flatMap(keyImagesOf)
  host.replaceChildren(tag('div', 'isocenter-report', tag('h2', '', say('keyImages')), tag('div', 'isocenter-pictures', ...images.map((image) => pictureOf(displaySet.StudyInstanceUID, image, () => { goTo(services, image) })))))
  paneShown(displaySet.StudyInstanceUID)
})

/** Marks the image that is looked at, and lists those marked in this study. */
export const keyImagesPanel = (managers: Managers) => {
  const { servicesManager: { services }, extensionManager } = managers
  /** Marked since the viewer was opened: OHIF reads a study's series once. */
  const added = new Map<string, KeyImage[]>()
  return hosted<object>((host) => {
    if (host.hasChildNodes()) return
    const pictures = tag('div', 'isocenter-pictures')
    const status = tag('p', 'isocenter-what')
    status.setAttribute('role', 'status')
    const current = (new URLSearchParams(location.search).get('StudyInstanceUIDs') ?? '').split(',')

    const list = () => {
      const marked = current.flatMap((study) => [
        ...services.displaySetService.getActiveDisplaySets().filter(({ SOPClassUID, StudyInstanceUID }) => SOPClassUID === keyObjectClass && StudyInstanceUID === study).flatMap(({ instances = [] }) => instances.flatMap(keyImagesOf)),
        ...added.get(study) ?? [],
      ].map((image) => pictureOf(study, image, () => { goTo(services, image) })))
      pictures.replaceChildren(...(marked.length === 0 ? [say('noKeyImages')] : marked))
    }
    const mark = async () => {
      const image = shownImage(services)
      const viewport = services.cornerstoneViewportService.getCornerstoneViewport(services.viewportGridService.getActiveViewportId() ?? '')
      const imageId = viewport?.getCurrentImageId?.()
      const instance: Naturalized | undefined = imageId === undefined ? undefined : window.cornerstone?.metaData.get('instance', imageId)
      if (image === undefined || instance === undefined) {
        status.textContent = say('noImageToMark')
        return
      }
      status.textContent = say('saving')
      try {
        await extensionManager.getActiveDataSource()[0].store.dicom(keyObjectOf(instance, image, new Date()))
        const frameNumber = Number(instance['NumberOfFrames'] ?? 1) > 1 ? image.frameNumber : undefined
        added.set(image.StudyInstanceUID, [...added.get(image.StudyInstanceUID) ?? [], { SeriesInstanceUID: image.SeriesInstanceUID, SOPInstanceUID: image.SOPInstanceUID, frameNumber }])
        status.textContent = say('marked')
        list()
      } catch {
        status.textContent = say('markFailed')
      }
    }
    host.replaceChildren(tag('div', 'isocenter-panel', button(say('markImage'), () => void mark()), status, pictures))
    list()
  })
}
