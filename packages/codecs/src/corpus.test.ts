import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { buildFrameIndex, frameOfRange, frameRanges, readInstance, type DataSet, type ParsedInstance } from '@isocenter/dicom'
import { sharedDicom } from '@isocenter/testkit/instances'
import { describe, expect, test } from 'vitest'
import { canDecode, canEncode, decodeFrame, encodeFrame } from './codecs.ts'
import type { FrameFormat } from './frame-format.ts'

interface Expected { readonly path: string; readonly transferSyntaxUID: string; readonly status: string; readonly sha256: string; readonly PhotometricInterpretation: string }

const folder = sharedDicom()
const lossless = ['1', '5', '8.1', '4.57', '4.70', '4.80', '4.90', '4.201', '4.202'].map((suffix) => `1.2.840.10008.1.2.${suffix}`)

/** Pixels that are not samples of Bits Allocated: floating point, one value an element. */
const isFloat = ({ dataSet }: ParsedInstance): boolean => !dataSet.has('PixelData')

const expected = folder === undefined ? [] : readFileSync(join(folder, 'expected/frame1.csv'), 'utf8').split('\n').slice(1).filter(Boolean).map((line): Expected => {
  const cells = line.split(',')
  return { path: cells[0]!, transferSyntaxUID: cells[1]!, status: cells[9]!, sha256: cells[11]!, PhotometricInterpretation: cells[12]! }
})

function formatOf(dataSet: DataSet): FrameFormat {
  const BitsAllocated = dataSet.number('BitsAllocated') ?? 0
  return {
    Rows: dataSet.number('Rows') ?? 0, Columns: dataSet.number('Columns') ?? 0, SamplesPerPixel: dataSet.number('SamplesPerPixel') ?? 0,
    BitsAllocated, BitsStored: dataSet.number('BitsStored') ?? BitsAllocated, PixelRepresentation: dataSet.number('PixelRepresentation') ?? 0,
    PhotometricInterpretation: dataSet.string('PhotometricInterpretation') ?? '', PlanarConfiguration: dataSet.number('PlanarConfiguration') ?? 0,
  }
}

async function firstFrame(path: string): Promise<{ instance: ParsedInstance; bytes: Uint8Array; format: FrameFormat }> {
  const object = readFileSync(join(folder!, path))
  let inflated = object as Uint8Array
  const instance = await readInstance(object, { onInflated: (chunk) => { inflated = Buffer.concat([inflated, chunk]) } })
  if (instance.inflated) inflated = Buffer.concat([object.subarray(0, instance.dataSetOffset), inflated.subarray(object.length)])
  const { frames } = buildFrameIndex(instance)
  const ranges = frames ? frameRanges(frames, 1) : undefined
  if (!frames || !ranges?.[0]) throw new Error(`${path} has no frame`)
  const stored = Buffer.concat(ranges.map(({ offset, length }) => inflated.subarray(offset, offset + length)))
  return { instance, bytes: frames.kind === 'native' ? frameOfRange(frames, ranges[0], stored) : stored, format: formatOf(instance.dataSet) }
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

describe.skipIf(folder === undefined)('of every real file', () => {
  const agreed = expected.filter(({ status }) => status === 'agree')

  test.each([...new Set(agreed.map(({ transferSyntaxUID }) => transferSyntaxUID))])('in %s the first frame is what independent decoders agreed on', async (uid) => {
    for (const one of agreed.filter(({ transferSyntaxUID }) => transferSyntaxUID === uid)) {
      const { instance, bytes, format } = await firstFrame(one.path)
      if (isFloat(instance)) continue
      const frame = await decodeFrame(bytes, uid, format)
      expect({ path: one.path, sha256: sha256(frame.pixels), is: frame.format.PhotometricInterpretation })
        .toEqual({ path: one.path, sha256: one.sha256, is: one.PhotometricInterpretation })
    }
  })

  test('every lossless encoding gives the decoded frame back', async () => {
    const seen = new Set<string>()
    for (const one of agreed) {
      const { instance, bytes, format } = await firstFrame(one.path)
      // One file of each kind of frame and of each geometry is enough; the set has whole series of like images.
      const kind = [format.Rows, format.Columns, format.SamplesPerPixel, format.BitsAllocated, format.BitsStored, format.PixelRepresentation, format.PhotometricInterpretation].join()
      if (isFloat(instance) || seen.has(kind) || !canDecode(one.transferSyntaxUID, format)) continue
      seen.add(kind)
      const frame = await decodeFrame(bytes, one.transferSyntaxUID, format)
      for (const target of lossless.filter((uid) => canEncode(uid, frame.format))) {
        const encoded = await encodeFrame(frame.pixels, frame.format, target)
        const again = await decodeFrame(encoded.bytes, target, encoded.format)
        // Only YBR_FULL_422 changes its form on the way: both pixels get the colour differences they share.
        if (frame.format.PhotometricInterpretation === 'YBR_FULL_422') continue
        expect({ path: one.path, target, same: Buffer.compare(again.pixels, frame.pixels) === 0, is: again.format.PhotometricInterpretation })
          .toEqual({ path: one.path, target, same: true, is: frame.format.PhotometricInterpretation })
      }
    }
    expect(seen.size).toBeGreaterThan(50)
  }, 300_000)
})
