/** Zips read back in tests, by another library than the one that writes them. */
import { buffer } from 'node:stream/consumers'
import { fromBuffer, type Entry, type ZipFile } from 'yauzl'

/** The files of a zip by their paths; an entry that is not as long as it says is an error. */
export async function unzipped(bytes: Buffer): Promise<Map<string, Buffer>> {
  const zip = await new Promise<ZipFile>((resolve, reject) => {
    fromBuffer(
      bytes,
      { lazyEntries: true, validateEntrySizes: true },
      (error, opened) => { if (opened === undefined) reject(error ?? new Error('nothing was opened')); else resolve(opened) },
    )
  })
  const files = new Map<string, Buffer>()
  return new Promise((resolve, reject) => {
    zip.on('error', reject)
    zip.on('entry', (entry: Entry) => {
      zip.openReadStream(entry, (error, stream) => {
        if (stream === undefined) { reject(error ?? new Error('nothing was opened')); return }
        buffer(stream).then((content) => { files.set(entry.fileName, content); zip.readEntry() }, reject)
      })
    })
    zip.on('end', () => { resolve(files) })
    zip.readEntry()
  })
}
