import { systemCode, type WritableFile } from '@isocenter/durable-files'
import { chmodSync, closeSync, constants, fchmodSync, fdatasync, fstatSync, openSync, statSync, write } from 'node:fs'
import { chmod } from 'node:fs/promises'
import { promisify } from 'node:util'
import { directly, directWritesFlushSize, wholeBlocks } from './direct-io.ts'

/** Where the system has it, a write returns when it is on disk: most objects are one write, and each step less is an acknowledgement sooner. */
const durableWrites = (constants as { O_DSYNC?: number }).O_DSYNC

/**
 * Mode of a file whose bytes are still coming. It marks what a process that was killed left behind; whoever has the file open writes
 * it all the same. Windows, which knows no more than this of modes, marks it too.
 */
const underWay = 0o400
/** The same for the moment in which it is opened a second time, which a file that may only be read cannot be. */
const reopened = 0o200
const whole = 0o600

const ownersPart = (mode: number): number => mode & 0o700

export const isUnderWay = (mode: number): boolean => ownersPart(mode) === underWay || ownersPart(mode) === reopened

/** Storage that lets nobody change modes. */
const knowsNoModes = new Set(['EPERM', 'ENOTSUP', 'ENOSYS'])

/** A mode is a hint: without its mark a file is held against its digest at the next start. @throws the system's error for any other reason */
function unlessThereAreNoModes(error: unknown): void {
  if (!knowsNoModes.has(systemCode(error) ?? '')) throw error
}

/**
 * Says that all bytes of a file are there and flushed. By its path, so that a file somebody removed meanwhile is not said to be there.
 * At once: it takes microseconds, and a thread to do it would have to be woken first.
 * @throws the system's error where the file is gone
 */
export function markWhole(path: string): void {
  try {
    chmodSync(path, whole)
  } catch (error) {
    unlessThereAreNoModes(error)
  }
}

/** Lets its owner read a file that is under way, which it stays. */
export async function makeReadable(path: string, mode: number): Promise<void> {
  if (ownersPart(mode) === reopened) await chmod(path, underWay).catch(unlessThereAreNoModes)
}

const datasync = promisify(fdatasync)

/** A file that was opened before anybody had anything to write. */
export interface NewFile extends WritableFile {
  /** Whether it is what its name says: somebody may have removed or moved it, or a folder it is in. */
  readonly isThere: () => boolean
}

/**
 * Opens a file that is not there yet, readable by its owner alone and marked as under way.
 *
 * Opening and closing are done at once: they take microseconds, and a thread to do them would have to be woken first, and this one
 * again after it. What waits for the disk is left to a thread.
 * @param isDirect whole blocks out of paged memory are written past the page cache
 */
export async function openNewFile(path: string, { isDirect = false }: { readonly isDirect?: boolean } = {}): Promise<NewFile> {
  const writesAreDurable = durableWrites !== undefined && (!isDirect || directWritesFlushSize)
  const forWriting = constants.O_WRONLY | (writesAreDurable ? durableWrites : 0)
  const file = openSync(path, forWriting | constants.O_CREAT | constants.O_EXCL | directly(isDirect), underWay)
  const opened = [file]
  const { ino } = fstatSync(file)

  /** For what is no whole block: the end of a long file, and what is written over. */
  let cached: number | undefined = isDirect ? undefined : file
  function openCached(): number {
    if (cached !== undefined) return cached
    try {
      fchmodSync(file, reopened)
    } catch (error) {
      unlessThereAreNoModes(error)
    }
    try {
      cached = openSync(path, forWriting)
      opened.push(cached)
    } finally {
      try {
        fchmodSync(file, underWay)
      } catch (error) {
        unlessThereAreNoModes(error)
      }
    }
    return cached
  }

  return {
    writesAreDurable,
    write: async (buffer, offset, length, position) => {
      const blocks = isDirect ? wholeBlocks(position, buffer.byteOffset + offset, length) : 0
      if (blocks > 0) {
        try {
          return await writeTo(file, buffer, offset, blocks, position)
        } catch (error) {
          // Memory of another kind, or storage whose blocks are longer.
          if (systemCode(error) !== 'EINVAL') throw error
        }
      }
      return writeTo(openCached(), buffer, offset, length, position)
    },
    // Of the file, whichever way its bytes were written.
    datasync: () => datasync(file),
    isThere: () => statSync(path, { throwIfNoEntry: false })?.ino === ino,
    close: async () => {
      // Their numbers may be other files' by now.
      for (let number = opened.pop(); number !== undefined; number = opened.pop()) closeSync(number)
    },
  }
}

interface Written {
  readonly bytesWritten: number
}

function writeTo(file: number, buffer: Uint8Array, offset: number, length: number, position: number): Promise<Written> {
  return new Promise((resolve, reject) => {
    write(file, buffer, offset, length, position, (error, bytesWritten) => {
      if (error) reject(error)
      else resolve({ bytesWritten })
    })
  })
}
