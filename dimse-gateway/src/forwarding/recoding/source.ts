/** A spooled object opened for recoding: what its data set says, and any bytes of it. */
import { open, type FileHandle } from 'node:fs/promises'
import { addressableFrames, buildFrameIndex, ExplicitVRLittleEndian, frameOfRange, frameRanges, InstanceReader, type FrameIndex, type ParsedInstance, type StoredRange } from '@isocenter/dicom'
import type { FrameFormat } from '@isocenter/codecs'

export interface RecodingSource {
  readonly instance: ParsedInstance
  readonly frames: FrameIndex
  readonly numberOfFrames: number
  readonly format: FrameFormat
  /** What `frame` gives its bytes in: native ones are little endian already. */
  readonly frameSyntaxUID: string
  /** One frame's own bytes, counted from 1, fragments joined. */
  readonly frame: (frameNumber: number) => Promise<Uint8Array>
  /** Bytes of the file, words reversed where the range says so. */
  readonly range: (range: StoredRange) => AsyncGenerator<Uint8Array>
  readonly close: () => Promise<void>
}

const readBytes = 256 * 1024

/** Undefined where the object has no frames that can be had one by one. @throws what reading the file throws, DicomReadError */
export async function openSource(path: string): Promise<RecodingSource | undefined> {
  const file = await open(path)
  try {
    const instance = await parse(file)
    const { frames } = buildFrameIndex(instance)
    const format = formatOf(instance)
    const numberOfFrames = frames ? addressableFrames(frames) : 0
    if (!frames || !format || instance.inflated || numberOfFrames < 1 || numberOfFrames !== (instance.dataSet.number('NumberOfFrames') ?? 1)) {
      await file.close()
      return undefined
    }
    return {
      instance, frames, numberOfFrames, format,
      frameSyntaxUID: frames.kind === 'native' ? ExplicitVRLittleEndian : instance.transferSyntaxUID,
      frame: (frameNumber) => frameIn(file, frames, frameNumber),
      range: (range) => rangeIn(file, range),
      close: () => file.close(),
    }
  } catch (error) {
    await file.close()
    throw error
  }
}

async function parse(file: FileHandle): Promise<ParsedInstance> {
  const reader = new InstanceReader()
  for await (const chunk of file.createReadStream({ start: 0, autoClose: false, highWaterMark: readBytes }) as AsyncIterable<Buffer>) await reader.write(chunk)
  return reader.end()
}

/** The Image Pixel module (PS3.3 §C.7.6.3) of integer pixels in whole bytes; others are not recoded. */
function formatOf({ dataSet }: ParsedInstance): FrameFormat | undefined {
  const Rows = dataSet.number('Rows') ?? 0
  const Columns = dataSet.number('Columns') ?? 0
  const BitsAllocated = dataSet.number('BitsAllocated') ?? 0
  const SamplesPerPixel = dataSet.number('SamplesPerPixel') ?? 0
  const PhotometricInterpretation = dataSet.string('PhotometricInterpretation') ?? ''
  if (!dataSet.has('PixelData') || Rows < 1 || Columns < 1 || ![8, 16].includes(BitsAllocated) || ![1, 3].includes(SamplesPerPixel) || PhotometricInterpretation === '') return undefined
  return {
    Rows, Columns, BitsAllocated, SamplesPerPixel, PhotometricInterpretation, BitsStored: dataSet.number('BitsStored') ?? BitsAllocated,
    PixelRepresentation: dataSet.number('PixelRepresentation') ?? 0, PlanarConfiguration: dataSet.number('PlanarConfiguration') ?? 0,
  }
}

async function frameIn(file: FileHandle, frames: FrameIndex, frameNumber: number): Promise<Uint8Array> {
  const ranges = frameRanges(frames, frameNumber) ?? []
  const bytes = Buffer.alloc(ranges.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const { offset, length } of ranges) {
    await readFully(file, bytes.subarray(at, at + length), offset)
    at += length
  }
  const [range] = ranges
  return frames.kind === 'native' && range ? frameOfRange(frames, range, bytes) : bytes
}

async function* rangeIn(file: FileHandle, { offset, length, wordBytes }: StoredRange): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < length; at += readBytes) {
    const bytes = Buffer.alloc(Math.min(readBytes, length - at))
    await readFully(file, bytes, offset + at)
    // Pieces are a multiple of every word, so that none is cut.
    yield wordBytes === 1 ? bytes : reversed(bytes, wordBytes)
  }
}

function reversed(bytes: Buffer, wordBytes: number): Uint8Array {
  const whole = bytes.length - (bytes.length % wordBytes)
  for (let at = 0; at < whole; at += wordBytes) bytes.subarray(at, at + wordBytes).reverse()
  return bytes
}

async function readFully(file: FileHandle, bytes: Uint8Array, offset: number): Promise<void> {
  for (let at = 0; at < bytes.length;) {
    const { bytesRead } = await file.read(bytes, at, bytes.length - at, offset + at)
    if (bytesRead === 0) throw new Error('The spooled file is shorter than its data set says.')
    at += bytesRead
  }
}
