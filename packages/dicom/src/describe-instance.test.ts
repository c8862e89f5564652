import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { anInstance, bytesOf, sharedDicom } from '@isocenter/testkit/instances'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { streamStart } from './codestream.ts'
import { describeInstance, type InstanceDescription } from './describe-instance.ts'
import { addressableFrames, frameRanges, type FrameIndex } from './frames.ts'
import type { DicomJson } from './json.ts'
import { decodeLayout, encodeLayout } from './layout-encoding.ts'
import { DicomReadError } from './read-error.ts'
import { InstanceReader } from './read.ts'
import { transferSyntax, type Codec } from './transfer-syntax.ts'
import type { EncapsulatedPixelData } from './write-pixel-data.ts'

const folder = sharedDicom()
const deflated = '1.2.840.10008.1.2.1.99'

interface Described extends InstanceDescription {
  /** The bytes that offsets count in: the object, its data set inflated in place. */
  readonly object: Uint8Array
  readonly NumberOfFrames: number
  readonly codec: Codec | undefined
}

async function described(file: Uint8Array): Promise<Described> {
  const inflated: Uint8Array[] = []
  const reader = new InstanceReader({ onInflated: (chunk) => void inflated.push(Buffer.from(chunk)) })
  await reader.write(file)
  const instance = await reader.end()
  const description = describeInstance(instance, { bulkDataURI: (path) => `bulkdata/${path}` })
  const object = instance.inflated ? Buffer.concat([file.subarray(0, instance.dataSetOffset), ...inflated]) : file
  return { ...description, object, NumberOfFrames: instance.dataSet.number('NumberOfFrames') ?? 1, codec: transferSyntax(instance.transferSyntaxUID)?.codec }
}

/** Every BulkDataURI of a data set and its items, in order. */
function bulkDataURIs(json: DicomJson): string[] {
  return Object.values(json).flatMap(({ vr, BulkDataURI, Value = [] }) =>
    vr === 'SQ' ? Value.flatMap((item) => bulkDataURIs(item as DicomJson)) : BulkDataURI === undefined ? [] : [BulkDataURI],
  )
}

function frameBytes(object: Uint8Array, frames: FrameIndex, frameNumber: number): Buffer {
  return Buffer.concat((frameRanges(frames, frameNumber) ?? []).map(({ offset, length }) => object.subarray(offset, offset + length)))
}

describe('the layout', () => {
  test.each(['1.2.840.10008.1.2', '1.2.840.10008.1.2.1', deflated])('has for every BulkDataURI the bytes of that value (%s)', async (transferSyntaxUID) => {
    const waveform = Buffer.from(Array.from({ length: 3000 }, (_, index) => index % 251))
    const instance = anInstance({ WaveformSequence: [{ WaveformBitsAllocated: 16, WaveformData: waveform }] })
    const { metadataText, layout, object } = await described(bytesOf(instance, { transferSyntaxUID }))
    expect(bulkDataURIs(JSON.parse(metadataText) as DicomJson)).toEqual(['bulkdata/54000100.1.54001010', 'bulkdata/7FE00010'])
    const [waveformRange, pixelRange] = layout.bulkdata
    const bytesAt = (range: { offset: number; length: number } | undefined): Buffer => Buffer.from(object.subarray(range?.offset, (range?.offset ?? 0) + (range?.length ?? 0)))
    expect(bytesAt(waveformRange).equals(waveform)).toBe(true)
    expect(bytesAt(pixelRange).toString('base64')).toBe(instance['7FE00010']?.InlineBinary)
    expect(layout.inflated).toBe(transferSyntaxUID === deflated)
  })

  test('of an instance without pixels has neither frames nor what samples are', async () => {
    const { layout } = await described(bytesOf(anInstance({ kind: 'SR' })))
    expect(layout).not.toHaveProperty('frames')
    expect(layout).not.toHaveProperty('pixel')
  })
})

describe('compressed frames', () => {
  const start = [0xff, 0xd8, 0xff, 0xe0]
  const end = [0xff, 0xd9]
  const middle = fc.uint8Array({ minLength: 1, maxLength: 40 }).map((bytes) => bytes.map((byte) => byte & 0x7f))
  /** A frame that begins and ends as JPEG does, cut anywhere into fragments of even length. */
  const frame = fc.array(middle, { minLength: 1, maxLength: 4 }).map((parts) =>
    parts.map((part, index) => {
      const bytes = [...(index === 0 ? start : []), ...part, ...(index === parts.length - 1 ? end : [])]
      return Uint8Array.from(bytes.length % 2 === 0 ? bytes : [...bytes, 0])
    }),
  )
  const frames = fc.array(frame, { minLength: 1, maxLength: 12 })

  test('are found again by number, with a Basic Offset Table or by their markers', async () => {
    await fc.assert(
      fc.asyncProperty(frames, fc.constantFrom('basic' as const, 'none' as const), async (given, offsetTable) => {
        await expectFrames({ frames: given, offsetTable })
      }),
    )
  })

  test('are found again by number with an Extended Offset Table', async () => {
    await fc.assert(
      fc.asyncProperty(frames, async (given) => expectFrames({ frames: given.map((fragments) => [Buffer.concat(fragments)]), offsetTable: 'extended' })),
    )
  })

  test('of a video are one stream', async () => {
    const pixelData = { frames: [[Uint8Array.of(0, 0, 0, 24), Uint8Array.of(1, 2)]] }
    const { layout, warnings } = await described(bytesOf(anInstance({ NumberOfFrames: 90 }), { transferSyntaxUID: '1.2.840.10008.1.2.4.102', pixelData }))
    expect(layout.frames).toMatchObject({ kind: 'whole', numberOfFrames: 90 })
    expect(warnings).toEqual([])
  })

  async function expectFrames(pixelData: EncapsulatedPixelData): Promise<void> {
    const file = bytesOf(anInstance({ NumberOfFrames: pixelData.frames.length }), { transferSyntaxUID: '1.2.840.10008.1.2.4.50', pixelData })
    const { layout, object, warnings } = await described(file)
    expect(warnings).toEqual([])
    const index = decodeLayout(encodeLayout(layout)).frames
    if (!index) throw new Error('no frames were found')
    expect(addressableFrames(index)).toBe(pixelData.frames.length)
    for (const [frameIndex, fragments] of pixelData.frames.entries()) {
      expect(frameBytes(object, index, frameIndex + 1).equals(Buffer.concat(fragments))).toBe(true)
    }
  }
})

test('whatever bytes change in a file, it is refused as DICOM or described within its bytes', async () => {
  const file = bytesOf(anInstance({ kind: 'US' }), { transferSyntaxUID: '1.2.840.10008.1.2.5', offsetTable: 'basic' })
  const changes = fc.array(fc.tuple(fc.integer({ min: 132, max: file.length - 1 }), fc.nat({ max: 255 })), { minLength: 1, maxLength: 8 })
  await fc.assert(
    fc.asyncProperty(changes, async (list) => {
      const changed = Buffer.from(file)
      for (const [at, byte] of list) changed[at] = byte
      await expectWithinBytes(changed)
    }),
    { numRuns: 500 },
  )
})

async function expectWithinBytes(file: Uint8Array): Promise<void> {
  const description = await described(file).catch((error: unknown) => {
    if (error instanceof DicomReadError) return undefined
    throw error
  })
  if (!description) return
  const { metadataText, layout, object } = description
  const kept = decodeLayout(encodeLayout(layout))
  expect(kept).toEqual(layout)
  expect(bulkDataURIs(JSON.parse(metadataText) as DicomJson)).toEqual(layout.bulkdata.map(({ path }) => `bulkdata/${path}`))
  for (const { offset, length } of layout.bulkdata) expect(offset + length).toBeLessThanOrEqual(object.length)
  if (!kept.frames) return
  for (const frameNumber of [1, addressableFrames(kept.frames)]) {
    for (const { offset, length } of frameRanges(kept.frames, frameNumber) ?? []) expect(offset + length).toBeLessThanOrEqual(object.length)
  }
}

describe.skipIf(!folder)('real files', () => {
  const paths = folder
    ? readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
        .filter((path) => !/^(expected|licences|README|MANIFEST)/.test(path))
    : []

  test('are refused as DICOM or described within their bytes', async () => {
    for (const path of paths) await expectWithinBytes(readFileSync(join(folder ?? '', path)))
  })

  test('that are not malformed have as many frames as they say, each compressed one beginning as its codec begins', async () => {
    const wrong: string[] = []
    let compressedFrames = 0
    for (const path of paths.filter((one) => !one.startsWith('malformed'))) {
      const { layout: { frames }, warnings, object, NumberOfFrames, codec } = await described(readFileSync(join(folder ?? '', path)))
      wrong.push(...warnings.map(({ code }) => `${path}: ${code}`))
      if (!frames) continue
      if (addressableFrames(frames) !== NumberOfFrames) wrong.push(`${path}: ${addressableFrames(frames)} frames of ${NumberOfFrames}`)
      // A deflated frame begins like any other bytes.
      if (frames.kind !== 'encapsulated' || codec === 'deflate') continue
      for (let frameNumber = 1; frameNumber <= NumberOfFrames; frameNumber++, compressedFrames++) {
        if (streamStart(frameBytes(object, frames, frameNumber)) === undefined) wrong.push(`${path}: frame ${frameNumber}`)
      }
    }
    expect(wrong).toEqual([])
    expect(compressedFrames).toBeGreaterThan(200)
  })
})
