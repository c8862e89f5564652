/** Letters of orientation in panes that OHIF made anew, as when a segmentation is laid upon its images: it writes them when the camera has moved, and that may have been before. */
import type { Services } from './ohif.ts'

interface RenderedEvent extends Event { readonly detail?: { readonly viewportId?: string } }

/** OHIF hears of the camera a moment after its letters have their place. */
const heardMs = 100

/** Says where the camera is once to each place of letters, at the first drawing after it is there. */
export function letterNewPanes({ cornerstoneViewportService }: Services): void {
  const told = new WeakSet<Element>()
  addEventListener('CORNERSTONE_IMAGE_RENDERED', ({ detail }: RenderedEvent) => {
    const viewportId = detail?.viewportId
    const viewport = viewportId === undefined ? undefined : cornerstoneViewportService.getCornerstoneViewport(viewportId)
    const letters = viewport?.element.parentElement?.querySelector('.ViewportOrientationMarkers')
    if (viewport === undefined || !letters || told.has(letters)) return
    told.add(letters)
    setTimeout(() => {
      if (!letters.isConnected) return
      const camera = viewport.getCamera()
      viewport.element.dispatchEvent(new CustomEvent('CORNERSTONE_CAMERA_MODIFIED', { detail: { previousCamera: camera, camera, element: viewport.element, viewportId, renderingEngineId: viewport.renderingEngineId } }))
    }, heardMs)
  }, true)
}
