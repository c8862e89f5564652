/** DICOM files and their DICOMDIR as a zip (PS3.10 §8), streamed: one file is open at a time, and nothing is held but the keys of the directory. */
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
  readonly open: () => Promise<ByteSource>
}

export interface FileSet {
  /** Resolves when the file's bytes have gone, so that one is open at a time. */
  readonly add: (file: FileOfSet) => Promise<void>
}

/** What a DICOMDIR is called, and when it was made. */
export interface DirectoryName { readonly SOPInstanceUID: string; readonly modifiedAt: Date }

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
  const { SOPInstanceUID, modifiedAt } = await fill({
    add: async (file) => {
      signal.throwIfAborted()
      directory.add(file)
      await addEntry(zip, file, signal)
    },
  })
  zip.addBuffer(Buffer.from(directory.write(SOPInstanceUID)), 'DICOMDIR', { compress: true, mtime: modifiedAt })
  zip.end()
}

async function addEntry(zip: ZipFile, { fileID, modifiedAt, open }: FileOfSet, signal: AbortSignal): Promise<void> {
  const source = await open()
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
