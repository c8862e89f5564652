/** What our extension adds to OHIF's mode for reading, as OHIF's configuration changes a mode (immutability-helper). */
import { extensionId, handlerOf } from '../extension/objects/handlers.ts'
import { overlayHandlers } from '../extension/objects/overlays.ts'

const pane = (name: string, displaySetsToDisplay: readonly string[]) => ({ namespace: `${extensionId}.viewportModule.${name}`, displaySetsToDisplay })

export const modesConfiguration = {
  '@ohif/mode-longitudinal': {
    // Before OHIF's: the first handler that makes something of an instance has it, and the first pane that takes a display set.
    sopClassHandlers: { $unshift: [handlerOf('report')] },
    routes: { 0: { layoutInstance: { props: { viewports: { $unshift: [pane('overlay', overlayHandlers), pane('report', [handlerOf('report')]), pane('unshown', [handlerOf('unshown')])] } } } } },
  },
}
