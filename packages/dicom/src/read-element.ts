/** The element a reader makes: a place in the object, and a share in the bytes that were kept. */
import type { DataElement, DataSet } from './data-set.ts'
import type { FragmentTable } from './fragment-table.ts'
import type { Tag } from './tag.ts'
import type { VR } from './vr.ts'

/**
 * A run of the object's bytes that outlives the chunk it came in. Many neighbouring values share one run, and a value
 * becomes an array of its own only when asked for: most never are.
 */
export class KeptRun {
  bytes: Uint8Array
  /** Offset in the object of the first byte. */
  offset: number

  constructor(bytes: Uint8Array, offset: number) {
    this.bytes = bytes
    this.offset = offset
  }

  /** Leaves the chunk behind, taking along only `[start, end)` of it. */
  move(start: number, end: number): void {
    this.bytes = this.bytes.slice(start, end)
    this.offset += start
  }
}

/** The run of every value without bytes. */
export const emptyRun = new KeptRun(new Uint8Array(0), 0)

export class ReadElement implements DataElement {
  readonly tag: Tag
  vr: VR
  readonly offset: number
  length: number
  items: readonly DataSet[] | undefined = undefined
  fragments: FragmentTable | undefined = undefined
  readonly run: KeptRun | undefined

  constructor(tag: Tag, vr: VR, offset: number, length: number, run: KeptRun | undefined) {
    this.tag = tag
    this.vr = vr
    this.offset = offset
    this.length = length
    this.run = run
  }

  get value(): Uint8Array | undefined {
    if (this.run === undefined) return undefined
    const start = this.offset - this.run.offset
    return this.run.bytes.subarray(start, start + this.length)
  }
}
