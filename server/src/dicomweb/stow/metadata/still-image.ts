/** PNG and GIF, which no DICOM transfer syntax has, as native pixels (PS3.18 Table 10.5.2-1). */
import type { DicomJson } from '@isocenter/dicom'
import sharp, { type OutputInfo } from 'sharp'

/** Pixels of all frames, one behind the other, and what describes them. */
export interface StillImage {
  readonly pixels: Buffer
  readonly attributes: DicomJson
}

/** Samples of one image: decoded it is held whole. */
const maxPixels = 64 * 1024 * 1024
/** Longest file that is decoded, bytes. */
export const maxStillImageBytes = 64 * 1024 * 1024

/**
 * Decodes a PNG or GIF: grey as MONOCHROME2, anything else as RGB, sixteen bits where the file has them, frames of an animation as frames.
 * Transparency is laid on black, since DICOM has none. Undefined when the file is no such image or too large.
 */
export async function readStillImage(file: Buffer): Promise<StillImage | undefined> {
  const source = sharp(file, { limitInputPixels: maxPixels, animated: true, failOn: 'error' })
  let decoded: { data: Buffer; info: OutputInfo; frames: number; isDeep: boolean; isGrey: boolean }
  try {
    const { pages = 1, depth, space, format } = await source.metadata()
    if (format !== 'png' && format !== 'gif') return undefined
    const isDeep = depth === 'ushort'
    const isGrey = space === 'b-w' || space === 'grey16'
    const flat = source.flatten({ background: 'black' }).toColourspace(isGrey ? (isDeep ? 'grey16' : 'b-w') : isDeep ? 'rgb16' : 'srgb')
    const { data, info } = await flat.raw({ depth: isDeep ? 'ushort' : 'uchar' }).toBuffer({ resolveWithObject: true })
    decoded = { data, info, frames: pages, isDeep, isGrey }
  } catch {
    // Whatever sharp says of the file's content is the sender's business in one word: it cannot be understood.
    return undefined
  }
  const { data, info, frames, isDeep, isGrey } = decoded
  const samples = info.channels
  if ((isGrey && samples !== 1) || (!isGrey && samples !== 3) || info.height % frames !== 0) return undefined
  const bits = isDeep ? 16 : 8
  return {
    pixels: data,
    attributes: {
      '00280002': { vr: 'US', Value: [samples] }, '00280004': { vr: 'CS', Value: [isGrey ? 'MONOCHROME2' : 'RGB'] },
      ...(samples > 1 && { '00280006': { vr: 'US', Value: [0] } }),
      ...(frames > 1 && { '00280008': { vr: 'IS', Value: [frames] } }),
      '00280010': { vr: 'US', Value: [info.height / frames] }, '00280011': { vr: 'US', Value: [info.width] },
      '00280100': { vr: 'US', Value: [bits] }, '00280101': { vr: 'US', Value: [bits] }, '00280102': { vr: 'US', Value: [bits - 1] }, '00280103': { vr: 'US', Value: [0] },
    },
  }
}
