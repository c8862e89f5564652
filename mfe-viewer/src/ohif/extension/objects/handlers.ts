/** Our handlers of SOP classes: which display sets a series becomes. */
import type { DisplaySet, Managers } from '../ohif.ts'
import { keyObjectClass } from '../key-images.ts'
import type { Naturalized } from './kinds.ts'
import { marksImages } from './report-content.ts'
import { isVideo, maybeVideo } from './video.ts'

export const extensionId = '@isocenter/ohif-extension'
export const handlerOf = (name: 'report' | 'video' | 'keyObject' | 'unshown') => `${extensionId}.sopClassHandlerModule.${name}`

/** Structured reports (PS3.3 §A.35) that people write or programs measure; key objects and radiation dose are others. */
const reports = ['11', '22', '33', '34', '35', '40', '50', '65', '67', '68', '69', '70', '71', '73', '74', '75', '76'].map((last) => `1.2.840.10008.5.1.4.1.1.88.${last}`)

/** OHIF's own for what it does not know, which leaves the pane empty: what it makes of a series is taken, and given a pane. */
const unknownToOhif = '@ohif/extension-default.sopClassHandlerModule.not-supported-display-sets-handler'

export function sopClassHandlers({ extensionManager }: Managers) {
  // Without images, of which OHIF would fetch one for its list of series.
  const displaySetsOf = (instances: readonly Naturalized[], handler: string): DisplaySet[] =>
    extensionManager.getModuleEntry<{ readonly getDisplaySetsFromSeries: (instances: readonly Naturalized[]) => DisplaySet[] }>(unknownToOhif)
      .getDisplaySetsFromSeries(instances).map((displaySet) => ({ ...displaySet, unsupported: false, SOPClassHandlerId: handler, thumbnailSrc: null, images: undefined }))
  const shownHere = (instances: readonly Naturalized[], name: 'report' | 'video' | 'keyObject') =>
    instances.flatMap((instance) => displaySetsOf([instance], handlerOf(name)).map((displaySet) => ({ ...displaySet, messages: undefined })))
  return [
    {
      // Reports whose measurements lie on images are OHIF's.
      name: 'report', sopClassUids: reports,
      getDisplaySetsFromSeries: (instances: readonly Naturalized[]) => shownHere(instances.filter((instance) => !marksImages(instance)), 'report'),
    },
    { name: 'video', sopClassUids: maybeVideo, getDisplaySetsFromSeries: (instances: readonly Naturalized[]) => shownHere(instances.filter(isVideo), 'video') },
    { name: 'keyObject', sopClassUids: [keyObjectClass], getDisplaySetsFromSeries: (instances: readonly Naturalized[]) => shownHere(instances, 'keyObject') },
    { name: 'unshown', sopClassUids: [], getDisplaySetsFromSeries: (instances: readonly Naturalized[]) => displaySetsOf(instances, handlerOf('unshown')) },
  ]
}
