/** Every real file we have: what is valid stores and comes back as it went, what is broken is refused by name or remarked on. */
import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { decodeLayout, explicitLittleEndian, readInstance, transferSyntax, writeDicomJson, type DicomJson } from '@isocenter/dicom'
import { sharedDicom } from '@isocenter/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { aService, type TestService } from './service.fixture.ts'

const folder = sharedDicom()
const files = folder === undefined ? [] : await dicomFiles(folder)

async function dicomFiles(root: string): Promise<string[]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true })
  return entries.filter((entry) => entry.isFile()).map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .filter((path) => !/^(expected|licences|README|MANIFEST|worklist)/.test(path)).sort()
}

const value = (json: DicomJson | undefined, tag: string) => json?.[tag]?.Value?.[0]

describe.skipIf(folder === undefined)('files of ../shared/dicom', () => {
  let service: TestService
  beforeAll(async () => { service = await aService() })
  afterAll(() => service.close())
  const bytesOf = (path: string) => readFile(join(folder ?? '', path))

  /** What is wrong with how one file is stored and retrieved; undefined when nothing is. */
  async function fault(path: string): Promise<string | undefined> {
    const bytes = await bytesOf(path)
    const response = await service.store([bytes])
    if (response.statusCode !== 200 && response.statusCode !== 202) return `store ${response.statusCode}`
    const reference = value(response.json<DicomJson>(), '00081199') as DicomJson | undefined
    const url = new URL(String(value(reference, '00081190'))).pathname.replace('/dicom-web', '')
    const row = await service.db('instance').where({ sop_instance_uid: value(reference, '00081155') }).orderBy('instance_key', 'desc')
      .first<{ data_set_sha256: Buffer; transfer_syntax_uid: string; layout: Buffer }>()
    const { dataSetOffset } = await readInstance(bytes)
    if (!row || !row.data_set_sha256.equals(createHash('sha256').update(bytes.subarray(dataSetOffset)).digest())) return 'other bytes are kept'

    const file = await service.get(url, { accept: 'application/dicom; transfer-syntax=*' })
    if (file.statusCode !== 200 || file.rawPayload.length !== Number(file.headers['content-length'])) return `retrieve ${file.statusCode}`
    const sent = await readInstance(file.rawPayload)
    const stored = await readInstance(bytes)
    if (sent.transferSyntaxUID === stored.transferSyntaxUID && stored.hasPreamble) {
      if (!file.rawPayload.equals(bytes)) return 'other bytes come back'
    } else if (writeDicomJson(sent.dataSet) !== writeDicomJson(stored.dataSet)) return 'other values come back'
    const metadata = await service.get(`${url}/metadata`)
    if (metadata.statusCode !== 200 || metadata.json<DicomJson[]>().length !== 1) return `metadata ${metadata.statusCode}`
    return framesFault(url, row, bytes)
  }

  async function framesFault(url: string, row: { layout: Buffer; transfer_syntax_uid: string }, bytes: Buffer): Promise<string | undefined> {
    const { frames } = decodeLayout(row.layout)
    const frame = await service.get(`${url}/frames/1`, { accept: 'multipart/related; type=application/octet-stream; transfer-syntax=*' })
    const expected = frames && frames.kind !== 'whole' ? 200 : 404
    if (frame.statusCode !== expected) return `frame ${frame.statusCode}`
    if (frames?.kind !== 'native') return undefined
    const single = await service.get(`${url}/frames/1`, { accept: 'application/octet-stream' })
    const bulkdata = await service.get(`${url}/bulkdata/7FE00010`)
    if (single.rawPayload.length !== Math.ceil(frames.frameBits / 8)) return `frame of ${single.rawPayload.length} bytes`
    const whole = Math.floor(frames.frameBits / 8)
    if (bulkdata.statusCode === 200 && !bulkdata.rawPayload.subarray(0, whole).equals(single.rawPayload.subarray(0, whole))) return 'frame and bulk data differ'
    const { littleEndian } = transferSyntax(row.transfer_syntax_uid) ?? { littleEndian: true }
    if (littleEndian && !decodeLayout(row.layout).inflated && !bytes.subarray(frames.offset, frames.offset + whole).equals(single.rawPayload.subarray(0, whole))) return 'other pixels'
    return undefined
  }

  test('every valid file that has the UIDs of an instance is stored, and comes back as it went', { timeout: 300_000 }, async () => {
    const faults: string[] = []
    const work = async (waiting: string[]) => {
      for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
        const found = await isInstance(path) ? await fault(path) : (await service.store([await bytesOf(path)])).statusCode === 409 ? undefined : 'stored'
        if (found !== undefined) faults.push(`${path}: ${found}`)
      }
    }
    const single = files.filter((file) => !/^(malformed|uid-variants)/.test(file))
    await Promise.all(Array.from({ length: 6 }, () => work(single)))
    // These share their UIDs: one replaces another.
    await work(files.filter((file) => file.startsWith('uid-variants')))
    expect(faults).toEqual([])
  })

  /** Some reference files are about pixels alone, and DICOMDIRs are no instances. */
  async function isInstance(path: string): Promise<boolean> {
    const { dataSet } = await readInstance(await bytesOf(path))
    return (['StudyInstanceUID', 'SeriesInstanceUID', 'SOPInstanceUID', 'SOPClassUID'] as const).every((keyword) => dataSet.string(keyword) !== undefined)
  }

  test('no broken file is an error of the server, or hangs it', { timeout: 300_000 }, async () => {
    const outcomes = new Map<number, number>()
    for (const path of files.filter((file) => file.startsWith('malformed'))) {
      const response = await service.store([await bytesOf(path)])
      outcomes.set(response.statusCode, (outcomes.get(response.statusCode) ?? 0) + 1)
      expect([path, [200, 202, 409].includes(response.statusCode)]).toEqual([path, true])
      const reference = value(response.json<DicomJson>(), '00081199') as DicomJson | undefined
      const address = reference && value(reference, '00081190')
      // Not stored; or held apart, for its study is another patient's.
      if (!address) continue
      const url = new URL(String(address)).pathname.replace('/dicom-web', '')
      for (const resource of [`${url}/metadata`, `${url}/frames/1`, `${url}?accept=application/dicom;transfer-syntax=*`, `${url}?accept=application/dicom`]) {
        const { statusCode } = await service.get(resource)
        expect([path, resource.replace(url, ''), statusCode < 500]).toEqual([path, resource.replace(url, ''), true])
      }
    }
    expect(outcomes.size).toBeGreaterThan(1)
  })

  test('re-encoding keeps every value of what is not compressed', { timeout: 300_000 }, async () => {
    const faults: string[] = []
    for (const path of files.filter((file) => !/^malformed/.test(file))) {
      const bytes = await bytesOf(path)
      const stored = await readInstance(bytes)
      const syntax = transferSyntax(stored.transferSyntaxUID)
      // An odd length is made even, and the metadata then show one byte more.
      if (syntax?.codec !== 'native' || syntax.encapsulated || stored.inflated || stored.warnings.some(({ code }) => code === 'oddLength')) continue
      const pieces = explicitLittleEndian(stored, { SOPClassUID: stored.dataSet.string('SOPClassUID') ?? '1.2', SOPInstanceUID: stored.dataSet.string('SOPInstanceUID') ?? '1.2' })
      const reencoded = Buffer.concat((pieces ?? []).map((piece) => piece instanceof Uint8Array ? piece : bytes.subarray(piece.offset, piece.offset + piece.length)))
      if (writeDicomJson((await readInstance(reencoded)).dataSet) !== writeDicomJson(stored.dataSet)) faults.push(path)
    }
    expect(faults).toEqual([])
  })
})
