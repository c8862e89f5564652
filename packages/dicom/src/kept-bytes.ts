/** Gathers the values worth keeping from passing chunks, in as few copies as possible. */
import { DicomReadError } from './read-error.ts'
import { emptyRun, KeptRun } from './read-element.ts'

/** Values further apart than this do not share a run: what lies between them would be kept for nothing. */
const widestGapBytes = 64

export class KeptBytes {
  readonly #maxBytes: number
  #total = 0
  #run: KeptRun | undefined
  /** Of the open run, in the chunk it still points into. */
  #runStart = 0
  #runEnd = 0

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  /**
   * The run that keeps `bytes[start, end)`, whose first byte is at `offset` in the object. Until `settle` it points
   * into the chunk itself.
   * @throws DicomReadError tooLarge
   */
  keep(bytes: Uint8Array, start: number, end: number, offset: number): KeptRun {
    if (start === end) return emptyRun
    this.spend(end - start, offset)
    if (this.#run !== undefined && this.#run.bytes === bytes && start - this.#runEnd <= widestGapBytes) {
      this.#runEnd = end
      return this.#run
    }
    this.settle()
    this.#run = new KeptRun(bytes, offset - start)
    this.#runStart = start
    this.#runEnd = end
    return this.#run
  }

  /** Counts bytes against what one object may keep. @throws DicomReadError tooLarge */
  spend(byteLength: number, offset: number): void {
    this.#total += byteLength
    if (this.#total > this.#maxBytes) throw new DicomReadError('tooLarge', 'values exceed the memory an object may take', offset)
  }

  /** Copies the open run out of its chunk: the chunk's memory may then be reused. */
  settle(): void {
    const run = this.#run
    if (run === undefined) return
    run.move(this.#runStart, this.#runEnd)
    this.#run = undefined
  }
}
