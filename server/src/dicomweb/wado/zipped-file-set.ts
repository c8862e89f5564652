/** DICOM files and their DICOMDIR as a zip (PS3.10 §8), streamed: one file is open at a time, and nothing is held but the keys of the directory. */
import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { DirectoryWriter, type DicomJson } from '@isocenter/dicom'
import { ZipFile } from 'yazl'
import { receivedChunks } from '../stow/received-chunks.ts'
import type { ByteSource } from './byte-source.ts'

export interface FileOfSet {
  /** The parts of its File ID (PS3.10 §8.2): its path in the zip. */
  readonly fileID: readonly string[]
  readonly transferSyntaxUID: string
  readonly attributes: DicomJson
  readonly modifiedAt: Date
  /** Undefined for a file that cannot be had after all. */
  readonly open: () => Promise<ByteSource | undefined>
}

export interface FileSet {
  /** Resolves when the file's bytes have gone, so that one is open at a time; false where it cannot be had and the set is without it. */
  readonly add: (file: FileOfSet) => Promise<boolean>
}

/** What a DICOMDIR is called, and when it was made. */
export interface DirectoryName {
  readonly SOPInstanceUID: string
  readonly modifiedAt: Date
  /** Words for people, in a file beside those the DICOMDIR names. */
  readonly note?: { readonly name: string; readonly text: string } | undefined
}

export const numbered = (letters: string, number: number): string => `${letters}${String(number).padStart(6, '0')}`

/** File IDs by number, series by series in the order they are first named: safe on every system, and a File ID allows no UID (PS3.10 §8.2). @param folders between DICOM and the series */
export function fileIDs(...folders: readonly string[]): (SeriesInstanceUID: string) => readonly string[] {
  const series = new Map<string, { readonly number: number; instances: number }>()
  return (SeriesInstanceUID) => {
    const place = series.get(SeriesInstanceUID) ?? { number: series.size + 1, instances: 0 }
    series.set(SeriesInstanceUID, place)
    place.instances++
    return ['DICOM', ...folders, numbered('SE', place.number), numbered('IM', place.instances)]
  }
}

/** The same zip has the same bytes: its DICOMDIR is named by what it lists (PS3.5 §B.2). */
export const directoryUID = (contents: string): string => `2.25.${String(BigInt(`0x${createHash('sha256').update(`DICOMDIR ${contents}`).digest('hex').slice(0, 32)}`))}`

/**
 * The bytes of the zip, the files' as they were read. Files are stored uncompressed: pixel data that would shrink are the server's time against the
 * reader's line. The DICOMDIR comes last. What a file holds is freed when the reader stops.
 * @param fill adds all files and names the directory
 */
export async function* zippedFileSet(fill: (set: FileSet) => Promise<DirectoryName>, signal: AbortSignal): AsyncGenerator<Buffer, void> {
  const zip = new ZipFile()
  const output = zip.outputStream as Readable
  const fail = (error: unknown) => { output.destroy(error instanceof Error ? error : new Error('A zip could not be made.')) }
  const filling = fillAndEnd(zip, fill, signal).catch(fail)
  zip.on('error', fail)
  try {
    yield* receivedChunks(output)
    await filling
  } finally {
    output.destroy()
  }
}

async function fillAndEnd(zip: ZipFile, fill: (set: FileSet) => Promise<DirectoryName>, signal: AbortSignal): Promise<void> {
  const directory = new DirectoryWriter()
  const { SOPInstanceUID, modifiedAt, note } = await fill({
    add: async (file) => {
      signal.throwIfAborted()
      const source = await file.open()
      if (source === undefined) return false
      directory.add(file)
      await addEntry(zip, file, source, signal)
      return true
    },
  })
  if (note) zip.addBuffer(Buffer.from(note.text), note.name, { compress: true, mtime: modifiedAt })
  zip.addBuffer(Buffer.from(directory.write(SOPInstanceUID)), 'DICOMDIR', { compress: true, mtime: modifiedAt })
  zip.end()
}

async function addEntry(zip: ZipFile, { fileID, modifiedAt }: FileOfSet, source: ByteSource, signal: AbortSignal): Promise<void> {
  const stream = Readable.from(source.chunks, { objectMode: false })
  const stop = () => { stream.destroy() }
  signal.addEventListener('abort', stop)
  await new Promise<void>((resolve, reject) => {
    stream.once('close', () => {
      signal.removeEventListener('abort', stop)
      source.close()
      if (stream.readableEnded) resolve()
      else reject(stream.errored ?? new Error('A file of a zip was not read to its end.'))
    })
    zip.addReadStream(stream, fileID.join('/'), { compress: false, mtime: modifiedAt, ...(source.length !== undefined && { size: source.length }) })
  })
}
