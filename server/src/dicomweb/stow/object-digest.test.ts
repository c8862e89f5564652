import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { InstanceReader } from '@isocenter/dicom'
import { bytesOf, anInstance } from '@isocenter/testkit/instances'
import { expect, test } from 'vitest'
import { ObjectDigest } from './object-digest.ts'

const sha256 = (...pieces: Uint8Array[]): Buffer => pieces.reduce((hash, piece) => hash.update(piece), createHash('sha256')).digest()

test('one is of what follows the offset, one of all, wherever chunks end and whenever the offset becomes known', () => {
  fc.assert(fc.property(fc.uint8Array({ minLength: 1, maxLength: 200 }), fc.nat(), fc.nat(), fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }), (bytes, from, known, sizes) => {
    const dataSetOffset = from % (bytes.length + 1)
    const digest = new ObjectDigest()
    for (let at = 0, turn = 0; at < bytes.length; turn++) {
      const chunk = bytes.subarray(at, at + (sizes[turn % sizes.length] ?? 1))
      at += chunk.length
      digest.update(chunk, at >= dataSetOffset && turn >= known % 5 ? dataSetOffset : undefined)
    }
    const dataSetSha256 = sha256(bytes.subarray(dataSetOffset))
    expect(digest.digest(dataSetOffset)).toEqual({ dataSetSha256, sha256: sha256(bytes.subarray(0, dataSetOffset), dataSetSha256) })
  }))
})

test('waits for the longest File Meta Information that the reader takes, in whatever chunks it comes', () => {
  const file = Buffer.from(bytesOf(anInstance({ PixelData: undefined })))
  const metaLength = file.readUInt32LE(140)
  const privateInformation = Buffer.alloc(1024 ** 2 - metaLength - 40)
  // (0002,0100) whose information it is, (0002,0102) the information.
  const header = Buffer.from('020000015549' + '0600' + '312e322e3300' + '020002014f420000', 'hex')
  const length = Buffer.alloc(4)
  length.writeUInt32LE(privateInformation.length)
  const dataSet = file.subarray(144 + metaLength)
  file.writeUInt32LE(metaLength + header.length + 4 + privateInformation.length, 140)
  const bytes = Buffer.concat([file.subarray(0, 144 + metaLength), header, length, privateInformation, dataSet])
  const reader = new InstanceReader()
  const digest = new ObjectDigest()
  for (let at = 0; at < bytes.length; at += 50) {
    void reader.write(bytes.subarray(at, at + 50))
    digest.update(bytes.subarray(at, at + 50), reader.dataSetOffset)
  }
  const { dataSetOffset = 0 } = reader
  expect(dataSetOffset).toBe(bytes.length - dataSet.length)
  expect(dataSetOffset).toBeGreaterThan(1024 ** 2)
  expect(digest.digest(dataSetOffset).dataSetSha256).toEqual(sha256(dataSet))
})
