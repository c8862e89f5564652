import type { FromViewer } from '@isocenter/contracts/viewer'
import type { Services } from './ohif.ts'
import { shownImage } from './shown-image.ts'

/** What cornerstone says of each drawing, of which there are dozens a second. */
interface RenderedEvent extends Event { readonly detail?: { readonly viewportId?: string } }

const shownEvent = 'isocenter-pane-shown'
/** Says that a pane of ours shows what it has of a study. */
export const paneShown = (StudyInstanceUID: string): void => { dispatchEvent(new CustomEvent(shownEvent, { detail: StudyInstanceUID })) }

/**
 * Tells of each study when the first of its images is drawn, or, of one that holds no images, when it has its pane.
 * @returns how to begin anew: what is drawn from then on is told again
 */
export function sayShown(services: Services, tell: (message: FromViewer) => void): { readonly beginAnew: () => void } {
  const { viewportGridService, displaySetService, cornerstoneViewportService } = services
  const told = new Set<string>()
  const say = (StudyInstanceUID: string | undefined) => {
    if (StudyInstanceUID === undefined || told.has(StudyInstanceUID)) return
    told.add(StudyInstanceUID)
    tell({ kind: 'shown', StudyInstanceUID })
  }
  const displaySetsIn = (viewportId: string) => (viewportGridService.getDisplaySetsUIDsForViewport(viewportId) ?? []).map((uid) => displaySetService.getDisplaySetByUID(uid))

  /** Before its image has come a pane is drawn as well, black; a stack that had another, with that. */
  const isEmpty = (viewportId: string): boolean => {
    const viewport = cornerstoneViewportService.getCornerstoneViewport(viewportId)
    if (!viewport) return true
    if (viewport.getCornerstoneImage === undefined) return false
    const drawn = viewport.getCornerstoneImage()
    return drawn === undefined || drawn.imageId !== viewport.getCurrentImageId?.()
  }

  addEventListener('CORNERSTONE_IMAGE_RENDERED', ({ detail }: RenderedEvent) => {
    if (detail?.viewportId === undefined || isEmpty(detail.viewportId)) return
    say((shownImage(services, detail.viewportId) ?? displaySetsIn(detail.viewportId)[0])?.StudyInstanceUID)
  }, true)
  addEventListener(shownEvent, (event) => { say((event as CustomEvent<string>).detail) })
  // A document is in its pane with it: nothing is drawn that would be told of.
  viewportGridService.subscribe(viewportGridService.EVENTS.GRID_STATE_CHANGED, () => {
    for (const viewportId of viewportGridService.getState().viewports.keys()) {
      for (const displaySet of displaySetsIn(viewportId)) if (displaySet?.SOPClassHandlerId === '@ohif/extension-dicom-pdf.sopClassHandlerModule.dicom-pdf') say(displaySet.StudyInstanceUID)
    }
  })
  return { beginAnew: () => { told.clear() } }
}
