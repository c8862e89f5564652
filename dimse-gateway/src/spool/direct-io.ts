/**
 * Reading and writing past the system's page cache (O_DIRECT). What passes through the spool is written once and read once: a copy
 * in the cache helps nobody, and costs, where the cache has no page at hand, more than all else that is done with an object.
 */
import { constants } from 'node:fs'
import { release } from 'node:os'

/** Storage that knows none is read and written as ever. */
const directFlag = (constants as { O_DIRECT?: number }).O_DIRECT

export const knowsDirect = directFlag !== undefined

/** What a direct read or write begins and ends with, in the file and in memory: the longest block that is tried. */
export const blockBytes = 4096

/** The flag for opening a file, if it is to be read or written directly. */
export const directly = (isDirect: boolean): number => (isDirect ? directFlag ?? 0 : 0)

/**
 * Whether a direct O_DSYNC write that makes a file longer returns when its length is durable as well. On ext4 it did not from Linux 5.5 on,
 * until 6.7 ("ext4: properly sync file size update after O_SYNC direct IO"): there the file is flushed by a call of its own, also
 * where a distribution has mended an older kernel.
 */
export const directWritesFlushSize = isAtLeast(release(), 6, 7)

/** @param version of a kernel, such as `6.8.0-41-generic` */
export function isAtLeast(version: string, major: number, minor: number): boolean {
  const [ofMajor = 0, ofMinor = 0] = version.split('.').map((part) => Number.parseInt(part, 10))
  return ofMajor > major || (ofMajor === major && ofMinor >= minor)
}

/** How many bytes can be written directly to a position out of paged memory: whole blocks, none where either begins within one. */
export const wholeBlocks = (position: number, memoryOffset: number, length: number): number =>
  (position % blockBytes === 0 && memoryOffset % blockBytes === 0 ? length - length % blockBytes : 0)

/** Bytes that are missing to the end of a block. */
export const missingToBlock = (length: number): number => (blockBytes - length % blockBytes) % blockBytes
