/** What our encoders make, decoded by DCMTK and GDCM: a codec that agrees with itself alone proves nothing. */
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { encodeInstance, readInstance, type DicomJson } from '@isocenter/dicom'
import { anInstance, hasProgram } from '@isocenter/testkit/instances'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { decodeFrame, encodeFrame } from './codecs.ts'
import type { FrameFormat } from './frame-format.ts'

const run = promisify(execFile)
const uid = (suffix: string): string => `1.2.840.10008.1.2.${suffix}`

const grey = (BitsStored: number, PixelRepresentation: number): FrameFormat =>
  ({ Rows: 61, Columns: 47, SamplesPerPixel: 1, BitsAllocated: BitsStored > 8 ? 16 : 8, BitsStored, PixelRepresentation, PhotometricInterpretation: 'MONOCHROME2', PlanarConfiguration: 0 })
const formats = {
  '8 bits': grey(8, 0),
  '12 bits': grey(12, 0),
  '16 bits': grey(16, 0),
  '12 bits signed': grey(12, 1),
  '16 bits signed': grey(16, 1),
  'RGB': { ...grey(8, 0), SamplesPerPixel: 3, PhotometricInterpretation: 'RGB' },
}

function picture({ Rows, Columns, SamplesPerPixel, BitsAllocated, BitsStored, PixelRepresentation }: FrameFormat): Uint8Array {
  const samples = Array.from({ length: Rows * Columns * SamplesPerPixel }, (_, index) => ((index * 37 + (index >> 4) * 11) % 2 ** BitsStored) - (PixelRepresentation === 1 ? 2 ** (BitsStored - 1) : 0))
  return new Uint8Array(BitsAllocated === 8 ? Uint8Array.from(samples).buffer : Int16Array.from(samples).buffer)
}

let directory: string
beforeAll(async () => { directory = await mkdtemp(join(tmpdir(), 'isocenter-codecs-')) })
afterAll(() => rm(directory, { recursive: true, force: true }))

async function written(pixels: Uint8Array, format: FrameFormat, transferSyntaxUID: string): Promise<string> {
  const encoded = await encodeFrame(pixels, format, transferSyntaxUID)
  const { '7FE00010': _, ...rest } = anInstance({ kind: 'SC' })
  const numbers: Record<string, number> = {
    '00280002': format.SamplesPerPixel, '00280010': format.Rows, '00280011': format.Columns, '00280100': format.BitsAllocated,
    '00280101': format.BitsStored, '00280102': format.BitsStored - 1, '00280103': format.PixelRepresentation, ...(format.SamplesPerPixel > 1 && { '00280006': 0 }),
  }
  const json: DicomJson = {
    ...rest, ...Object.fromEntries(Object.entries(numbers).map(([tag, number]) => [tag, { vr: 'US', Value: [number] }])),
    '00280004': { vr: 'CS', Value: [encoded.format.PhotometricInterpretation] },
  }
  if (format.SamplesPerPixel === 1) delete json['00280006']
  const path = join(directory, `${transferSyntaxUID}-${format.BitsStored}-${format.PixelRepresentation}-${format.SamplesPerPixel}.dcm`)
  await writeFile(path, encodeInstance(json, { transferSyntaxUID, pixelData: { frames: [[encoded.bytes]], offsetTable: 'basic' } }))
  return path
}

const pixelsOf = async (path: string): Promise<Buffer> => {
  const object = await readFile(path)
  const { dataSet } = await readInstance(object)
  const element = dataSet.get('PixelData')
  const rows = (dataSet.number('PlanarConfiguration') ?? 0) === 0
  const bytes = object.subarray(element?.offset, (element?.offset ?? 0) + (element?.length ?? 0))
  if (rows) return bytes
  const plane = (dataSet.number('Rows') ?? 0) * (dataSet.number('Columns') ?? 0)
  return Buffer.from(bytes.map((_, index) => bytes[(index % 3) * plane + Math.floor(index / 3)] ?? 0))
}

describe.skipIf(!hasProgram('gdcmconv'))('GDCM decodes', () => {
  test.each(['5', '4.57', '4.70', '4.80', '4.90'].flatMap((suffix) => Object.entries(formats).map(([name, format]) => [suffix, name, format] as const)))('%s of %s', async (suffix, _name, format) => {
    const pixels = picture(format)
    const path = await written(pixels, format, uid(suffix))
    await run('gdcmconv', ['--raw', path, `${path}.raw`])
    expect((await pixelsOf(`${path}.raw`)).subarray(0, pixels.length).equals(pixels)).toBe(true)
  })
})

describe.skipIf(!hasProgram('dcmdjpeg'))('DCMTK decodes', () => {
  const programs = { '5': 'dcmdrle', '4.57': 'dcmdjpeg', '4.70': 'dcmdjpeg', '4.80': 'dcmdjpls' } as const
  test.each(Object.entries(programs).flatMap(([suffix, program]) => Object.entries(formats).map(([name, format]) => [suffix, name, program, format] as const)))('%s of %s', async (suffix, _name, program, format) => {
    const pixels = picture(format)
    const path = await written(pixels, format, uid(suffix))
    await run(program, [path, `${path}.native`])
    expect((await pixelsOf(`${path}.native`)).subarray(0, pixels.length).equals(pixels)).toBe(true)
  })
})

describe('OpenJPEG decodes', () => {
  test.each(Object.entries(formats))('HTJ2K of %s as OpenJPH made it', async (_name, format) => {
    const pixels = picture(format)
    for (const suffix of ['4.201', '4.202']) {
      const encoded = await encodeFrame(pixels, format, uid(suffix))
      expect(Buffer.compare((await decodeFrame(encoded.bytes, uid('4.90'), encoded.format)).pixels, pixels)).toBe(0)
    }
  })
})
