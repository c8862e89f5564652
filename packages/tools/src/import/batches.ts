import { InstanceReader } from '@isocenter/dicom'
import { notDicomReason, sniffedBytes } from './looks-like-dicom.ts'
import type { Source, Unreadable } from './source.ts'

/** Instances that travel in one request. */
export interface Batch {
  readonly sources: readonly Source[]
  readonly byteLength: number
}

export interface Skipped {
  readonly name: string
  readonly reason: string
}

const maxBatchBytes = 64 * 1024 ** 2

/** Gathers what is worth sending into batches; what is not goes to `onSkipped`, what an earlier run has sent to `onDone`. */
export async function* batches(
  found: AsyncIterable<Source | Unreadable>, batchSize: number, isDone: (source: Source) => boolean,
  { onSkipped, onDone }: { onSkipped: (skipped: Skipped) => void; onDone: (source: Source) => void },
): AsyncGenerator<Batch> {
  let sources: Source[] = []
  let byteLength = 0
  for await (const one of found) {
    if ('reason' in one) { onSkipped(one); continue }
    if (isDone(one)) { onDone(one); continue }
    const reason = await unsendableReason(one)
    if (reason !== undefined) { onSkipped({ name: one.name, reason }); continue }
    sources.push(one)
    byteLength += one.byteLength
    if (sources.length >= batchSize || byteLength >= maxBatchBytes) {
      yield { sources, byteLength }
      sources = []
      byteLength = 0
    }
  }
  if (sources.length > 0) yield { sources, byteLength }
}

async function unsendableReason(source: Source): Promise<string | undefined> {
  try {
    return notDicomReason(source.name, await headOf(source, sniffedBytes))
  } catch {
    return 'cannot be read'
  }
}

/** The first bytes of a source. */
async function headOf(source: Source, length: number): Promise<Uint8Array> {
  const parts: Buffer[] = []
  let have = 0
  for await (const chunk of await source.open() as AsyncIterable<Buffer>) {
    parts.push(chunk)
    have += chunk.length
    if (have >= length) break // which closes the stream
  }
  return Buffer.concat(parts).subarray(0, length)
}

/** The SOP Instance UID of an object, read from its data set; undefined when it cannot be read. */
export async function sopInstanceUIDOf(source: Source): Promise<string | undefined> {
  try {
    const reader = new InstanceReader()
    for await (const chunk of await source.open() as AsyncIterable<Buffer>) await reader.write(chunk)
    return (await reader.end()).dataSet.string('SOPInstanceUID')
  } catch {
    return undefined // unreadable for us too: the server's own answer is what counts
  }
}
