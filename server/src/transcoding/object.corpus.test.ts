import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { decodeFrame } from '@isocenter/codecs'
import { buildFrameIndex, decodeLayout, describeInstance, encodeLayout, frameOfRange, frameRanges, readInstance, transferSyntax } from '@isocenter/dicom'
import { sharedDicom } from '@isocenter/testkit/instances'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createBlobStore, type BlobStore } from '../storage/index.ts'
import { transcodedObject, type IdentifiedInstance } from './object.ts'
import { formatOf } from './stored-frame.ts'
import { targetsOf } from './targets.ts'
import { createTranscoding, type Transcoding } from './transcoding.ts'

const folder = sharedDicom()
const ELE = '1.2.840.10008.1.2.1'
const lossy = /4\.(50|51|81|91|203)$/

let directory: string
let blobs: BlobStore
let transcoding: Transcoding
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'isocenter-objects-'))
  blobs = createBlobStore({ kind: 'fs', directory })
  transcoding = createTranscoding({ blobs, threads: 2, timeoutMs: 30_000, cacheBytes: 8_000_000 })
})
afterAll(async () => {
  await transcoding.close()
  await blobs.close()
  await rm(directory, { recursive: true, force: true })
})

const expected = folder === undefined ? [] : readFileSync(join(folder, 'expected/frame1.csv'), 'utf8').split('\n').slice(1).filter(Boolean)
  .map((line) => line.split(',')).filter((cells) => cells[9] === 'agree').map((cells) => ({ path: cells[0]!, transferSyntaxUID: cells[1]!, sha256: cells[11]! }))
const compressed = expected.filter(({ transferSyntaxUID }) => transferSyntax(transferSyntaxUID)?.encapsulated)

async function stored(path: string): Promise<IdentifiedInstance> {
  const bytes = readFileSync(join(folder!, path))
  const blobKey = `org/${createHash('sha256').update(path).digest('hex')}`
  const writer = await blobs.create(blobKey)
  await writer.write(bytes)
  await writer.commit()
  const instance = await readInstance(bytes)
  const { layout } = describeInstance(instance, { bulkDataURI: (one) => one })
  return {
    blobKey, byteLength: bytes.length, sha256: createHash('sha256').update(bytes).digest(), transferSyntaxUID: instance.transferSyntaxUID,
    layout: decodeLayout(encodeLayout(layout)), SOPClassUID: instance.dataSet.string('SOPClassUID') ?? '', SOPInstanceUID: instance.dataSet.string('SOPInstanceUID') ?? '',
  }
}

/** First frame of the object, decoded by what the object itself says. */
async function firstFrame(object: Buffer): Promise<Uint8Array> {
  const instance = await readInstance(object)
  expect(instance.warnings).toEqual([])
  const { layout } = describeInstance(instance, { bulkDataURI: (one) => one })
  const { frames } = buildFrameIndex(instance)
  const ranges = frames ? frameRanges(frames, 1) ?? [] : []
  const bytes = Buffer.concat(ranges.map(({ offset, length }) => object.subarray(offset, offset + length)))
  const format = formatOf(layout)
  if (!frames || !format || !ranges[0]) throw new Error('the object has no frame')
  return (await decodeFrame(frames.kind === 'native' ? frameOfRange(frames, ranges[0], bytes) : bytes, instance.transferSyntaxUID, format)).pixels
}

async function transcoded(instance: IdentifiedInstance, to: string): Promise<Buffer> {
  const { length, chunks } = await transcodedObject({ blobs, transcoding }, instance, to, new AbortController().signal)
  const all: Uint8Array[] = []
  for await (const chunk of chunks) all.push(chunk)
  const object = Buffer.concat(all)
  if (length !== undefined) expect(object.length).toBe(length)
  return object
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

describe.skipIf(folder === undefined)('real compressed objects', () => {
  test('decoded whole have the first frame that independent decoders agreed on', async () => {
    for (const { path, sha256: agreed } of compressed) {
      expect({ path, sha256: sha256(await firstFrame(await transcoded(await stored(path), ELE))) }).toEqual({ path, sha256: agreed })
    }
    expect(compressed.length).toBeGreaterThan(190)
  }, 240_000)

  test('keep it in every lossless syntax their frames can be encoded in', async () => {
    const kinds = new Set<string>()
    for (const { path, sha256: agreed } of expected) {
      const instance = await stored(path)
      const { pixel } = instance.layout
      const kind = [pixel?.SamplesPerPixel, pixel?.BitsAllocated, pixel?.BitsStored, pixel?.PixelRepresentation, pixel?.PhotometricInterpretation, pixel?.PlanarConfiguration, instance.transferSyntaxUID].join()
      if (kinds.has(kind) || !formatOf(instance.layout) || pixel?.PhotometricInterpretation === 'YBR_FULL_422') continue
      kinds.add(kind)
      for (const to of targetsOf(instance).filter((uid) => !lossy.test(uid))) {
        expect({ path, to, sha256: sha256(await firstFrame(await transcoded(instance, to))) }).toEqual({ path, to, sha256: agreed })
      }
    }
    expect(kinds.size).toBeGreaterThan(40)
  }, 240_000)
})
