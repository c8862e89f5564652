/** What our extension adds to OHIF's mode for reading, as OHIF's configuration changes a mode (immutability-helper). */
import { examProtocols } from '../extension/hanging.ts'
import { shareLinkOf } from '../root.ts'
import { extensionId, handlerOf, structuresOfOhif } from '../extension/objects/handlers.ts'
import { overlayHandlers } from '../extension/objects/overlays.ts'

const pane = (name: string, displaySetsToDisplay: readonly string[]) => ({ namespace: `${extensionId}.viewportModule.${name}`, displaySetsToDisplay })

/** A visitor of a share link marks nothing, and sees what was shared. */
const panels = shareLinkOf(location.search) === undefined
  ? { leftPanels: { $push: [`${extensionId}.panelModule.priors`] }, rightPanels: { $push: [`${extensionId}.panelModule.keyImages`] } }
  : {}

export const modesConfiguration = {
  '@ohif/mode-longitudinal': {
    // The first handler that makes something of an instance has it, and the first pane that takes a display set. OHIF's for video is left out: it takes for
    // a video every secondary capture of 90 frames, and knows the others by a transfer syntax that metadata do not name. Its for structure sets is asked by ours, for one set at a time.
    sopClassHandlers: { $apply: (handlers: readonly string[]) => [handlerOf('report'), handlerOf('video'), handlerOf('keyObject'), handlerOf('unplaced'), handlerOf('structures'), handlerOf('unshown'), ...handlers.filter((handler) => handler !== '@ohif/extension-dicom-video.sopClassHandlerModule.dicom-video' && handler !== structuresOfOhif)] },
    // Its segments are listed as soon as a segmentation is drawn.
    activatePanelTriggers: { $set: [{ panelId: '@ohif/extension-cornerstone.panelModule.panelSegmentation', sourceServiceName: 'segmentationService', sourceEvents: ['SEGMENTATION_ADDED'] }] },
    // The one that fits best; the first where none does.
    hangingProtocol: { $set: examProtocols.map(({ name }) => name) },
    routes: { 0: { layoutInstance: { props: { ...panels, viewports: { $unshift: [pane('overlay', overlayHandlers), pane('report', [handlerOf('report')]), pane('video', [handlerOf('video')]), pane('keyObject', [handlerOf('keyObject')]), pane('unshown', [handlerOf('unshown'), handlerOf('unplaced')])] } } } } },
  },
}
