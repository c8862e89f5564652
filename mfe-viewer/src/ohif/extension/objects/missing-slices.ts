/** Slices that enhanced multi-frame images lack: OHIF asks this of series of single slices alone. */
import type { DisplaySet, Services } from '../ohif.ts'
import { along, imagePlanes, normalOf, rounding, type ImagePlane } from './image-planes.ts'
import { itemsOf, type Naturalized } from './kinds.ts'

export type SliceGap = 'missing' | 'irregular'

/** As OHIF has it for single slices: distances that differ by less than this part are the same … */
const spacingTolerance = 0.2
/** … and so are directions of which no cosine differs by more. */
const cosineTolerance = 0.01
/** Modalities of which it asks. */
const ofSlices: readonly unknown[] = ['CT', 'MR', 'PT', 'NM']

/** Dimensions (PS3.3 C.7.6.17) that say where in its stack a frame lies, by tag: any other one tells apart volumes, such as phases or echoes of the same slices. */
const dimensionsOfPlace: readonly string[] = ['00209057', '00200032', '00209113', '00201041']

/**
 * Whether slices of an enhanced multi-frame image are missing, or unevenly spaced. Frames are asked stack by stack (Stack ID, direction), and of each stack
 * volume by volume: slices that come once for every temporal position or other dimension are not taken for more slices. Undefined where nothing is known to be missing,
 * also where frames do not say their place. Missing ends cannot be seen.
 */
export function sliceGapOf(image: Naturalized): SliceGap | undefined {
  if (itemsOf(image['PerFrameFunctionalGroupsSequence']).length < 3 || !ofSlices.includes(image['Modality']) || String(image['ImageType']).includes('LOCALIZER')) return undefined
  const planes = imagePlanes(image)
  if (planes.some(({ position, orientation }) => position.length !== 3 || orientation.length !== 6)) return undefined
  const pointers = itemsOf(image['DimensionIndexSequence']).map(({ DimensionIndexPointer }) => String(DimensionIndexPointer).replaceAll(/[^\da-f]/gi, '').toUpperCase())
  const volumeOf = ({ content }: ImagePlane): string => {
    const indices = listOf(content['DimensionIndexValues'])
    return JSON.stringify([content['TemporalPositionIndex'], ...pointers.flatMap((pointer, dimension) => (dimensionsOfPlace.includes(pointer) ? [] : [indices[dimension]]))])
  }
  return worst(stacksOf(planes).map((stack) => gapOfStack(stack, volumeOf)))
}

/**
 * Says at the small picture of a series that its slices are not all there, in the words OHIF has for single slices, and keeps it from being cut in other planes: OHIF
 * would lay its slices at equal distances, and what is seen and measured across them would be wrong.
 */
export function followMissingSlices({ displaySetService }: Services): void {
  const asked = new WeakSet<DisplaySet>()
  displaySetService.subscribe(displaySetService.EVENTS.DISPLAY_SETS_ADDED, () => {
    for (const displaySet of displaySetService.getActiveDisplaySets()) {
      const { messages, instances = [] } = displaySet
      if (asked.has(displaySet) || messages === undefined) continue
      asked.add(displaySet)
      const gap = worst(instances.map(sliceGapOf))
      if (gap === undefined) continue
      messages.addMessage(messageOf[gap])
      if (displaySet.isReconstructable !== true) continue
      messages.addMessage(noVolume)
      // Asked by the layouts in planes and in three dimensions, and drawn as a cube beside the number of images.
      Object.assign(displaySet, { isReconstructable: false, countIcon: undefined })
    }
  })
}

/** OHIF's numbers of its messages. */
const messageOf = { missing: 7, irregular: 8 } as const
const noVolume = 3

const worst = (gaps: readonly (SliceGap | undefined)[]): SliceGap | undefined => (gaps.includes('missing') ? 'missing' : gaps.find((gap) => gap !== undefined))
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [value])

function stacksOf(planes: readonly ImagePlane[]): readonly (readonly ImagePlane[])[] {
  const stacks: [ImagePlane, ...ImagePlane[]][] = []
  for (const plane of planes) {
    const stack = stacks.find(([first]) => first.content['StackID'] === plane.content['StackID'] && first.orientation.every((cosine, index) => Math.abs(cosine - (plane.orientation[index] ?? NaN)) < cosineTolerance))
    if (stack === undefined) stacks.push([plane])
    else stack.push(plane)
  }
  return stacks
}

function gapOfStack(stack: readonly ImagePlane[], volumeOf: (plane: ImagePlane) => string): SliceGap | undefined {
  const normal = normalOf(stack[0]?.orientation ?? [])
  const volumes = [...Map.groupBy(stack, volumeOf).values()].map((planes) => placesOf(planes.map(({ position }) => along(normal, position)), rounding))
  const spacing = middle(volumes.filter(({ length }) => length > 2).flatMap(gapsOf))
  const whole = placesOf(volumes.flat(), Math.max(rounding, (spacing ?? 0) * spacingTolerance))
  // A dimension may count slices too, as one of acquisition times does: its volumes are parts of one.
  const areRepetitions = volumes.flat().length * 2 > whole.length * volumes.length
  return areRepetitions && spacing !== undefined ? worst(volumes.map((places) => gapAmong(places, spacing))) : gapAmong(whole, middle(gapsOf(whole)))
}

/** Ascending; those no farther apart than said are one place. */
function placesOf(places: readonly number[], apart: number): readonly number[] {
  const distinct: number[] = []
  for (const place of places.toSorted((one, other) => one - other)) if (place - (distinct.at(-1) ?? -Infinity) > apart) distinct.push(place)
  return distinct
}

const gapsOf = (places: readonly number[]): readonly number[] => places.slice(1).map((place, index) => place - (places[index] ?? NaN))
const middle = (values: readonly number[]): number | undefined => values.toSorted((one, other) => one - other)[Math.floor((values.length - 1) / 2)]

function gapAmong(places: readonly number[], spacing: number | undefined): SliceGap | undefined {
  if (spacing === undefined) return undefined
  return worst(gapsOf(places).map((gap) => {
    const steps = Math.max(1, Math.round(gap / spacing))
    if (Math.abs(gap - steps * spacing) / steps >= spacingTolerance * spacing) return 'irregular'
    return steps > 1 ? 'missing' : undefined
  }))
}
