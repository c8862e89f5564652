/** An object that takes another form: what stays, what is left alone, and what others see meanwhile. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { readInstance, type DicomJson } from '@isocenter/dicom'
import { anInstance, attributes } from '@isocenter/testkit'
import fc from 'fast-check'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { addExtraAttribute, createCatalogue, EditionOutdated } from '../catalogue/index.ts'
import { sweep } from '../dicomweb/index.ts'
import { partsOf } from '../dicomweb/service.fixture.ts'
import type { Transcoding } from '../transcoding/index.ts'
import { HTJ2KLossless, recompress } from './change-form.ts'
import { aRecompressingService, asStored, ctOf, ELE, ImplicitVRLittleEndian, pathOf, ramp, signal, smoothCT, value, type RecompressingService } from './recompression.fixture.ts'

let at: RecompressingService
beforeAll(async () => { at = await aRecompressingService() })
afterAll(() => at.close())
afterEach(() => at.forgetAll())

describe('an object that is compressed', () => {
  test.each([ELE, ImplicitVRLittleEndian])('of %s is smaller, shows the same pixels and attributes, and comes back byte for byte', async (transferSyntaxUID) => {
    const json = smoothCT({ PatientName: '王^小东' })
    const bytes = await at.stored(json, transferSyntaxUID)
    const [metadata, frame] = [(await at.service.get(`${pathOf(json)}/metadata`)).json(), (await at.service.get(`${pathOf(json)}/frames/1`, { accept: 'application/octet-stream' })).rawPayload]
    expect(await at.recompressAll()).toEqual(['changed'])

    const compressed = await at.service.get(pathOf(json), asStored)
    expect(compressed.headers['content-type']).toBe(`application/dicom; transfer-syntax=${HTJ2KLossless}`)
    expect(compressed.rawPayload.length).toBeLessThan(bytes.length)
    expect((await at.service.get(`${pathOf(json)}/frames/1`, { accept: 'application/octet-stream' })).rawPayload.equals(frame)).toBe(true)
    const after = (await at.service.get(`${pathOf(json)}/metadata`)).json<DicomJson[]>()
    const withoutPixels = (list: DicomJson[]) => list.map((json) => ({ ...json, '7FE00010': undefined }))
    expect(withoutPixels(after)).toEqual(withoutPixels(metadata as DicomJson[]))
    // What it was received as is still to be had.
    const plain = await at.service.get(pathOf(json), { accept: `application/dicom; transfer-syntax=${ELE}` })
    expect((await readInstance(plain.rawPayload)).dataSet.get('PixelData')?.length).toBe(frame.length)

    await at.reverseAll()
    expect(await at.original()).toEqual([])
    const [record] = await at.candidates()
    expect([record?.transferSyntaxUID, record?.byteLength]).toEqual([transferSyntaxUID, bytes.length])
    expect((await at.bytesOf(record)).equals(bytes)).toBe(true)
  })

  test('keeps what lies beyond Bits Stored', async () => {
    const overlay = Buffer.from(ramp(64, 48))
    overlay.writeUInt16LE(0xf001, 100)
    const json = smoothCT({ BitsStored: 12, HighBit: 11, PixelData: overlay })
    const bytes = await at.stored(json)
    expect(await at.recompressAll()).toEqual(['changed'])
    await at.reverseAll()
    expect((await at.service.get(pathOf(json), asStored)).rawPayload.equals(bytes)).toBe(true)
  })

  test('is asked for with losses under one SOP Instance UID, whichever form is stored', async () => {
    const json = smoothCT()
    await at.stored(json)
    const derivedUID = async () => {
      const answer = await at.service.get(pathOf(json), { accept: 'application/dicom; transfer-syntax=1.2.840.10008.1.2.4.81' })
      return (await readInstance(answer.rawPayload)).dataSet.string('SOPInstanceUID')
    }
    const before = await derivedUID()
    expect(before).not.toBe(value(json, '00080018'))
    expect(await at.recompressAll()).toEqual(['changed'])
    expect(await derivedUID()).toBe(before)
    await at.reverseAll()
    expect(await derivedUID()).toBe(before)
  })

  test('is found by what its attributes say now, where PhotometricInterpretation is an attribute of the organisation\'s own', async () => {
    await addExtraAttribute(at.service.db, { organisationId: at.north, level: 'instance', attribute: 'PhotometricInterpretation' })
    await at.service.db('extra_attribute').update({ is_filled: true })
    const PixelData = Buffer.from(Uint8Array.from({ length: 64 * 64 * 3 }, (_, index) => Math.floor(index / 192)))
    const json = anInstance({ kind: 'SC', Rows: 64, Columns: 64, SamplesPerPixel: 3, PhotometricInterpretation: 'RGB', PlanarConfiguration: 0, BitsAllocated: 8, BitsStored: 8, HighBit: 7, PixelRepresentation: 0, PixelData })
    await at.stored(json)
    const said = async () => (await at.service.get(`${pathOf(json)}/metadata`)).json<DicomJson[]>().map((one) => value(one, '00280004'))
    const found = async (interpretation: string) => (await at.service.get(`/studies/${value(json, '0020000D')}/instances?PhotometricInterpretation=${interpretation}`)).statusCode === 200
      && (await at.service.get(`/studies/${value(json, '0020000D')}/instances?PhotometricInterpretation=${interpretation}`)).json<unknown[]>().length === 1
    expect([await said(), await found('RGB'), await found('YBR_RCT')]).toEqual([['RGB'], true, false])
    expect(await at.recompressAll()).toEqual(['changed'])
    expect([await said(), await found('RGB'), await found('YBR_RCT')]).toEqual([['YBR_RCT'], false, true])
    await at.reverseAll()
    expect([await said(), await found('RGB'), await found('YBR_RCT')]).toEqual([['RGB'], true, false])
    await at.service.db('extra_attribute').delete()
  })

  test('is known when its original bytes, or its compressed ones, are sent again; other bytes are a new version, and it stays known then', async () => {
    const json = smoothCT()
    const bytes = await at.stored(json)
    await at.recompressAll()
    const compressed = (await at.service.get(pathOf(json), asStored)).rawPayload
    const versions = async () => (await at.service.db('instance').select<{ version: number }[]>('version')).map(({ version }) => version)
    for (const again of [bytes, compressed]) {
      expect((await at.service.store([again])).statusCode).toBe(200)
      expect(await versions()).toEqual([1])
    }
    await at.stored({ ...json, ...attributes({ PatientID: 'CORRECTED' }) })
    expect(await versions()).toEqual([2])
    await at.service.store([bytes])
    expect(await versions()).toEqual([2])
  })

  test('has other ETags, is audited, and leaves no blob behind that nobody names', async () => {
    const json = smoothCT()
    await at.stored(json)
    const urls = [pathOf(json), `${pathOf(json)}/frames/1`, `/studies/${value(json, '0020000D')}`]
    const before = await Promise.all(urls.map(async (url) => (await at.service.get(url)).headers.etag))
    await at.recompressAll()
    const after = await Promise.all(urls.map(async (url) => (await at.service.get(url)).headers.etag))
    expect(after.every((etag, index) => etag !== before[index])).toBe(true)
    expect(await at.service.db('audit_event').where({ action: 'study.recompress', study_instance_uid: value(json, '0020000D') }).first<object>()).toMatchObject({ outcome: 'success', actor: 'command:recompress' })
    await sweep({ db: at.service.db, blobs: at.service.blobs, now: () => new Date(Date.now() + 2 * 3_600_000) })
    expect((await at.service.get(pathOf(json), asStored)).statusCode).toBe(200)
    const { organisation_id: organisationId } = await at.service.db('instance').first<{ organisation_id: string }>('organisation_id')
    expect(organisationId).toBe(at.north)
    await at.reverseAll()
  })
})

test('any grey picture of any depth that is compressed comes back byte for byte', async () => {
  await fc.assert(fc.asyncProperty(
    fc.record({ Rows: fc.integer({ min: 1, max: 40 }), Columns: fc.integer({ min: 1, max: 40 }), bits: fc.integer({ min: 8, max: 16 }), isSigned: fc.boolean(), seed: fc.integer({ min: 1, max: 1000 }), isImplicit: fc.boolean() }),
    async ({ Rows, Columns, bits, isSigned, seed, isImplicit }) => {
      const pixels = Uint16Array.from({ length: Rows * Columns }, (_, index) => {
        const sample = (index * seed) % 2 ** bits
        return isSigned && sample >= 2 ** (bits - 1) ? sample + 0x1_0000 - 2 ** bits : sample
      })
      const json = ctOf({ Rows, Columns, BitsStored: bits, HighBit: bits - 1, PixelRepresentation: isSigned ? 1 : 0, PixelData: Buffer.from(pixels.buffer) })
      const bytes = await at.stored(json, isImplicit ? ImplicitVRLittleEndian : ELE)
      await at.recompressAll()
      await at.reverseAll()
      const [record] = await at.candidates()
      expect(record && Buffer.from(record.sha256).length).toBe(32)
      expect((await at.bytesOf(record)).equals(bytes)).toBe(true)
      await at.service.db('study').delete()
    }), { numRuns: 25 })
})

describe('an object is left alone', () => {
  test('when it would grow, and when it has no pixels', async () => {
    await at.stored(anInstance({ kind: 'CT', Rows: 1, Columns: 1, PixelData: Buffer.from([1, 0]) }))
    await at.stored(anInstance({ kind: 'SR' }))
    expect((await at.recompressAll()).sort()).toEqual(['no codec for its pixels', 'not smaller'])
    expect(await at.original()).toEqual([])
  })

  test('when one bit of what was received could not be had back; nothing is left of the attempt', async () => {
    const json = smoothCT()
    const bytes = await at.stored(json)
    const keys = async () => (await Array.fromAsync(at.service.blobs.list(`${at.north}/`))).map(({ key }) => key)
    const before = await keys()
    const faulty: Transcoding = {
      ...at.transcoding,
      nativeFrame: async (...asked) => {
        const frame = await at.transcoding.nativeFrame(...asked)
        return { ...frame, pixels: Uint8Array.from(frame.pixels, (byte, index) => (index === 1001 ? byte ^ 1 : byte)) }
      },
    }
    const [candidate] = await at.candidates()
    expect(candidate && await recompress({ ...at.deps, transcoding: faulty }, candidate, signal)).toEqual({ kind: 'left', because: 'its bytes could not be had back' })
    expect((await at.service.get(pathOf(json), asStored)).rawPayload.equals(bytes)).toBe(true)
    expect(await keys()).toEqual(before)
  })

  test('when it changed while it was compressed; its new bytes stay', async () => {
    const json = smoothCT()
    await at.stored(json)
    const [candidate] = await at.candidates()
    const corrected = await at.stored({ ...json, ...attributes({ PatientID: 'CORRECTED' }) })
    expect(candidate && await recompress(at.deps, candidate, signal)).toEqual({ kind: 'left', because: 'changed meanwhile' })
    expect((await at.service.get(pathOf(json), asStored)).rawPayload.equals(corrected)).toBe(true)
  })
})

test('readers see the one or the other, whole, while it goes back and forth', async () => {
  const json = smoothCT()
  await at.stored(json)
  const frame = (await at.service.get(`${pathOf(json)}/frames/1`, { accept: 'application/octet-stream' })).rawPayload
  let isOver = false
  const reader = async () => {
    let reads = 0
    for (; !isOver || reads === 0; reads++) {
      const answer = await at.service.get(`${pathOf(json)}/frames/1`, { accept: 'application/octet-stream' })
      expect([answer.statusCode, answer.rawPayload.equals(frame)]).toEqual([200, true])
      const whole = await at.service.get(`/studies/${value(json, '0020000D')}`, { accept: 'multipart/related; type="application/dicom"; transfer-syntax=*' })
      for (const part of await partsOf(whole)) expect((await readInstance(part.body)).dataSet.string('SOPInstanceUID')).toBe(value(json, '00080018'))
    }
  }
  const readers = [reader(), reader()]
  for (let round = 0; round < 5; round++) {
    expect(await at.recompressAll()).toEqual(['changed'])
    await at.reverseAll()
  }
  isOver = true
  await Promise.all(readers)
})

test('metadata of a series that are being read are those of one form, or outdated; never some of each', async () => {
  const json = smoothCT()
  await at.stored(json)
  const catalogue = createCatalogue({ db: at.service.db })
  const read = async () => {
    const edition = await catalogue.metadataEdition({ organisationId: at.north, studies: 'all' }, { StudyInstanceUID: value(json, '0020000D'), SeriesInstanceUID: value(json, '0020000E') })
    return edition?.series.flatMap(({ pieces }) => pieces) ?? []
  }
  const before = await read()
  expect(await Array.fromAsync(catalogue.readPieces(before))).toHaveLength(1)
  await at.recompressAll()
  await expect(Array.fromAsync(catalogue.readPieces(before))).rejects.toThrow(EditionOutdated)
  expect(await Array.fromAsync(catalogue.readPieces(await read()))).toHaveLength(1)
  await catalogue.close()
})

test('a blob whose announcement the sweep may have acted on already is not taken; the instance keeps its own', async () => {
  const json = smoothCT()
  const bytes = await at.stored(json)
  const [candidate] = await at.candidates()
  const aged = (name: string | symbol) => name === 'transaction' && (async (work: never) => {
    await at.service.db('obsolete_blob').update({ since: at.service.db.raw(`now() - interval '61 minutes'`) })
    return at.service.db.transaction(work)
  })
  const slow = { ...at.deps, db: new Proxy(at.service.db, { get: (db, name) => aged(name) || Reflect.get(db, name) as unknown }) }
  expect(candidate && await recompress(slow, candidate, signal)).toEqual({ kind: 'left', because: 'changed meanwhile' })
  expect((await at.service.get(pathOf(json), asStored)).rawPayload.equals(bytes)).toBe(true)
})

test('what is killed in the middle leaves the object as it was, and a blob the sweep removes', async () => {
  const json = smoothCT()
  const bytes = await at.stored(json)
  const [candidate] = await at.candidates()
  const keys = async () => (await Array.fromAsync(at.service.blobs.list(`${at.north}/`))).map(({ key }) => key)
  const before = await keys()
  const dying = { ...at.deps, db: new Proxy(at.service.db, { get: (db, name) => (name === 'transaction' ? () => Promise.reject(new Error('killed')) : Reflect.get(db, name) as unknown) }) }
  await expect(candidate && recompress(dying, candidate, signal)).rejects.toThrow('killed')
  expect((await at.service.get(pathOf(json), asStored)).rawPayload.equals(bytes)).toBe(true)
  expect((await keys()).filter((key) => !before.includes(key))).toHaveLength(1)
  await sweep({ db: at.service.db, blobs: at.service.blobs, now: () => new Date(Date.now() + 2 * 3_600_000) })
  expect((await keys()).filter((key) => !before.includes(key))).toEqual([])
  expect(await at.recompressAll()).toEqual(['changed'])
})

const corpus = join(import.meta.dirname, '../../../../shared/dicom')
test.skipIf(!existsSync(corpus))('every object of a third of the corpus that is compressed comes back byte for byte', { timeout: 300_000 }, async () => {
  const { readdirSync } = await import('node:fs')
  const files = readdirSync(corpus, { recursive: true, encoding: 'utf8' }).filter((file) => /\.dcm$/i.test(file)).map((file) => join(corpus, file)).filter((_, index) => index % 3 === 0)
  let changed = 0
  for (const file of files) {
    const bytes = readFileSync(file)
    if (bytes.length > 2_000_000) continue
    const response = await at.service.store([bytes])
    if (response.statusCode !== 200 && response.statusCode !== 202) continue
    for (const candidate of await at.candidates()) {
      const outcome = await recompress(at.deps, candidate, signal)
      if (outcome.kind === 'left') continue
      changed++
      await at.reverseAll()
      const [record] = await at.candidates()
      expect((await at.bytesOf(record)).equals(bytes), file).toBe(true)
    }
    await at.service.db('study').delete()
  }
  console.log(`${String(changed)} of ${String(files.length)} files compressed and put back`)
  expect(changed).toBeGreaterThan(10)
})
