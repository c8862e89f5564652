import type { Readable } from 'node:stream'
import { open, type Entry, type ZipFile } from 'yauzl'
import type { Source, Unreadable } from './source.ts'

/**
 * The files inside a zip file. The archive stays open, for an entry may be read long after the walk has moved on, and again:
 * `keepOpen` is given what closes it.
 */
export async function* zipEntries(path: string, name: string, stamp: string, keepOpen: (close: () => void) => void): AsyncGenerator<Source | Unreadable> {
  let archive: ZipFile
  try {
    archive = await openArchive(path)
  } catch {
    yield { name, reason: 'is no zip file that can be read' }
    return
  }
  keepOpen(() => { archive.close() })
  try {
    for (let entry = await nextEntry(archive); entry !== undefined; entry = await nextEntry(archive)) {
      const found = entry
      if (found.fileName.endsWith('/')) continue
      const inside = `${name}!/${found.fileName}`
      if (found.isEncrypted()) yield { name: inside, reason: 'is encrypted' }
      else yield { name: inside, byteLength: found.uncompressedSize, stamp: `${String(found.crc32)}@${stamp}`, open: () => streamOf(archive, found) }
    }
  } catch {
    yield { name, reason: 'is damaged: its directory breaks off' }
  }
}

const openArchive = (path: string) => new Promise<ZipFile>((resolve, reject) => {
  open(path, { lazyEntries: true, autoClose: false }, (error, archive) => { if (error) reject(error); else resolve(archive) })
})

const nextEntry = (archive: ZipFile) => new Promise<Entry | undefined>((resolve, reject) => {
  const done = () => {
    archive.off('entry', onEntry)
    archive.off('end', onEnd)
    archive.off('error', onError)
  }
  const onEntry = (entry: Entry) => { done(); resolve(entry) }
  const onEnd = () => { done(); resolve(undefined) }
  const onError = (error: Error) => { done(); reject(error) }
  archive.on('entry', onEntry)
  archive.on('end', onEnd)
  archive.on('error', onError)
  archive.readEntry()
})

const streamOf = (archive: ZipFile, entry: Entry) => new Promise<Readable>((resolve, reject) => {
  archive.openReadStream(entry, (error, stream) => { if (error) reject(error); else resolve(stream) })
})
