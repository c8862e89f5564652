import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { ExplicitVRLittleEndian } from './index.ts'
import { anInstance, bytesOf } from '@isocenter/testkit/instances'
import { describe, expect, test } from 'vitest'
import { NoDicomFile, openFile } from './open-file.ts'

const file = Buffer.from(bytesOf(anInstance({ PatientID: 'P-1' })))
/** A file that never ends by itself, in pieces: only who is done with it lets its line go. */
const pieces = (bytes: Buffer): Readable => Readable.from((function* () {
  for (let at = 0; at < bytes.length; at += 100) yield bytes.subarray(at, at + 100)
  for (;;) yield Buffer.alloc(100)
})(), { objectMode: false })

describe('a file that comes as a stream', () => {
  test('is opened at its data set', async () => {
    await using opened = await openFile(Readable.from([file.subarray(0, 200), file.subarray(200)]))
    const dataSet = await buffer(opened.dataSet)
    expect(opened.transferSyntaxUID).toBe(ExplicitVRLittleEndian)
    expect(file.subarray(-dataSet.length).equals(dataSet)).toBe(true)
    expect(dataSet.readUInt16LE(0)).toBeGreaterThan(2)
  })

  test('lets its line go when nobody reads it', async () => {
    const stream = pieces(file)
    {
      await using _opened = await openFile(stream)
    }
    expect(stream.destroyed).toBe(true)
  })

  test('lets its line go when it is left half read', async () => {
    const stream = pieces(file)
    {
      await using opened = await openFile(stream)
      for await (const _chunk of opened.dataSet) break
    }
    expect(stream.destroyed).toBe(true)
  })

  test('lets its line go when it is no DICOM file', async () => {
    const stream = pieces(Buffer.alloc(1000))
    await expect(openFile(stream)).rejects.toBeInstanceOf(NoDicomFile)
    expect(stream.destroyed).toBe(true)
  })
})
