/** What our extension adds to OHIF's mode for reading, as OHIF's configuration changes a mode (immutability-helper). */
import { extensionId, handlerOf } from '../extension/objects/handlers.ts'
import { overlayHandlers } from '../extension/objects/overlays.ts'

const pane = (name: string, displaySetsToDisplay: readonly string[]) => ({ namespace: `${extensionId}.viewportModule.${name}`, displaySetsToDisplay })

export const modesConfiguration = {
  '@ohif/mode-longitudinal': {
    // The first handler that makes something of an instance has it, and the first pane that takes a display set. OHIF's for video is left out: it takes for
    // a video every secondary capture of 90 frames, and knows the others by a transfer syntax that metadata do not name.
    sopClassHandlers: { $apply: (handlers: readonly string[]) => [handlerOf('report'), handlerOf('video'), ...handlers.filter((handler) => handler !== '@ohif/extension-dicom-video.sopClassHandlerModule.dicom-video')] },
    routes: { 0: { layoutInstance: { props: { viewports: { $unshift: [pane('overlay', overlayHandlers), pane('report', [handlerOf('report')]), pane('video', [handlerOf('video')]), pane('unshown', [handlerOf('unshown')])] } } } } },
  },
}
