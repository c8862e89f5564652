/** Where the data set begins in a Part 10 file that comes as a stream (PS3.10 §7.1). */

const prefixAt = 128
const groupLengthEndsAt = 144
/** Far beyond any File Meta Information. */
const maxHeadBytes = 1024 * 1024
const transferSyntaxTag = 0x0002_0010

/** To be disposed, read or not: a file that nobody reads on would hold its connection. */
export interface OpenedFile extends AsyncDisposable {
  readonly transferSyntaxUID: string
  /** The data set's bytes; to be read once. */
  readonly dataSet: AsyncIterable<Uint8Array>
}

/** The stream is no DICOM file. */
export class NoDicomFile extends Error {
  override readonly name = 'NoDicomFile'
}

/**
 * Reads past the File Meta Information.
 * @throws NoDicomFile; what the stream throws
 */
export async function openFile(file: AsyncIterable<Uint8Array>): Promise<OpenedFile> {
  const chunks = file[Symbol.asyncIterator]()
  // Returned here and not by who reads: a generator that was never begun does nothing when it is returned.
  const close = async (): Promise<void> => { await chunks.return?.() }
  try {
    const { head, dataSetAt } = await readHead(chunks)
    return {
      transferSyntaxUID: transferSyntaxIn(head.subarray(groupLengthEndsAt, dataSetAt)), dataSet: rest(head.subarray(dataSetAt), chunks), [Symbol.asyncDispose]: close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

/** The File Meta Information with what came along behind it. */
async function readHead(chunks: AsyncIterator<Uint8Array>): Promise<{ head: Buffer; dataSetAt: number }> {
  let head: Buffer = Buffer.alloc(0)
  const want = async (bytes: number): Promise<void> => {
    while (head.length < bytes) {
      const next = await chunks.next()
      if (next.done) throw new NoDicomFile('The file ends within its File Meta Information.')
      head = Buffer.concat([head, next.value])
    }
  }
  await want(groupLengthEndsAt)
  if (head.toString('latin1', prefixAt, prefixAt + 4) !== 'DICM' || head.readUInt32LE(132) !== 0x0000_0002) throw new NoDicomFile('The file has no File Meta Information.')
  const end = groupLengthEndsAt + head.readUInt32LE(140)
  if (end > maxHeadBytes) throw new NoDicomFile('The File Meta Information is too long.')
  await want(end)
  return { head, dataSetAt: end }
}

async function* rest(first: Uint8Array, chunks: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  if (first.length > 0) yield first
  for (let next = await chunks.next(); !next.done; next = await chunks.next()) yield next.value
}

function transferSyntaxIn(meta: Buffer): string {
  for (let at = 0; at + 8 <= meta.length;) {
    const tag = meta.readUInt16LE(at) * 0x1_0000 + meta.readUInt16LE(at + 2)
    const isLong = /^(OB|OD|OF|OL|OV|OW|SQ|SV|UC|UN|UR|UT|UV)$/.test(meta.toString('latin1', at + 4, at + 6))
    const length = isLong ? meta.readUInt32LE(at + 8) : meta.readUInt16LE(at + 6)
    const value = at + (isLong ? 12 : 8)
    if (tag === transferSyntaxTag) return meta.toString('latin1', value, value + length).replace(/[\0 ]+$/, '')
    at = value + length
  }
  throw new NoDicomFile('The File Meta Information names no transfer syntax.')
}
