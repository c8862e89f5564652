/** Portable anymaps (netpbm), the plainest images there are: a line of text that says how large, and the pixels. */
import type { FilmColour } from '@isocenter/contracts'

export interface Anymap {
  readonly Rows: number
  readonly Columns: number
  readonly colour: FilmColour
  /** 8 bits a sample, row after row. */
  readonly pixels: AsyncIterable<Uint8Array>
}

/** The bytes are no anymap of 8 bits a sample. */
export class NoAnymap extends Error {
  override readonly name = 'NoAnymap'
}

/** "P6", width, height and greatest value, blanks between, one blank behind: 24 bytes at most for 65,535 x 65,535. */
const header = /^P([56])\s+(\d{1,5})\s+(\d{1,5})\s+255\s/
const maxHeaderBytes = 64

/** Reads the header; the pixels come when they are asked for. @throws NoAnymap; whatever reading throws */
export async function readAnymap(bytes: AsyncIterable<Uint8Array>): Promise<Anymap> {
  const chunks = bytes[Symbol.asyncIterator]()
  let begun = Buffer.alloc(0)
  for (;;) {
    const match = header.exec(begun.subarray(0, maxHeaderBytes).toString('latin1'))
    if (match) {
      const [found, kind, width, height] = match
      return { Rows: Number(height), Columns: Number(width), colour: kind === '6' ? 'color' : 'grayscale', pixels: after(begun.subarray(found.length), chunks) }
    }
    const next = begun.length < maxHeaderBytes ? await chunks.next() : { done: true as const }
    if (next.done === true) {
      await chunks.return?.()
      throw new NoAnymap('the header of an anymap is missing')
    }
    begun = Buffer.concat([begun, next.value])
  }
}

async function* after(first: Uint8Array, rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    if (first.length > 0) yield first
    for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value
  } finally {
    await rest.return?.()
  }
}
