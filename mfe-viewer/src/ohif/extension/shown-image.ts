import type { ShownImage } from '@isocenter/contracts/viewer'
import type { Services } from './ohif.ts'

/** The image in a viewport, the active one where none is named; undefined where there is none, or it is not one image of an instance (MPR). */
export function shownImage({ viewportGridService, cornerstoneViewportService }: Services, viewportId = viewportGridService.getActiveViewportId()): ShownImage | undefined {
  const viewport = viewportId === null ? undefined : cornerstoneViewportService.getCornerstoneViewport(viewportId)
  const imageId = viewport?.getCurrentImageId?.()
  const instance = imageId === undefined ? undefined : window.cornerstone?.metaData.get('instance', imageId)
  if (viewport === undefined || imageId === undefined || instance === undefined) return undefined
  const { voiRange, invert = false, rotation = 0 } = viewport.getProperties?.() ?? {}
  const { StudyInstanceUID, SeriesInstanceUID, SOPInstanceUID } = instance
  return {
    StudyInstanceUID, SeriesInstanceUID, SOPInstanceUID,
    frameNumber: Number(/frames\/(\d+)/.exec(imageId)?.[1] ?? 1),
    window: voiRange && { lower: voiRange.lower, upper: voiRange.upper },
    isInverted: invert,
    rotation,
  }
}
