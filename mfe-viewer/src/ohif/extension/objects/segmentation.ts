/** Segmentations and structure sets that OHIF cannot draw: it leaves them at "loading" for ever, or the pane empty. Here it is learnt why. */
import type { Word } from '../../words.ts'
import type { DisplaySet } from '../ohif.ts'
import { structureSet } from './kinds.ts'
import { areBesideImages, structuresHindrance, type ReadStructures } from './structures.ts'

/** OHIF's handler of what it shows as slices; segmentations lie on nothing else. */
const slices = '@ohif/extension-default.sopClassHandlerModule.stack'

/** What OHIF keeps of a segmentation or a structure set, and fills in as it reads it. */
export interface SegmentationSet extends DisplaySet {
  load?: (options: object) => Promise<unknown>
  readonly referencedDisplaySetInstanceUID?: string | null
  /** Of a segmentation null when it has been read and none of its pixels lies on an image of its source. */
  readonly firstSegmentedSliceImageId?: string | null
  /** Of a structure set, when it has been read. */
  readonly structureSet?: ReadStructures | null
}

const reasons = new WeakMap<SegmentationSet, Word>()
const watched = new WeakSet<SegmentationSet>()
const listeners = new Set<() => void>()

/** Calls back whenever one turns out not to be drawn. */
export function onHindrance(listener: () => void): { readonly unsubscribe: () => void } {
  listeners.add(listener)
  return { unsubscribe: () => { listeners.delete(listener) } }
}

/**
 * Makes a segmentation or a structure set ready to be drawn upon its source, and follows its reading.
 * @returns why it cannot be drawn; undefined as long as nothing is known against it
 */
export function hindranceOf(segmentation: SegmentationSet, source: DisplaySet): Word | undefined {
  const isStructures = segmentation.SOPClassUID === structureSet
  const known = isStructures ? structuresHindrance(segmentation.instance ?? {}, source) : (source.SOPClassHandlerId !== slices ? 'noSlices' : undefined)
  if (known !== undefined) return known
  // OHIF looks for the source among the series that are there when it meets the segmentation, and at the first of each that come later.
  if (segmentation.referencedDisplaySetInstanceUID === null) {
    const { displaySetInstanceUID: referencedDisplaySetInstanceUID, isReconstructable, FrameOfReferenceUID } = source
    Object.assign(segmentation, { referencedDisplaySetInstanceUID, isReconstructable, FrameOfReferenceUID })
  }
  watch(segmentation, source)
  return reasons.get(segmentation)
}

function watch(segmentation: SegmentationSet, source: DisplaySet): void {
  const { load } = segmentation
  if (load === undefined || watched.has(segmentation)) return
  watched.add(segmentation)
  const hinder = (reason: Word) => {
    reasons.set(segmentation, reason)
    for (const listener of listeners) listener()
  }
  segmentation.load = async (options) => {
    // OHIF asks twice.
    if (reasons.has(segmentation)) return undefined
    const isStructures = segmentation.SOPClassUID === structureSet
    try {
      if (isStructures) {
        // Read first: once it is made it is drawn.
        await load({ ...options, createSegmentation: false })
        const { structureSet: read } = segmentation
        if (read !== undefined && read !== null && areBesideImages(read, source)) {
          hinder('besideImages')
          return undefined
        }
      }
      const loaded = await load(options)
      // Contours need not name the images they lie on.
      if (!isStructures && segmentation.firstSegmentedSliceImageId === null) hinder('nothingUponImages')
      return loaded
    } catch (error) {
      console.warn('a segmentation or structure set was not read', error)
      // Pixels that are all or nothing are drawn, even in a segmentation of this type.
      hinder(isStructures ? 'unreadContours' : segmentation.instances?.[0]?.['SegmentationType'] === 'FRACTIONAL' ? 'fractional' : 'unfit')
      return undefined
    }
  }
}
