import { flushDirectory, isAbsent, isUuidv7 } from '@isocenter/durable-files'
import { createReadStream } from 'node:fs'
import { open, readdir, rename, rm, rmdir, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { DataSetSummariser, type DataSetSummary } from './data-set-summary.ts'
import { ObjectMismatch } from './errors.ts'
import { isUnderWay, makeReadable, markWhole } from './new-file.ts'
import { objectSuffix, type SpoolPlaces } from './places.ts'
import { fewestHeaderBytes, hasEnded, headerLength, maxHeaderBytes, readSpoolFileHeader } from './spool-file.ts'
import type { SpooledObject } from './spooled-object.ts'

/** Ids of the objects whose files are there, by folder in the order they came. Folders of past hours that have become empty go. */
export async function* idsByFolder(places: SpoolPlaces, now: Date): AsyncGenerator<string[]> {
  for (const day of await namesIn(places.objects)) {
    for (const hour of await namesIn(join(places.objects, day))) {
      const folder = join(places.objects, day, hour)
      const names = await namesIn(folder)
      const ids = names.filter((name) => name.endsWith(objectSuffix)).map((name) => basename(name, objectSuffix)).filter(isUuidv7)
      if (ids.length > 0) yield ids
      else if (names.length === 0 && `${day}T${hour}` < now.toISOString().slice(0, 13)) await rmdir(folder)
    }
    if ((await namesIn(join(places.objects, day))).length === 0 && day < now.toISOString().slice(0, 10)) await rmdir(join(places.objects, day))
  }
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).sort()
  } catch (error) {
    // Something that is no folder, such as a desktop's own file.
    if (isAbsent(error)) return []
    throw error
  }
}

/** What a file turned out to be. */
export type Found =
  | { readonly kind: 'object'; readonly object: SpooledObject }
  /** Its last byte never came, or it was never used: nobody had an answer. */
  | { readonly kind: 'neverEnded' }
  /** It is not what its header says. `isUnderWay`: by its mark its bytes were still coming, so that it may never have been acknowledged. */
  | { readonly kind: 'damaged'; readonly isUnderWay: boolean }

/**
 * Reads an object's row out of its file, all of whose bytes are held against the digest it came with. One that was under way is as
 * good as any other when it is whole: its mark is not flushed, so that a power cut may bring it back for an object that was
 * acknowledged. It is flushed and marked here.
 * @throws the system's errors, which say nothing of the bytes
 */
export async function readSpoolFile(path: string, id: string): Promise<Found> {
  const { mode, size } = await stat(path)
  const wasUnderWay = isUnderWay(mode)
  await makeReadable(path, mode)
  const header = await readHeader(path)
  // By the mark what is cut off within its header was on its way. A header without a digest proves it.
  if (header === 'cut' && wasUnderWay) return { kind: 'neverEnded' }
  if (header === 'cut' || header === undefined) return { kind: 'damaged', isUnderWay: wasUnderWay }
  const { origin, identity, receivedAt, dataSetSha256, dataSetOffset } = header
  if (!hasEnded(dataSetSha256)) return { kind: 'neverEnded' }
  const summariser = new DataSetSummariser(identity)
  for await (const chunk of createReadStream(path, { start: dataSetOffset, highWaterMark: 1024 ** 2 })) await summariser.write(chunk as Buffer)
  let summary: DataSetSummary
  try {
    summary = await summariser.end()
  } catch (error) {
    if (!(error instanceof ObjectMismatch)) throw error
    // An object that is not what its header names never came into the spool.
    return { kind: 'damaged', isUnderWay: wasUnderWay }
  }
  if (summary.dataSetSha256 !== dataSetSha256) return { kind: 'damaged', isUnderWay: wasUnderWay }
  if (wasUnderWay) await finish(path)
  return { kind: 'object', object: { id, receivedAt, ...origin, ...identity, ...summary, dataSetOffset, byteLength: size } }
}

/** Flushes a whole file and marks it: nobody may have waited for its flush, and whoever sends the object once more is answered without one. */
async function finish(path: string): Promise<void> {
  // Windows flushes only what may be written.
  if (process.platform === 'win32') markWhole(path)
  const file = await open(path, process.platform === 'win32' ? 'r+' : 'r')
  try {
    await file.datasync()
  } finally {
    await file.close()
  }
  markWhole(path)
}

/** `cut`: the file ends within it. Undefined for bytes that are none. */
async function readHeader(path: string) {
  const start = Buffer.alloc(maxHeaderBytes)
  const file = await open(path)
  const { bytesRead } = await file.read(start, 0, start.length, 0).finally(() => file.close())
  const length = headerLength(start.subarray(0, bytesRead))
  if (bytesRead < (length ?? fewestHeaderBytes)) return 'cut'
  if (length === undefined) return undefined
  try {
    const header = await readSpoolFileHeader(start.subarray(0, length))
    return header && { ...header, dataSetOffset: length }
  } catch {
    // Bytes that are no header: whatever they are, they are looked at by a person.
    return undefined
  }
}

/** Removes what earlier versions had on its way in a folder of its own; none of it was acknowledged. */
export async function removeFormerArriving({ root }: SpoolPlaces): Promise<number> {
  const folder = join(root, 'arriving')
  const names = await namesIn(folder)
  for (const name of names) await rm(join(folder, name), { force: true })
  return names.length
}

/** Puts a damaged file aside, where it is found and nobody sends it on. */
export async function putAside(places: SpoolPlaces, id: string): Promise<void> {
  await rename(places.pathOf(id), join(places.damaged, `${id}${objectSuffix}`))
  await flushDirectory(places.damaged)
  await flushDirectory(dirname(places.pathOf(id)))
}
