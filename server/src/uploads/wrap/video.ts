/** MP4 with H.264 as it is: what DICOM has a transfer syntax for and browsers play. */
import type { DicomJson } from '@isocenter/dicom'
import { readMp4 } from '../../dicomweb/index.ts'
import { json } from './json.ts'

export interface VideoFile {
  readonly transferSyntaxUID: string
  readonly attributes: DicomJson
}
export type VideoRefused = 'videoUnreadable' | 'videoCodec' | 'videoProfile'

/** PS3.5 §8.2.7 and §8.2.8: High Profile up to level 4.1, and 4.2; what is in Constrained Baseline or Main every decoder of High takes. */
const syntaxes = new Set(['1.2.840.10008.1.2.4.102', '1.2.840.10008.1.2.4.104'])
const [constrainedBaseline, main, high] = [66, 77, 100]
const highestLevel = 42
/** Bytes of a native pixel of a video that is 4:2:0. */
const bytesOfPixel = 1.5

export async function readVideo(file: Buffer): Promise<VideoFile | VideoRefused> {
  const found = await readMp4((offset, length) => Promise.resolve(file.subarray(offset, offset + length)), file.length)
  // Other codecs, and files without a movie, are not told apart by it.
  if (found === undefined) return file.includes('moov', 0, 'latin1') ? 'videoCodec' : 'videoUnreadable'
  if (!syntaxes.has(found.transferSyntaxUID)) return 'videoCodec'
  const at = file.indexOf('avcC', 0, 'latin1')
  const [profile = 0, constraints = 0, level = 0] = at === -1 ? [] : file.subarray(at + 5, at + 8)
  const isDecodable = profile === high || profile === main || (profile === constrainedBaseline && (constraints & 0x40) !== 0)
  if (!isDecodable || level > highestLevel) return 'videoProfile'
  const number = (tag: string) => Number(found.attributes[tag]?.Value?.[0] ?? 0)
  const [frames, rows, columns] = [number('00280008'), number('00280010'), number('00280011')]
  if (frames < 1 || rows < 1 || columns < 1 || !(number('00181063') > 0)) return 'videoUnreadable'
  return {
    transferSyntaxUID: found.transferSyntaxUID,
    attributes: {
      ...found.attributes,
      ...json({ LossyImageCompressionRatio: Number(Math.max(1, (frames * rows * columns * bytesOfPixel) / file.length).toFixed(2)) }),
    },
  }
}
