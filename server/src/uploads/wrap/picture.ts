/** JPEG and PNG as pixel data: a baseline JPEG keeps its entropy-coded data as they are; what no DICOM class takes is compressed anew, and said so. */
import { ExplicitVRLittleEndian, type DicomJson } from '@isocenter/dicom'
import sharp, { type Metadata } from 'sharp'
import { readCodestream } from '../../dicomweb/index.ts'
import { json } from './json.ts'

export interface Picture {
  readonly transferSyntaxUID: string
  /** One compressed frame, or native pixels. */
  readonly frame?: Buffer
  readonly native?: Buffer
  readonly attributes: DicomJson
  readonly finding?: 'recompressed' | 'reducedDepth'
}

/** Decoded, a picture is held whole: 100 MiB of colour. */
const maxPixels = 36 * 1024 * 1024
const baseline = '1.2.840.10008.1.2.4.50'
const quality = 95

export type PictureRefused = 'brokenPicture' | 'tooManyPixels'

async function described(file: Buffer, format: 'jpeg' | 'png'): Promise<Metadata | PictureRefused> {
  try {
    const found = await sharp(file, { limitInputPixels: false }).metadata()
    if (found.format !== format) return 'brokenPicture'
    return found.width * found.height > maxPixels ? 'tooManyPixels' : found
  } catch {
    // Whatever is said of its content comes to one thing for who sent it.
    return 'brokenPicture'
  }
}

/** A JPEG. Where its camera lay on the side, as EXIF says and no DICOM viewer reads, it is turned. */
export async function readJpeg(file: Buffer): Promise<Picture | PictureRefused> {
  const found = await described(file, 'jpeg')
  if (typeof found === 'string') return found
  const stream = withoutRemarks(file)
  const code = stream && readCodestream('image/jpeg', stream, stream.length)
  if (stream !== undefined && code?.transferSyntaxUID === baseline && (found.orientation ?? 1) === 1 && found.channels !== 4) {
    // Decoded once: what a viewer cannot show is not stored as if it could.
    if (!await isWhole(file)) return 'brokenPicture'
    return { transferSyntaxUID: baseline, frame: stream, attributes: compressedAttributes(code.attributes, stream.length) }
  }
  try {
    const flat = sharp(file, { limitInputPixels: maxPixels, failOn: 'error' }).rotate()
    const again = await (found.channels === 1 ? flat.toColourspace('b-w') : flat.toColourspace('srgb')).jpeg({ quality, progressive: false, chromaSubsampling: '4:4:4' }).toBuffer()
    const anew = readCodestream('image/jpeg', again, again.length)
    if (anew?.transferSyntaxUID !== baseline) return 'brokenPicture'
    return {
      transferSyntaxUID: baseline, frame: again, finding: 'recompressed',
      attributes: { ...compressedAttributes(anew.attributes, again.length), ...json({ ImageType: ['DERIVED', 'PRIMARY'], DerivationDescription: 'Upright, baseline JPEG made of another kind of JPEG' }) },
    }
  } catch {
    return 'brokenPicture'
  }
}

async function isWhole(file: Buffer): Promise<boolean> {
  try {
    await sharp(file, { limitInputPixels: maxPixels, failOn: 'error' }).stats()
    return true
  } catch {
    return false
  }
}

const numberIn = (attributes: DicomJson, tag: string): number => Number(attributes[tag]?.Value?.[0] ?? 1)

function compressedAttributes(attributes: DicomJson, bytes: number): DicomJson {
  const ratio = (numberIn(attributes, '00280010') * numberIn(attributes, '00280011') * numberIn(attributes, '00280002')) / bytes
  return {
    ...attributes,
    // The one name that visible light classes know for these (PS3.3 §C.8.12.1.1.1); decoders go by the stream.
    ...(attributes['00280004']?.Value?.[0] === 'YBR_FULL' && json({ PhotometricInterpretation: 'YBR_FULL_422' })),
    ...json({ LossyImageCompressionRatio: Number(Math.max(1, ratio).toFixed(2)) }),
  }
}

/** Without where and by whom it was taken (EXIF, XMP, IPTC, comments): those name people and places, and no viewer shows them. Undefined where the segments make no sense. */
export function withoutRemarks(file: Buffer): Buffer | undefined {
  const kept: Buffer[] = [file.subarray(0, 2)]
  for (let at = 2; at + 4 <= file.length;) {
    if (file[at] !== 0xff) return undefined
    const marker = file[at + 1] ?? 0
    if (marker === 0xff) {
      at++
      continue
    }
    if (marker === 0xda) return Buffer.concat([...kept, file.subarray(at)])
    const end = at + 2 + file.readUInt16BE(at + 2)
    if (end > file.length) return undefined
    if (![0xe1, 0xed, 0xfe].includes(marker)) kept.push(file.subarray(at, end))
    at = end
  }
  return undefined
}

/** A PNG as native pixels of eight bits, transparency laid on white as paper is. */
export async function readPng(file: Buffer): Promise<Picture | PictureRefused> {
  const found = await described(file, 'png')
  if (typeof found === 'string') return found
  try {
    const isGrey = found.space === 'b-w' || found.space === 'grey16'
    const { data, info } = await sharp(file, { limitInputPixels: maxPixels, failOn: 'error' })
      .flatten({ background: 'white' })
      .toColourspace(isGrey ? 'b-w' : 'srgb')
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true })
    if (info.channels !== (isGrey ? 1 : 3)) return 'brokenPicture'
    const isDeep = found.depth !== 'uchar'
    return {
      transferSyntaxUID: ExplicitVRLittleEndian, native: data.length % 2 === 0 ? data : Buffer.concat([data, Buffer.alloc(1)]), ...(isDeep && { finding: 'reducedDepth' as const }),
      attributes: json({
        SamplesPerPixel: info.channels, PhotometricInterpretation: isGrey ? 'MONOCHROME2' : 'RGB', ...(!isGrey && { PlanarConfiguration: 0 }), Rows: info.height, Columns: info.width,
        BitsAllocated: 8, BitsStored: 8, HighBit: 7, PixelRepresentation: 0, LossyImageCompression: '00', ...(isDeep && { ImageType: ['DERIVED', 'PRIMARY'], DerivationDescription: 'Eight bits of sixteen' }),
      }),
    }
  } catch {
    return 'brokenPicture'
  }
}
