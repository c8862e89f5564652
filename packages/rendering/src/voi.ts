/** The VOI LUT stage: which values of the modality are shown, from black to white (PS3.3 §C.11.2, PS3.4 §N.2.2). */
import { type DicomJson } from '@isocenter/dicom'
import { itemsOf, numbersOf, textOf } from './attributes.ts'
import { functionalGroup } from './functional-groups.ts'
import { lookUp, lookupTableOf, type LookupTable } from './lookup-table.ts'
import { isWindow, throughWindow, windowFunctionOf, type Window } from './window.ts'

/** `fullRange`: nothing is said, the smallest value is black and the largest white; where all are equal, all are black. */
export type Voi = { readonly kind: 'window'; readonly window: Window } | { readonly kind: 'table'; readonly table: LookupTable } | { readonly kind: 'fullRange' }

/** The VOI a frame is stored with, frames counted from 1: its first usable window, else its first VOI LUT, else the full range. */
export function storedVoi(json: DicomJson, frameNumber: number, isSigned: boolean): Voi {
  const group = functionalGroup(json, frameNumber, 'FrameVOILUTSequence')
  return (group && voiOf(group, isSigned)) ?? voiOf(json, isSigned) ?? { kind: 'fullRange' }
}

/** The VOI an item says, if it does. */
export function voiOf(item: DicomJson, isSigned: boolean): Voi | undefined {
  const window = windowsOf(item).find(isWindow)
  if (window) return { kind: 'window', window }
  for (const lut of itemsOf(item, 'VOILUTSequence')) {
    const table = lookupTableOf(lut, isSigned)
    if (table) return { kind: 'table', table }
  }
  return undefined
}

function windowsOf(item: DicomJson): Window[] {
  const widths = numbersOf(item, 'WindowWidth')
  const name = windowFunctionOf(textOf(item, 'VOILUTFunction'))
  return numbersOf(item, 'WindowCenter').map((center, index) => ({ center, width: widths[index] ?? Number.NaN, function: name }))
}

/** What a VOI makes of a value: 0 for black to 1 for white. `range` are the smallest and largest values of the frame. */
export function throughVoi(voi: Voi, range: () => readonly [least: number, most: number]): (value: number) => number {
  switch (voi.kind) {
    case 'window': return throughWindow(voi.window)
    case 'table': return (value) => lookUp(voi.table, value) / voi.table.maximum
    case 'fullRange': {
      const [least, most] = range()
      const span = most - least
      return span > 0 ? (value) => (value - least) / span : () => 0
    }
  }
}
