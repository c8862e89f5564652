import { flushDirectory, isAbsent, isUuidv7 } from '@isocenter/durable-files'
import { createReadStream } from 'node:fs'
import { open, readdir, rename, rm, rmdir, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { DataSetSummariser, type DataSetSummary } from './data-set-summary.ts'
import { objectSuffix, type SpoolPlaces } from './places.ts'
import { headerLength, readSpoolFileHeader } from './spool-file.ts'
import type { SpooledObject } from './spooled-object.ts'

/** Removes what was on its way when the process ended: none of it was acknowledged. */
export async function removeArriving(places: SpoolPlaces): Promise<number> {
  const names = await readdir(places.arriving)
  for (const name of names) await rm(join(places.arriving, name), { force: true })
  return names.length
}

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

/**
 * Reads an object's row out of its file, all of whose bytes are held against the digest it came with.
 * @returns undefined when the file is not what was written
 */
export async function readSpoolFile(path: string, id: string): Promise<SpooledObject | undefined> {
  const header = await readHeader(path)
  if (!header) return undefined
  const { origin, identity, receivedAt, dataSetSha256, dataSetOffset } = header
  const summariser = new DataSetSummariser(identity)
  for await (const chunk of createReadStream(path, { start: dataSetOffset, highWaterMark: 1024 ** 2 })) await summariser.write(chunk as Buffer)
  let summary: DataSetSummary
  try {
    summary = await summariser.end()
  } catch {
    // An object that is not what its header names never came into the spool.
    return undefined
  }
  if (summary.dataSetSha256 !== dataSetSha256) return undefined
  return { id, receivedAt, ...origin, ...identity, ...summary, dataSetOffset, byteLength: (await stat(path)).size }
}

async function readHeader(path: string) {
  const file = await open(path)
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(16 * 1024), 0, 16 * 1024, 0)
    const length = headerLength(buffer.subarray(0, bytesRead))
    if (length === undefined || length > bytesRead) return undefined
    const header = await readSpoolFileHeader(buffer.subarray(0, length))
    return header && { ...header, dataSetOffset: length }
  } catch {
    // Bytes that are no header: whatever they are, they are looked at by a person.
    return undefined
  } finally {
    await file.close()
  }
}

/** Puts a damaged file aside, where it is found and nobody sends it on. */
export async function putAside(places: SpoolPlaces, id: string): Promise<void> {
  await rename(places.pathOf(id), join(places.damaged, `${id}${objectSuffix}`))
  await flushDirectory(places.damaged)
  await flushDirectory(dirname(places.pathOf(id)))
}
