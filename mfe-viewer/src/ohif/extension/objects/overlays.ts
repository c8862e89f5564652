import type { Word } from '../../words.ts'
import { handlerOf } from './handlers.ts'

/** OHIF's panes for what lies upon images: handlers of the display sets, name of the pane, what it is. */
export const overlays: readonly (readonly [handlers: readonly string[], pane: string, kind: Word])[] = [
  [['@ohif/extension-cornerstone-dicom-sr.sopClassHandlerModule.dicom-sr', '@ohif/extension-cornerstone-dicom-sr.sopClassHandlerModule.dicom-sr-3d'], '@ohif/extension-cornerstone-dicom-sr.viewportModule.dicom-sr', 'measurements'],
  [['@ohif/extension-cornerstone-dicom-seg.sopClassHandlerModule.dicom-seg'], '@ohif/extension-cornerstone-dicom-seg.viewportModule.dicom-seg', 'segmentation'],
  [[handlerOf('structures')], '@ohif/extension-cornerstone-dicom-rt.viewportModule.dicom-rt', 'structures'],
]
export const overlayHandlers = overlays.flatMap(([handlers]) => handlers)
