import { dataHeader } from './pdu-encode.ts'
import { pdvHeaderBytes } from './pdu.ts'

/** Where PDUs go: `write` takes the parts of one or more whole ones, `drained` tells when more may come. */
export interface DataLine {
  write(parts: readonly Uint8Array[]): void
  drained(): Promise<void> | undefined
  /** @throws when the association has ended */
  assertOpen(): void
}

/** More parts than this in one PDU are joined first: a system call with a thousand small buffers costs more than the copy. */
const maxParts = 64

/**
 * Bytes of a value in the longest PDU that both sides allow; even, as every fragment but the last must be.
 * @param peerMax what the peer takes, 0 for no limit
 */
export function valueBytesFor(peerMax: number, ownMax: number): number {
  const pduBytes = peerMax === 0 ? ownMax : Math.min(peerMax, ownMax)
  return (pduBytes - pdvHeaderBytes) & ~1
}

interface Stretch { readonly contextId: number; readonly kind: 'command' | 'dataSet'; readonly valueBytes: number }

/**
 * Sends one command or data set as P-DATA-TF. `before` goes out in the first write, in front of it.
 * Resolves when the line has taken everything.
 */
export async function sendFragments(line: DataLine, stretch: Stretch, bytes: Uint8Array | AsyncIterable<Uint8Array>, before: readonly Uint8Array[] = []): Promise<void> {
  if (bytes instanceof Uint8Array) await sendBytes(line, stretch, bytes, before)
  else await sendChunks(line, stretch, bytes, before)
}

/** The PDUs of a command or a data set that is in memory; its bytes are not copied. */
export function fragmentsOf({ contextId, kind, valueBytes }: Stretch, bytes: Uint8Array): Uint8Array[] {
  const parts: Uint8Array[] = []
  let at = 0
  do {
    const value = bytes.subarray(at, at + valueBytes)
    at += value.length
    parts.push(dataHeader(contextId, kind, at === bytes.length, value.length))
    if (value.length > 0) parts.push(value)
  } while (at < bytes.length)
  return parts
}

async function sendBytes(line: DataLine, { contextId, kind, valueBytes }: Stretch, bytes: Uint8Array, before: readonly Uint8Array[]): Promise<void> {
  let at = 0
  do {
    const value = bytes.subarray(at, at + valueBytes)
    const header = dataHeader(contextId, kind, at + value.length === bytes.length, value.length)
    line.assertOpen()
    line.write(joinedIfSmall([...(at === 0 ? before : []), header, value]))
    at += value.length
    await line.drained()
  } while (at < bytes.length)
  line.assertOpen()
}

async function sendChunks(line: DataLine, { contextId, kind, valueBytes }: Stretch, chunks: AsyncIterable<Uint8Array>, before: readonly Uint8Array[]): Promise<void> {
  let pending = [...before]
  let values: Uint8Array[] = []
  let length = 0
  const flush = async (last: boolean): Promise<void> => {
    line.assertOpen()
    const header = dataHeader(contextId, kind, last, length)
    line.write(joinedIfSmall([...pending, header, ...(values.length > maxParts ? [Buffer.concat(values)] : values)]))
    pending = []
    values = []
    length = 0
    await line.drained()
  }
  for await (const chunk of chunks) {
    line.assertOpen()
    let rest = chunk
    // Only what is known not to be the end goes out, so that the last fragment can say that it is.
    while (length + rest.length > valueBytes) {
      const taken = rest.subarray(0, valueBytes - length)
      if (taken.length > 0) values.push(taken)
      length = valueBytes
      rest = rest.subarray(taken.length)
      await flush(false)
    }
    if (rest.length > 0) values.push(rest)
    length += rest.length
  }
  await flush(true)
  line.assertOpen()
}

/** Below this a copy is cheaper than the bookkeeping of several buffers. */
const smallBytes = 4096

function joinedIfSmall(parts: readonly Uint8Array[]): readonly Uint8Array[] {
  if (parts.length === 1) return parts
  const total = parts.reduce((sum, part) => sum + part.length, 0)
  return total <= smallBytes ? [Buffer.concat(parts, total)] : parts.filter((part) => part.length > 0)
}
