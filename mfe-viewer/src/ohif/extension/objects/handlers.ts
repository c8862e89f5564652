/** Our handlers of SOP classes: which display sets a series becomes. */
import type { DisplaySet, Managers } from '../ohif.ts'
import { keyObjectClass } from '../key-images.ts'
import { parametricMap, referencedSeriesOf, structureSet, type Naturalized } from './kinds.ts'
import { marksImages } from './report-content.ts'
import { namedStructures, nameSeries } from './structures.ts'
import { isVideo, maybeVideo } from './video.ts'

export const extensionId = '@isocenter/ohif-extension'
export const handlerOf = (name: 'report' | 'video' | 'keyObject' | 'unplaced' | 'structures' | 'unshown') => `${extensionId}.sopClassHandlerModule.${name}`

/** Structured reports (PS3.3 §A.35) that people write or programs measure; key objects and radiation dose are others. */
const reports = ['11', '22', '33', '34', '35', '40', '50', '65', '67', '68', '69', '70', '71', '73', '74', '75', '76'].map((last) => `1.2.840.10008.5.1.4.1.1.88.${last}`)

/** OHIF's own for what it does not know, which leaves the pane empty: what it makes of a series is taken, and given a pane. */
const unknownToOhif = '@ohif/extension-default.sopClassHandlerModule.not-supported-display-sets-handler'

/** OHIF's own for structure sets: of those in a series it makes one display set, of the last. */
export const structuresOfOhif = '@ohif/extension-cornerstone-dicom-rt.sopClassHandlerModule.dicom-rt'

interface Handler { readonly getDisplaySetsFromSeries: (instances: readonly Naturalized[]) => DisplaySet[] | undefined }

export function sopClassHandlers({ extensionManager }: Managers) {
  // Without images, of which OHIF would fetch one for its list of series.
  const displaySetsOf = (instances: readonly Naturalized[], handler: string): DisplaySet[] =>
    (extensionManager.getModuleEntry<Handler>(unknownToOhif).getDisplaySetsFromSeries(instances) ?? []).map((displaySet) => ({ ...displaySet, unsupported: false, SOPClassHandlerId: handler, thumbnailSrc: null, images: undefined }))
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
    {
      // Structure sets that name no series have nothing to lie upon. Of the others OHIF's handler makes something, where it finds the series as it looks for it.
      name: 'unplaced', sopClassUids: [structureSet],
      getDisplaySetsFromSeries: (instances: readonly Naturalized[]) => {
        for (const instance of instances) nameSeries(instance)
        return instances.filter((instance) => referencedSeriesOf(instance).size === 0).flatMap((instance) => displaySetsOf([instance], handlerOf('unplaced')))
      },
    },
    {
      // One by one, each listed by what tells it from the others; its structures are listed under the same name.
      name: 'structures', sopClassUids: [structureSet],
      getDisplaySetsFromSeries: (instances: readonly Naturalized[]) => namedStructures(instances).flatMap(({ instance, name }) =>
        (extensionManager.getModuleEntry<Handler>(structuresOfOhif).getDisplaySetsFromSeries([instance]) ?? []).map((displaySet) =>
          // OHIF goes on to fill in the one it made.
          Object.assign(displaySet, { SOPClassHandlerId: handlerOf('structures'), ...(name !== '' && { SeriesDescription: name, label: name }) }))),
    },
    // What no other handler takes, and the maps, which OHIF's would draw wrongly: it counts bytes as values where a frame begins, and knows neither scale nor unit.
    { name: 'unshown', sopClassUids: [parametricMap], getDisplaySetsFromSeries: (instances: readonly Naturalized[]) => displaySetsOf(instances, handlerOf('unshown')) },
  ]
}
