/** What is open while a data set is read: items inside sequences inside items. */
import { DataSet } from './data-set.ts'
import type { Encoding } from './encoding.ts'
import { type ReadElement } from './read-element.ts'

/** The data set itself, or an item of a sequence. */
export class OpenItem {
  readonly elements: ReadElement[] = []
  readonly dataSet: DataSet
  readonly explicitVR: boolean
  readonly littleEndian: boolean
  /** The sequence it belongs to; undefined for the data set itself. */
  readonly within: OpenSequence | undefined
  /** Where it says that it ends; Infinity for undefined length. */
  readonly end: number
  /** Where it ends at the latest: `end`, or the end of what is around it. */
  readonly stop: number
  /** Pixel Representation is 1, here or around. */
  signed: boolean
  lastTag = -1

  constructor(encoding: Encoding, end: number, within: OpenSequence | undefined, fallbackCharset: string | undefined) {
    this.explicitVR = encoding.explicitVR
    this.littleEndian = encoding.littleEndian
    this.within = within
    this.end = end
    this.stop = end === Infinity && within ? within.stop : end
    this.signed = within?.holder.signed ?? false
    this.dataSet = new DataSet(this.elements, {
      littleEndian: encoding.littleEndian, parent: within?.holder.dataSet, fallbackCharset,
    })
  }
}

export class OpenSequence implements Encoding {
  readonly element: ReadElement
  readonly items: DataSet[] = []
  /** The item or data set that has this sequence. */
  readonly holder: OpenItem
  /** How its items are encoded: Implicit VR Little Endian in one sent as UN (PS3.5 §6.2.2). */
  readonly explicitVR: boolean
  readonly littleEndian: boolean
  readonly wasUN: boolean
  readonly end: number
  readonly stop: number
  readonly depth: number

  constructor(element: ReadElement, holder: OpenItem, end: number, wasUN: boolean) {
    this.element = element
    this.holder = holder
    this.wasUN = wasUN
    this.explicitVR = wasUN ? false : holder.explicitVR
    this.littleEndian = wasUN ? true : holder.littleEndian
    this.end = end
    this.stop = end === Infinity ? holder.stop : end
    this.depth = (holder.within?.depth ?? 0) + 1
    element.items = this.items
  }
}
