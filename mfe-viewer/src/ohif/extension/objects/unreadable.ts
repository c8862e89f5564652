/** Images that cannot be drawn say so, in their pane; OHIF leaves it black. */
import type { Services } from '../ohif.ts'
import { paneShown } from '../say-shown.ts'
import { tag } from '../element.ts'
import { say } from '../../words.ts'

/** What cornerstone says of an image it could not load. */
interface FailedEvent extends Event { readonly detail?: { readonly imageId?: string } }

export function followUnreadable({ viewportGridService, displaySetService, cornerstoneViewportService }: Services): void {
  const failed = new Set<string>()

  const displaySetsIn = (viewportId: string) => (viewportGridService.getDisplaySetsUIDsForViewport(viewportId) ?? []).map((uid) => displaySetService.getDisplaySetByUID(uid))
  /** What is asked for in a pane: its image, or, before there is any, the first of its series. */
  const imageIn = (viewportId: string): string | undefined =>
    cornerstoneViewportService.getCornerstoneViewport(viewportId)?.getCurrentImageId?.() ?? displaySetsIn(viewportId)[0]?.imageIds?.[0]

  const mark = (viewportId: string) => {
    const host = cornerstoneViewportService.getCornerstoneViewport(viewportId)?.element
    const imageId = imageIn(viewportId)
    const there = host?.querySelector('.isocenter-over')
    if (imageId === undefined || !failed.has(imageId)) {
      there?.remove()
      return
    }
    if (host === undefined || (there !== null && there !== undefined)) return
    const notice = tag('div', 'isocenter-notice isocenter-over', tag('strong', '', say('unreadable')), tag('span', '', say('unreadableDetail')))
    notice.setAttribute('role', 'alert')
    host.append(notice)
    const study = displaySetsIn(viewportId)[0]?.StudyInstanceUID
    if (study !== undefined) paneShown(study)
  }
  const markAll = () => { for (const viewportId of viewportGridService.getState().viewports.keys()) mark(viewportId) }

  for (const event of ['IMAGE_LOAD_ERROR', 'CORNERSTONE_IMAGE_LOAD_FAILED']) {
    window.cornerstone?.eventTarget.addEventListener(event, ({ detail }: FailedEvent) => {
      if (detail?.imageId === undefined) return
      failed.add(detail.imageId)
      markAll()
    })
  }
  for (const event of ['CORNERSTONE_STACK_NEW_IMAGE', 'CORNERSTONE_IMAGE_RENDERED', 'CORNERSTONE_STACK_VIEWPORT_NEW_STACK']) addEventListener(event, () => { if (failed.size > 0) markAll() }, true)
}
