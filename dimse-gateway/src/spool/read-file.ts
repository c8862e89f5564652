import { giveBack, lend, lendPaged, maxLentBytes } from '@isocenter/durable-files'
import { closeSync, constants, fstatSync, openSync, read } from 'node:fs'
import { blockBytes, directly, missingToBlock } from './direct-io.ts'

/** What is shorter is copied out of memory of whole pages, which is dearer than the copy where nobody gives it back. */
const fewBytes = 64 * 1024

/**
 * The bytes of a file from an offset on, in lent buffers: whoever knows that the bytes of one have gone may give it back. Most
 * objects are one. The file is opened when the first is asked for.
 * @param isDirect it is read past the page cache
 */
export async function* readFile(path: string, from = 0, { isDirect = false }: { readonly isDirect?: boolean } = {}): AsyncGenerator<Buffer> {
  // At once, as closing: it takes microseconds, and a thread to do it would have to be woken first.
  const file = openSync(path, constants.O_RDONLY | directly(isDirect))
  try {
    const { size } = fstatSync(file)
    yield* isDirect ? blocksOf(file, from, size) : bytesOf(file, from, size)
  } finally {
    closeSync(file)
  }
}

async function* bytesOf(file: number, from: number, size: number): AsyncGenerator<Buffer> {
  for (let at = from; at < size;) {
    const buffer = lend(Math.min(size - at, maxLentBytes))
    const bytesRead = await readInto(file, buffer, at)
    // Cut off while it was read; whoever reads knows how long it was to be.
    if (bytesRead === 0) return giveBack(buffer)
    at += bytesRead
    yield buffer.subarray(0, bytesRead)
  }
}

/** Reads whole blocks, of which the first may hold bytes that nobody asked for, and the last ends with the file. */
async function* blocksOf(file: number, from: number, size: number): AsyncGenerator<Buffer> {
  for (let at = from; at < size;) {
    const skipped = at % blockBytes
    const length = Math.min(size - at, maxLentBytes - skipped)
    const buffer = lendPaged(length, skipped)
    const blocks = Buffer.from(buffer.buffer, 0, skipped + length + missingToBlock(skipped + length))
    const bytesRead = Math.min(await readInto(file, blocks, at - skipped) - skipped, length)
    if (bytesRead <= 0) return giveBack(buffer)
    at += bytesRead
    const asked = buffer.subarray(0, bytesRead)
    if (bytesRead >= fewBytes) {
      yield asked
      continue
    }
    const copy = Buffer.from(asked)
    giveBack(buffer)
    yield copy
  }
}

function readInto(file: number, buffer: Buffer, position: number): Promise<number> {
  return new Promise((resolve, reject) => {
    read(file, buffer, 0, buffer.length, position, (error, bytesRead) => {
      if (error) reject(error)
      else resolve(bytesRead)
    })
  })
}
