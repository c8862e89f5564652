import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { describeInstance, encodeLayout, readInstance } from '@isocenter/dicom'
import { anInstance, bytesOf } from '@isocenter/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { InstanceRecord } from '../../catalogue/index.ts'
import { createBlobStore, maxLentBytes, type BlobStore } from '../../storage/index.ts'
import { storedFile } from './part10.ts'

const ImplicitVRLittleEndian = '1.2.840.10008.1.2'
const ELE = '1.2.840.10008.1.2.1'
const signal = new AbortController().signal

let directory: string
let blobs: BlobStore
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'isocenter-part10-'))
  blobs = createBlobStore({ kind: 'fs', directory })
})
afterAll(async () => {
  await blobs.close()
  await rm(directory, { recursive: true, force: true })
})

/** The same bytes in chunks that end where they like, as a network has them. */
const inChunksOf = (bytes: number): BlobStore => new Proxy(blobs, {
  get: (store, name) => (name !== 'read' ? Reflect.get(store, name) as unknown : async (...asked: Parameters<BlobStore['read']>) => {
    const whole = Buffer.concat(await Array.fromAsync(await store.read(...asked) as AsyncIterable<Buffer>))
    return Readable.from(Array.from({ length: Math.ceil(whole.length / bytes) }, (_, index) => whole.subarray(index * bytes, (index + 1) * bytes)))
  }),
})

test.each([7, 140, 200, 100_000])('a large object whose File Meta Information names another transfer syntax goes out with the right one, in chunks of %i bytes', async (chunkBytes) => {
  const json = anInstance({ kind: 'CT', Rows: 1024, Columns: 1024 })
  const bytes = Buffer.from(bytesOf(json, { transferSyntaxUID: ELE }))
  expect(bytes.length).toBeGreaterThan(maxLentBytes)
  const writer = await blobs.create('1/object')
  await writer.write(bytes)
  await writer.commit()
  const parsed = await readInstance(bytes)
  const { layout } = describeInstance(parsed, { bulkDataURI: (path) => path })
  const record: InstanceRecord = {
    instanceKey: '1', StudyInstanceUID: '1.2.3', SeriesInstanceUID: '1.2.3.4', SOPInstanceUID: '1.2.3.4.5', SOPClassUID: '1.2.840.10008.5.1.4.1.1.2', version: 1, storedAt: new Date(0),
    blobKey: '1/object', byteLength: bytes.length, sha256: Buffer.alloc(32), layout: Buffer.from(encodeLayout(layout)), transferSyntaxUID: ImplicitVRLittleEndian,
  }
  const { length, chunks } = await storedFile(inChunksOf(chunkBytes), record, signal)
  const sent = Buffer.concat(await Array.fromAsync(chunks as AsyncIterable<Buffer>))
  expect(sent.length).toBe(length)
  const dataSet = bytes.subarray(layout.dataSetOffset)
  expect(sent.subarray(-dataSet.length).equals(dataSet)).toBe(true)
  expect(sent.subarray(0, -dataSet.length).includes(`UI\x12\0${ImplicitVRLittleEndian}\0`)).toBe(true)
})
