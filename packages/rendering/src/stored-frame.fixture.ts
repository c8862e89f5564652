/** Frames of real files, as the server gives them to rendering. */
import { readFile } from 'node:fs/promises'
import { decodeFrame } from '@isocenter/codecs'
import { describeInstance, frameOfRange, frameRanges, readInstance, type BulkdataRange, type DicomJson, type DicomJsonAttribute } from '@isocenter/dicom'
import { pixelFormatOf } from './pixel-format.ts'
import type { FrameSource } from './raster.ts'

/** A frame of a file, counted from 1, decoded, with the values of its tables in place. */
export async function storedFrame(path: string, frameNumber = 1): Promise<FrameSource> {
  const bytes = await readFile(path)
  const { metadata, frames } = await storedInstance(bytes)
  const ranges = frames && frameRanges(frames, frameNumber)
  const [range] = ranges ?? []
  if (!frames || !ranges || !range) throw new Error(`${path} has no frame ${frameNumber}`)
  const stored = Buffer.concat(ranges.map(({ offset, length }) => bytes.subarray(offset, offset + length)))
  if (frames.kind === 'native') return { metadata, frameNumber, pixels: frameOfRange(frames, range, stored) }
  const { transferSyntaxUID } = await readInstance(bytes)
  const { pixels, format } = await decodeFrame(stored, transferSyntaxUID, pixelFormatOf(metadata))
  return { metadata, frameNumber, pixels, decoded: format }
}

/** The metadata of a file with its tables in place, and where its frames lie. */
export async function storedInstance(bytes: Buffer) {
  const parsed = await readInstance(bytes)
  const { metadataText, layout } = describeInstance(parsed, { bulkDataURI: (path) => path })
  const metadata = JSON.parse(metadataText) as DicomJson
  for (const value of layout.bulkdata) if (!value.path.startsWith('7FE0')) putValue(metadata, value, bytes)
  return { metadata, frames: layout.frames }
}

function putValue(metadata: DicomJson, { path, vr, offset, length }: BulkdataRange, bytes: Buffer): void {
  const attribute: DicomJsonAttribute = { vr, InlineBinary: bytes.subarray(offset, offset + length).toString('base64') }
  let dataSet = metadata
  const steps = path.split('.')
  while (steps.length > 1) {
    const [key = '', item = ''] = steps.splice(0, 2)
    dataSet = dataSet[key]?.Value?.[Number(item) - 1] as DicomJson
  }
  dataSet[steps[0] ?? ''] = attribute
}
