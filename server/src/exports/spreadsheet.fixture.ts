/** Spreadsheets read back by their own grammars. */
import { text } from 'node:stream/consumers'
import { fromBuffer, type Entry, type ZipFile } from 'yauzl'

/** RFC 4180, read by its grammar. */
export function fieldsOf(csv: string): string[][] {
  const rows: string[][] = [[]]
  for (const [, quoted, plain, end] of csv.replace(/^\uFEFF/, '').matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/g)) {
    rows.at(-1)?.push(quoted?.replaceAll('""', '"') ?? plain ?? '')
    if (end === '\r\n') rows.push([])
  }
  return rows.slice(0, -1)
}

/** The parts of a zip by their names. */
export async function partsOf(zip: Buffer): Promise<Map<string, string>> {
  const file = await new Promise<ZipFile>((resolve, reject) => { fromBuffer(zip, { lazyEntries: true }, (error, opened) => { if (opened === undefined) reject(error ?? new Error('nothing was opened')); else resolve(opened) }) })
  const parts = new Map<string, string>()
  return new Promise((resolve, reject) => {
    file.on('entry', (entry: Entry) => {
      file.openReadStream(entry, (error, stream) => {
        if (stream === undefined) { reject(error ?? new Error('nothing was opened')); return }
        text(stream).then((content) => { parts.set(entry.fileName, content); file.readEntry() }, reject)
      })
    })
    file.on('end', () => { resolve(parts) })
    file.readEntry()
  })
}
