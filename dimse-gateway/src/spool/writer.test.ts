import { encodeDataSet, ExplicitVRLittleEndian, readInstance } from '@isocenter/dicom'
import { anInstance, aUID } from '@isocenter/testkit/instances'
import { createHash } from 'node:crypto'
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { blockBytes } from './direct-io.ts'
import { openedSpool, received, type OpenedSpool } from './spool.fixture.ts'
import { takesDirect } from './takes-direct.ts'

let directory: string
let opened: OpenedSpool
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'spool-writer-'))
  opened = await openedSpool(directory)
})
afterEach(async () => {
  await opened.close()
  await rm(directory, { recursive: true })
})

/** A data set of its own UID, of so many bytes more than its attributes take. */
function aDataSet(extra: number) {
  const SOPInstanceUID = aUID()
  const encoded = encodeDataSet(anInstance({ kind: 'CT', SOPInstanceUID, Rows: 64, Columns: 64, PixelData: Buffer.alloc(8192 + extra - extra % 2, 7) }), { transferSyntaxUID: ExplicitVRLittleEndian })
  // A length that no data set of the standard has, and some senders' have: it is kept as it came.
  const dataSet = extra % 2 === 0 ? encoded : Buffer.concat([encoded, Buffer.of(0)])
  return { dataSet, identity: { SOPClassUID: '1.2.840.10008.5.1.4.1.1.2', SOPInstanceUID, transferSyntaxUID: ExplicitVRLittleEndian } }
}

const extras = [0, 1, 2, 4094, 600_000, 600_001, 1024 ** 2, 1024 ** 2 + 1, 2_500_000]

test.each(['one after the other', 'at once'])('objects of any length that come %s are files of DICOM with the bytes that came, found again without the index', async (how) => {
  const sent = extras.map(aDataSet)
  const objects = []
  if (how === 'at once') objects.push(...await Promise.all(sent.map(({ identity, dataSet }) => received(opened.spool, identity, dataSet))))
  else for (const { identity, dataSet } of sent) objects.push(await received(opened.spool, identity, dataSet))
  for (const [index, object] of objects.entries()) {
    const { dataSet = Buffer.of(), identity } = sent[index] ?? {}
    const file = await buffer(opened.spool.read(object.id))
    expect(file.length).toBe(object.byteLength)
    expect(object.dataSetSha256).toBe(createHash('sha256').update(dataSet).digest('hex'))
    expect(file.subarray(object.dataSetOffset).equals(dataSet)).toBe(true)
    if (dataSet.length % 2 === 0) expect((await readInstance(file)).dataSetOffset).toBe(object.dataSetOffset)
    expect(object.SOPInstanceUID).toBe(identity?.SOPInstanceUID)
  }
  await opened.close()
  await rm(join(directory, 'spool.db'))
  opened = await openedSpool(directory)
  expect(opened.announced.map(({ id, dataSetSha256, dataSetOffset, byteLength }) => ({ id, dataSetSha256, dataSetOffset, byteLength })).sort((a, b) => (a.id < b.id ? -1 : 1)))
    .toEqual(objects.map(({ id, dataSetSha256, dataSetOffset, byteLength }) => ({ id, dataSetSha256, dataSetOffset, byteLength })).sort((a, b) => (a.id < b.id ? -1 : 1)))
  expect(opened.spool.usage()).toMatchObject({ objects: objects.length, bytes: objects.reduce((bytes, { byteLength }) => bytes + byteLength, 0) })
})

test('where storage is written past the page cache, a file that is one write ends with a block', async ({ skip }) => {
  if (!await takesDirect(directory)) skip('this storage is written through the page cache')
  for (const extra of [0, 2, 4094, 600_000]) {
    const { identity, dataSet } = aDataSet(extra)
    const object = await received(opened.spool, identity, dataSet)
    const { size } = await stat(opened.spool.pathOf(object.id))
    expect([size % blockBytes, size]).toEqual([0, object.byteLength])
  }
})
