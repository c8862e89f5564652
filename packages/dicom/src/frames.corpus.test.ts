import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { sharedDicom } from '@isocenter/testkit/instances'
import { describe, expect, test } from 'vitest'
import { describeInstance } from './describe-instance.ts'
import { frameOfRange, frameRanges } from './frames.ts'
import type { Layout, PixelLayout } from './layout.ts'
import { decodeLayout, encodeLayout } from './layout-encoding.ts'
import { InstanceReader } from './read.ts'

const folder = sharedDicom()
const nativeSyntaxes = new Set(['1.2.840.10008.1.2', '1.2.840.10008.1.2.1', '1.2.840.10008.1.2.1.99', '1.2.840.10008.1.2.2'])

interface ExpectedFrame {
  readonly path: string
  readonly sha256: string
}

/** Files in native transfer syntaxes with the digest of their first frame, where two decoders agree on it (README of the collection). */
function expectedFrames(dicom: string): ExpectedFrame[] {
  const [header = '', ...lines] = readFileSync(join(dicom, 'expected/frame1.csv'), 'utf8').trimEnd().split(/\r?\n/)
  const column = (name: string): number => header.split(',').indexOf(name)
  return lines
    .map((line) => line.split(','))
    .filter((cells) => nativeSyntaxes.has(cells[column('transfer_syntax_uid')] ?? '') && cells[column('status')] === 'agree')
    // Where the colour model differs, decoders turned samples into others.
    .filter((cells) => cells[column('file_photometric')] === cells[column('decoded_photometric')])
    .map((cells) => ({ path: cells[column('path')] ?? '', sha256: cells[column('frame1_sha256')] ?? '' }))
}

describe.skipIf(!folder)('the first frame of real native instances, found by the kept layout', () => {
  test.each(folder ? expectedFrames(folder) : [])('$path', async ({ path, sha256 }) => {
    const { layout, object } = await indexed(readFileSync(join(folder ?? '', path)))
    const { frames, pixel } = layout
    const [range] = (frames && frameRanges(frames, 1)) ?? []
    if (!range || !pixel || frames?.kind !== 'native') throw new Error('no native frame was found')
    const bytes = object.subarray(range.offset, range.offset + range.length)
    const frame = colourByPixel(frameOfRange(frames, range, bytes), pixel)
    expect(createHash('sha256').update(frame).digest('hex')).toBe(sha256)
  })
})

/** The layout, once through its kept form, and the object that its offsets count in. */
async function indexed(file: Uint8Array): Promise<{ layout: Layout; object: Uint8Array }> {
  const inflated: Uint8Array[] = []
  const reader = new InstanceReader({ onInflated: (chunk) => void inflated.push(Buffer.from(chunk)) })
  await reader.write(file)
  const instance = await reader.end()
  const { layout } = describeInstance(instance, { bulkDataURI: (path) => `bulkdata/${path}` })
  const object = instance.inflated ? Buffer.concat([file.subarray(0, instance.dataSetOffset), ...inflated]) : file
  return { layout: decodeLayout(encodeLayout(layout)), object }
}

/** Planes of colour (Planar Configuration 1) interleaved, as the digests are of. */
function colourByPixel(frame: Uint8Array, { PlanarConfiguration, SamplesPerPixel, BitsAllocated }: PixelLayout): Uint8Array {
  if (PlanarConfiguration !== 1 || SamplesPerPixel === 1) return frame
  const sampleBytes = BitsAllocated / 8
  const pixels = frame.length / sampleBytes / SamplesPerPixel
  const interleaved = new Uint8Array(frame.length)
  for (let pixel = 0; pixel < pixels; pixel++) {
    for (let sample = 0; sample < SamplesPerPixel; sample++) {
      const from = (sample * pixels + pixel) * sampleBytes
      interleaved.set(frame.subarray(from, from + sampleBytes), (pixel * SamplesPerPixel + sample) * sampleBytes)
    }
  }
  return interleaved
}
