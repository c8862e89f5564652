/** Structure sets: which OHIF would leave out, leave at "loading" for ever, or draw in the wrong place. */
import { dicomDate } from '@isocenter/design-system/dicom-date'
import type { Word } from '../../words.ts'
import type { DisplaySet } from '../ohif.ts'
import { along, imagePlanes, normalOf, rounding } from './image-planes.ts'
import { itemsOf, referencedSeriesOf, type Naturalized } from './kinds.ts'

/**
 * Names the series of a structure set as OHIF looks for it. By itself it counts the images that are named for each series, and
 * breaks off where a series names none (PS3.3 C.8.8.5 asks for them, not every planning system writes them): the set would not even be listed.
 */
export function nameSeries(instance: Naturalized): void {
  const series = [...referencedSeriesOf(instance)]
  if (series.length === 0 || instance['ReferencedSeriesSequence'] !== undefined) return
  const named = itemsOf(instance['ReferencedFrameOfReferenceSequence']).flatMap((frame) => itemsOf(frame['RTReferencedStudySequence'])).flatMap((study) => itemsOf(study['RTReferencedSeriesSequence']))
  const imagesOf = (uid: string) => named.filter(({ SeriesInstanceUID }) => SeriesInstanceUID === uid).flatMap((one) => itemsOf(one['ContourImageSequence']))
  Object.assign(instance, { ReferencedSeriesSequence: series.map((uid) => ({ SeriesInstanceUID: uid, ReferencedInstanceSequence: imagesOf(uid) })) })
}

/** What a structure set is listed as. */
export interface NamedStructures {
  readonly instance: Naturalized
  readonly name: string
}

/** So many letters of a name the list of series shows for certain; the whole stands at the pointer. */
const shownLetters = 16

/**
 * The structure sets of one series in the order they were made, each named by its label, when it was made (PS3.3 C.8.8.5) and its series: before the others what tells
 * most of them apart, since the list cuts names off. Sets that would read the same are counted. What says no date stands first, by InstanceNumber.
 */
export function namedStructures(sets: readonly Naturalized[]): readonly NamedStructures[] {
  const made = ({ StructureSetDate: date, StructureSetTime: time }: Naturalized) => (textOf(date) === '' ? '' : `${textOf(date)}${textOf(time)}`)
  const ordered = sets.toSorted((one, other) => made(one).localeCompare(made(other)) || Number(one['InstanceNumber'] ?? 0) - Number(other['InstanceNumber'] ?? 0))
  const parts: readonly ((set: Naturalized) => string)[] = [({ StructureSetLabel }) => textOf(StructureSetLabel), whenOf, ({ SeriesDescription }) => textOf(SeriesDescription)]
  const toldApart = (part: (set: Naturalized) => string) => new Set(ordered.map((set) => part(set).slice(0, shownLetters))).size
  const telling = parts.toSorted((one, other) => toldApart(other) - toldApart(one))
  const names = ordered.map((set) => [...new Set(telling.map((part) => part(set)))].filter((part) => part !== '').join(' · '))
  return ordered.map((instance, index) => {
    const name = names[index] ?? ''
    const alike = names.filter((other) => other === name).length
    return { instance, name: alike === 1 ? name : [name, `(${String(names.slice(0, index + 1).filter((other) => other === name).length)}/${String(alike)})`].join(' ').trim() }
  })
}

/** Why a structure set is not to be drawn upon images; undefined where nothing is known against it. */
export function structuresHindrance(structures: Naturalized, images: Pick<DisplaySet, 'instances'>): Word | undefined {
  const drawn = new Set(itemsOf(structures['ROIContourSequence']).filter(({ ContourSequence }) => itemsOf(ContourSequence).length > 0).map(({ ReferencedROINumber }) => Number(ReferencedROINumber)))
  if (drawn.size === 0) return 'noContours'
  // OHIF takes the space of the image that is shown for that of all contours, though each structure says its own.
  const spaces = spacesOf(images.instances ?? [], 'FrameOfReferenceUID')
  const ofStructures = spacesOf(itemsOf(structures['StructureSetROISequence']).filter(({ ROINumber }) => drawn.has(Number(ROINumber))), 'ReferencedFrameOfReferenceUID')
  const contoured = ofStructures.size > 0 ? ofStructures : spacesOf(itemsOf(structures['ReferencedFrameOfReferenceSequence']), 'FrameOfReferenceUID')
  const isElsewhere = spaces.size > 0 && [...contoured].some((space) => !spaces.has(space))
  return spaces.size > 1 || isElsewhere ? 'otherSpace' : undefined
}

/** What OHIF has read of a structure set. */
export interface ReadStructures {
  readonly ROIContours: readonly { readonly contourPoints: readonly { readonly type: string; readonly points: readonly { readonly x: number; readonly y: number; readonly z: number }[] }[] }[]
}

/** Whether contours lie on none of the images that are there. OHIF would draw them upon the nearest, all on top of each other where most images are missing. */
export function areBesideImages({ ROIContours }: ReadStructures, images: Pick<DisplaySet, 'instances'>): boolean {
  const places = (images.instances ?? []).flatMap(imagePlanes)
  const normal = normalOf(places[0]?.orientation ?? [])
  const planes = places.map(({ position }) => along(normal, position)).sort((one, other) => one - other)
  const gaps = planes.slice(1).map((plane, index) => plane - (planes[index] ?? NaN)).filter((gap) => gap > rounding)
  const reach = (gaps.length > 0 ? Math.min(...gaps) : places[0]?.thickness ?? 0) / 2 + rounding
  // Images that do not say where they are have nothing beside them.
  if (planes.some(Number.isNaN)) return false
  return ROIContours.some(({ contourPoints }) => contourPoints.some(({ type, points: [point] }) => {
    if (type !== 'CLOSED_PLANAR' || point === undefined) return false
    const place = along(normal, [Number(point.x), Number(point.y), Number(point.z)])
    return !planes.some((plane) => Math.abs(place - plane) <= reach)
  }))
}

/** Hour and minute of a time as DICOM writes it (TM); empty where it does not say the minute. */
const timeOf = (text: string): string => (/^\d{4}/.test(text) ? `${text.slice(0, 2)}:${text.slice(2, 4)}` : '')

/** Date and time of a structure set; empty where it says no date. */
function whenOf({ StructureSetDate, StructureSetTime }: Naturalized): string {
  const date = textOf(StructureSetDate)
  return date === '' ? '' : [dicomDate(date), timeOf(textOf(StructureSetTime))].filter((part) => part !== '').join(' ')
}

const textOf = (value: unknown): string => (typeof value === 'string' || typeof value === 'number' ? String(value).trim() : '')
const spacesOf = (items: readonly Naturalized[], keyword: string) => new Set(items.map((item) => item[keyword]).filter((uid) => typeof uid === 'string' && uid !== ''))
