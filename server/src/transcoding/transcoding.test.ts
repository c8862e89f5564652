import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describeInstance, readInstance } from '@isocenter/dicom'
import { anInstance, bytesOf, strongColours } from '@isocenter/testkit/instances'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createBlobStore, type BlobStore } from '../storage/index.ts'
import { transcodedObject } from './object.ts'
import type { StoredInstance } from './stored-frame.ts'
import { targetsOf } from './targets.ts'
import { createTranscoding } from './transcoding.ts'

const RLELossless = '1.2.840.10008.1.2.5'
const JPEGLSLossless = '1.2.840.10008.1.2.4.80'
const JPEG2000Lossless = '1.2.840.10008.1.2.4.90'
const ELE = '1.2.840.10008.1.2.1'

let directory: string
let blobs: BlobStore
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'isocenter-transcoding-'))
  blobs = createBlobStore({ kind: 'fs', directory })
})
afterAll(async () => {
  await blobs.close()
  await rm(directory, { recursive: true, force: true })
})

async function stored(bytes: Uint8Array, blobKey: string): Promise<StoredInstance> {
  const writer = await blobs.create(blobKey)
  await writer.write(bytes)
  await writer.commit()
  const instance = await readInstance(bytes)
  const { layout } = describeInstance(instance, { bulkDataURI: (path) => path })
  return { blobKey, byteLength: bytes.length, sha256: Buffer.from(blobKey), transferSyntaxUID: instance.transferSyntaxUID, layout }
}

function counted() {
  const counts = { asked: 0, kept: 0, ran: 0 }
  const metrics = { asked: (isKept: boolean) => { counts.asked++; if (isKept) counts.kept++ }, ended: () => { counts.ran++ }, replaced: () => {} }
  return { counts, metrics }
}

test('identical asks share one decode, and later ones its result', async () => {
  const { counts, metrics } = counted()
  const transcoding = createTranscoding({ blobs, threads: 1, timeoutMs: 10_000, cacheBytes: 1_000_000, metrics })
  const instance = await stored(bytesOf(anInstance({ kind: 'CT' }), { transferSyntaxUID: RLELossless }), 'org/shared')
  const { signal } = new AbortController()
  await Promise.all(Array.from({ length: 20 }, () => transcoding.frame(instance, 1, JPEGLSLossless, signal)))
  await transcoding.frame(instance, 1, JPEGLSLossless, signal)
  expect(counts).toEqual({ asked: 21, kept: 1, ran: 1 })
  await transcoding.frame(instance, 1, ELE, signal)
  expect(counts.ran).toBe(2)
  await transcoding.close()
})

test('a broken frame costs its own answer; the next is decoded', async () => {
  const transcoding = createTranscoding({ blobs, threads: 1, timeoutMs: 10_000, cacheBytes: 1_000_000 })
  const json = anInstance({ kind: 'CT' })
  const broken = await stored(bytesOf(json, { transferSyntaxUID: RLELossless, pixelData: { frames: [[Uint8Array.of(1, 2, 3, 4)]] } }), 'org/broken')
  const whole = await stored(bytesOf(json, { transferSyntaxUID: RLELossless }), 'org/whole')
  const { signal } = new AbortController()
  await expect(transcoding.frame(broken, 1, ELE, signal)).rejects.toMatchObject({ name: 'CodecError', code: 'malformed' })
  await expect(transcoding.frame(whole, 2, ELE, signal)).rejects.toMatchObject({ code: 'malformed' })
  expect(Buffer.from((await transcoding.nativeFrame(whole, 1, signal)).pixels).equals(Buffer.from(json['7FE00010']?.InlineBinary ?? '', 'base64'))).toBe(true)
  await transcoding.close()
})

test('native is offered first and what loses last; the stored syntax is not among them', async () => {
  const targets = targetsOf(await stored(bytesOf(anInstance({ kind: 'SC', Rows: 40, Columns: 40 }), { transferSyntaxUID: RLELossless }), 'org/targets'))
  expect(targets[0]).toBe(ELE)
  expect(targets).not.toContain(RLELossless)
  const firstLossy = targets.findIndex((uid) => /4\.(50|51|81|91|203)$/.test(uid))
  expect(targets.slice(firstLossy).every((uid) => /4\.(50|51|81|91|203)$/.test(uid))).toBe(true)
})

test('what has no pixels, or is a palette, is offered in nothing that could not keep it', async () => {
  expect(targetsOf(await stored(bytesOf(anInstance({ kind: 'SR' })), 'org/report'))).toEqual([])
  const palette = targetsOf(await stored(bytesOf(anInstance({ kind: 'SC', Rows: 40, Columns: 40, SamplesPerPixel: 1, PhotometricInterpretation: 'PALETTE COLOR' })), 'org/palette'))
  expect(palette.some((uid) => /4\.(50|51|81|91|203)$/.test(uid))).toBe(false)
})

test('frames of which JPEG 2000 can transform only some are one object, and every one keeps its pixels', async () => {
  const transcoding = createTranscoding({ blobs, threads: 1, timeoutMs: 10_000, cacheBytes: 1_000_000 })
  const [strong, grey] = [strongColours('LL', 255), new Uint8Array(128 * 128 * 3).fill(90)]
  const Pixels = Buffer.concat([grey, strong])
  const json = anInstance({ kind: 'SC', Rows: 128, Columns: 128, NumberOfFrames: 2, SamplesPerPixel: 3, PhotometricInterpretation: 'RGB' })
  json['7FE00010'] = { vr: 'OB', InlineBinary: Pixels.toString('base64') }
  const instance = { ...await stored(bytesOf(json), 'org/colours'), SOPClassUID: '1.2.840.10008.5.1.4.1.1.7.4', SOPInstanceUID: '1.2.3' }
  const { signal } = new AbortController()
  const { chunks } = await transcodedObject({ blobs, transcoding }, instance, JPEG2000Lossless, signal)
  const again = await stored(Buffer.concat(await Array.fromAsync(chunks)), 'org/colours-again')
  for (const [index, pixels] of [grey, strong].entries()) {
    expect(Buffer.compare((await transcoding.nativeFrame(again, index + 1, signal)).pixels, pixels)).toBe(0)
  }
  await transcoding.close()
})
