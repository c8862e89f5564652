import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { CodecError } from '@isocenter/codecs'
import { readInstance, type DicomJson } from '@isocenter/dicom'
import { anInstance, attributes, aStudy, bytesOf, type InstanceInput } from '@isocenter/testkit'
import fc from 'fast-check'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { addExtraAttribute, changedForms, createCatalogue, EditionOutdated, ensureDefaultOrganisation, formCandidates } from '../catalogue/index.ts'
import { aService, partsOf, type TestService } from '../dicomweb/service.fixture.ts'
import { sweep } from '../dicomweb/index.ts'
import { createTranscoding, type Transcoding } from '../transcoding/index.ts'
import { HTJ2KLossless, recompress, reverse, type FormDeps } from './change-form.ts'
import { endRule, recompressionRules, setRule } from './index.ts'
import { inTurn, isWithin, recompressionTasks, workOff } from './tasks.ts'

const ELE = '1.2.840.10008.1.2.1'
const ImplicitVRLittleEndian = '1.2.840.10008.1.2'
const asStored = { accept: 'application/dicom; transfer-syntax=*' }
const signal = new AbortController().signal

let service: TestService
let transcoding: Transcoding
let deps: FormDeps
let north: string
beforeAll(async () => {
  service = await aService()
  transcoding = createTranscoding({ blobs: service.blobs, threads: 1, timeoutMs: 30_000, cacheBytes: 0 })
  deps = { db: service.db, blobs: service.blobs, transcoding }
  north = (await ensureDefaultOrganisation(service.db, 'north')).organisationId
})
afterAll(async () => {
  await transcoding.close()
  await service.close()
})
afterEach(async () => {
  await service.db('recompression_rule').delete()
  await service.db('study').delete()
})

const value = (json: DicomJson, tag: string) => String(json[tag]?.Value?.[0])
const pathOf = (json: DicomJson) => `/studies/${value(json, '0020000D')}/series/${value(json, '0020000E')}/instances/${value(json, '00080018')}`
const everything = { organisationId: '', modalities: undefined, sopClasses: undefined, transferSyntaxes: [ELE, ImplicitVRLittleEndian], storedBefore: new Date('2999-01-01') }
const candidates = (organisationId = north) => formCandidates(service.db, { ...everything, organisationId }, '0', '9000000000000000000', 1000)
const original = () => changedForms(service.db, north, '0', 100)
const ctOf = (given: InstanceInput = {}) => anInstance({ kind: 'CT', Rows: 64, Columns: 48, ...given })
/** A smooth picture, so that it becomes smaller. */
const ramp = (Rows: number, Columns: number) => Buffer.from(Uint16Array.from({ length: Rows * Columns }, (_, index) => (index % Columns) * 3 + Math.floor(index / Columns)).buffer)
const smoothCT = (given: InstanceInput = {}) => ctOf({ Rows: 64, Columns: 48, PixelData: ramp(64, 48), ...given })

async function stored(json: DicomJson, transferSyntaxUID = ELE): Promise<Buffer> {
  const bytes = Buffer.from(bytesOf(json, { transferSyntaxUID }))
  expect([200, 202]).toContain((await service.store([bytes])).statusCode)
  return bytes
}
async function recompressAll(): Promise<string[]> {
  const outcomes: string[] = []
  for (const candidate of await candidates()) {
    const outcome = await recompress(deps, candidate, signal)
    outcomes.push(outcome.kind === 'left' ? outcome.because : outcome.kind)
  }
  return outcomes
}
async function reverseAll(): Promise<void> {
  for (const { candidate, original: kept } of await original()) expect((await reverse(deps, candidate, kept, signal)).kind).toBe('changed')
}

describe('an object that is compressed', () => {
  test.each([ELE, ImplicitVRLittleEndian])('of %s is smaller, shows the same pixels and attributes, and comes back byte for byte', async (transferSyntaxUID) => {
    const json = smoothCT({ PatientName: '王^小东' })
    const bytes = await stored(json, transferSyntaxUID)
    const [metadata, frame] = [(await service.get(`${pathOf(json)}/metadata`)).json(), (await service.get(`${pathOf(json)}/frames/1`, { accept: 'application/octet-stream' })).rawPayload]
    expect(await recompressAll()).toEqual(['changed'])

    const compressed = await service.get(pathOf(json), asStored)
    expect(compressed.headers['content-type']).toBe(`application/dicom; transfer-syntax=${HTJ2KLossless}`)
    expect(compressed.rawPayload.length).toBeLessThan(bytes.length)
    expect((await service.get(`${pathOf(json)}/frames/1`, { accept: 'application/octet-stream' })).rawPayload.equals(frame)).toBe(true)
    const after = (await service.get(`${pathOf(json)}/metadata`)).json<DicomJson[]>()
    const withoutPixels = (list: DicomJson[]) => list.map((json) => ({ ...json, '7FE00010': undefined }))
    expect(withoutPixels(after)).toEqual(withoutPixels(metadata as DicomJson[]))
    // What it was received as is still to be had.
    const plain = await service.get(pathOf(json), { accept: `application/dicom; transfer-syntax=${ELE}` })
    expect((await readInstance(plain.rawPayload)).dataSet.get('PixelData')?.length).toBe(frame.length)

    await reverseAll()
    expect(await original()).toEqual([])
    const [record] = await candidates()
    expect([record?.transferSyntaxUID, record?.byteLength]).toEqual([transferSyntaxUID, bytes.length])
    const chunks: Buffer[] = []
    for await (const chunk of await service.blobs.read(record?.blobKey ?? '')) chunks.push(chunk as Buffer)
    expect(Buffer.concat(chunks).equals(bytes)).toBe(true)
  })

  test('keeps what lies beyond Bits Stored', async () => {
    const overlay = Buffer.from(ramp(64, 48))
    overlay.writeUInt16LE(0xf001, 100)
    const json = smoothCT({ BitsStored: 12, HighBit: 11, PixelData: overlay })
    const bytes = await stored(json)
    expect(await recompressAll()).toEqual(['changed'])
    await reverseAll()
    expect((await service.get(pathOf(json), asStored)).rawPayload.equals(bytes)).toBe(true)
  })

  test('is asked for with losses under one SOP Instance UID, whichever form is stored', async () => {
    const json = smoothCT()
    await stored(json)
    const derivedUID = async () => {
      const answer = await service.get(pathOf(json), { accept: 'application/dicom; transfer-syntax=1.2.840.10008.1.2.4.81' })
      return (await readInstance(answer.rawPayload)).dataSet.string('SOPInstanceUID')
    }
    const before = await derivedUID()
    expect(before).not.toBe(value(json, '00080018'))
    expect(await recompressAll()).toEqual(['changed'])
    expect(await derivedUID()).toBe(before)
    await reverseAll()
    expect(await derivedUID()).toBe(before)
  })

  test('is found by what its attributes say now, where PhotometricInterpretation is an attribute of the organisation\'s own', async () => {
    await addExtraAttribute(service.db, { organisationId: north, level: 'instance', attribute: 'PhotometricInterpretation' })
    await service.db('extra_attribute').update({ is_filled: true })
    const PixelData = Buffer.from(Uint8Array.from({ length: 64 * 64 * 3 }, (_, index) => Math.floor(index / 192)))
    const json = anInstance({ kind: 'SC', Rows: 64, Columns: 64, SamplesPerPixel: 3, PhotometricInterpretation: 'RGB', PlanarConfiguration: 0, BitsAllocated: 8, BitsStored: 8, HighBit: 7, PixelRepresentation: 0, PixelData })
    await stored(json)
    const said = async () => (await service.get(`${pathOf(json)}/metadata`)).json<DicomJson[]>().map((one) => value(one, '00280004'))
    const found = async (interpretation: string) => (await service.get(`/studies/${value(json, '0020000D')}/instances?PhotometricInterpretation=${interpretation}`)).statusCode === 200
      && (await service.get(`/studies/${value(json, '0020000D')}/instances?PhotometricInterpretation=${interpretation}`)).json<unknown[]>().length === 1
    expect([await said(), await found('RGB'), await found('YBR_RCT')]).toEqual([['RGB'], true, false])
    expect(await recompressAll()).toEqual(['changed'])
    expect([await said(), await found('RGB'), await found('YBR_RCT')]).toEqual([['YBR_RCT'], false, true])
    await reverseAll()
    expect([await said(), await found('RGB'), await found('YBR_RCT')]).toEqual([['RGB'], true, false])
    await service.db('extra_attribute').delete()
  })

  test('is known when its original bytes, or its compressed ones, are sent again; other bytes are a new version, and it stays known then', async () => {
    const json = smoothCT()
    const bytes = await stored(json)
    await recompressAll()
    const compressed = (await service.get(pathOf(json), asStored)).rawPayload
    const versions = async () => (await service.db('instance').select<{ version: number }[]>('version')).map(({ version }) => version)
    for (const again of [bytes, compressed]) {
      expect((await service.store([again])).statusCode).toBe(200)
      expect(await versions()).toEqual([1])
    }
    await stored({ ...json, ...attributes({ PatientID: 'CORRECTED' }) })
    expect(await versions()).toEqual([2])
    await service.store([bytes])
    expect(await versions()).toEqual([2])
  })

  test('has other ETags, is audited, and leaves no blob behind that nobody names', async () => {
    const json = smoothCT()
    await stored(json)
    const urls = [pathOf(json), `${pathOf(json)}/frames/1`, `/studies/${value(json, '0020000D')}`]
    const before = await Promise.all(urls.map(async (url) => (await service.get(url)).headers.etag))
    await recompressAll()
    const after = await Promise.all(urls.map(async (url) => (await service.get(url)).headers.etag))
    expect(after.every((etag, index) => etag !== before[index])).toBe(true)
    expect(await service.db('audit_event').where({ action: 'study.recompress', study_instance_uid: value(json, '0020000D') }).first<object>()).toMatchObject({ outcome: 'success', actor: 'command:recompress' })
    await sweep({ db: service.db, blobs: service.blobs, now: () => new Date(Date.now() + 2 * 3_600_000) })
    expect((await service.get(pathOf(json), asStored)).statusCode).toBe(200)
    const { organisation_id: organisationId } = await service.db('instance').first<{ organisation_id: string }>('organisation_id')
    expect(organisationId).toBe(north)
    await reverseAll()
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
      const bytes = await stored(json, isImplicit ? ImplicitVRLittleEndian : ELE)
      await recompressAll()
      await reverseAll()
      const [record] = await candidates()
      expect(record && Buffer.from(record.sha256).length).toBe(32)
      const chunks: Buffer[] = []
      for await (const chunk of await service.blobs.read(record?.blobKey ?? '')) chunks.push(chunk as Buffer)
      expect(Buffer.concat(chunks).equals(bytes)).toBe(true)
      await service.db('study').delete()
    }), { numRuns: 25 })
})

describe('an object is left alone', () => {
  test('when it would grow, and when it has no pixels', async () => {
    await stored(anInstance({ kind: 'CT', Rows: 1, Columns: 1, PixelData: Buffer.from([1, 0]) }))
    await stored(anInstance({ kind: 'SR' }))
    expect((await recompressAll()).sort()).toEqual(['no codec for its pixels', 'not smaller'])
    expect(await original()).toEqual([])
  })

  test('when one bit of what was received could not be had back; nothing is left of the attempt', async () => {
    const json = smoothCT()
    const bytes = await stored(json)
    const keys = async () => (await Array.fromAsync(service.blobs.list(`${north}/`))).map(({ key }) => key)
    const before = await keys()
    const faulty: Transcoding = {
      ...transcoding,
      nativeFrame: async (...asked) => {
        const frame = await transcoding.nativeFrame(...asked)
        return { ...frame, pixels: Uint8Array.from(frame.pixels, (byte, index) => (index === 1001 ? byte ^ 1 : byte)) }
      },
    }
    const [candidate] = await candidates()
    expect(candidate && await recompress({ ...deps, transcoding: faulty }, candidate, signal)).toEqual({ kind: 'left', because: 'its bytes could not be had back' })
    expect((await service.get(pathOf(json), asStored)).rawPayload.equals(bytes)).toBe(true)
    expect(await keys()).toEqual(before)
  })

  test('when it changed while it was compressed; its new bytes stay', async () => {
    const json = smoothCT()
    await stored(json)
    const [candidate] = await candidates()
    const corrected = await stored({ ...json, ...attributes({ PatientID: 'CORRECTED' }) })
    expect(candidate && await recompress(deps, candidate, signal)).toEqual({ kind: 'left', because: 'changed meanwhile' })
    expect((await service.get(pathOf(json), asStored)).rawPayload.equals(corrected)).toBe(true)
  })
})

test('readers see the one or the other, whole, while it goes back and forth', async () => {
  const json = smoothCT()
  await stored(json)
  const frame = (await service.get(`${pathOf(json)}/frames/1`, { accept: 'application/octet-stream' })).rawPayload
  let isOver = false
  const reader = async () => {
    let reads = 0
    for (; !isOver || reads === 0; reads++) {
      const answer = await service.get(`${pathOf(json)}/frames/1`, { accept: 'application/octet-stream' })
      expect([answer.statusCode, answer.rawPayload.equals(frame)]).toEqual([200, true])
      const whole = await service.get(`/studies/${value(json, '0020000D')}`, { accept: 'multipart/related; type="application/dicom"; transfer-syntax=*' })
      for (const part of await partsOf(whole)) expect((await readInstance(part.body)).dataSet.string('SOPInstanceUID')).toBe(value(json, '00080018'))
    }
  }
  const readers = [reader(), reader()]
  for (let round = 0; round < 5; round++) {
    expect(await recompressAll()).toEqual(['changed'])
    await reverseAll()
  }
  isOver = true
  await Promise.all(readers)
})

test('metadata of a series that are being read are those of one form, or outdated; never some of each', async () => {
  const json = smoothCT()
  await stored(json)
  const catalogue = createCatalogue({ db: service.db })
  const read = async () => {
    const edition = await catalogue.metadataEdition({ organisationId: north, studies: 'all' }, { StudyInstanceUID: value(json, '0020000D'), SeriesInstanceUID: value(json, '0020000E') })
    return edition?.series.flatMap(({ pieces }) => pieces) ?? []
  }
  const before = await read()
  expect(await Array.fromAsync(catalogue.readPieces(before))).toHaveLength(1)
  await recompressAll()
  await expect(Array.fromAsync(catalogue.readPieces(before))).rejects.toThrow(EditionOutdated)
  expect(await Array.fromAsync(catalogue.readPieces(await read()))).toHaveLength(1)
  await catalogue.close()
})

test('a blob whose announcement the sweep may have acted on already is not taken; the instance keeps its own', async () => {
  const json = smoothCT()
  const bytes = await stored(json)
  const [candidate] = await candidates()
  const aged = (name: string | symbol) => name === 'transaction' && (async (work: never) => {
    await service.db('obsolete_blob').update({ since: service.db.raw(`now() - interval '61 minutes'`) })
    return service.db.transaction(work)
  })
  const slow = { ...deps, db: new Proxy(service.db, { get: (db, name) => aged(name) || Reflect.get(db, name) as unknown }) }
  expect(candidate && await recompress(slow, candidate, signal)).toEqual({ kind: 'left', because: 'changed meanwhile' })
  expect((await service.get(pathOf(json), asStored)).rawPayload.equals(bytes)).toBe(true)
})

test('what is killed in the middle leaves the object as it was, and a blob the sweep removes', async () => {
  const json = smoothCT()
  const bytes = await stored(json)
  const [candidate] = await candidates()
  const keys = async () => (await Array.fromAsync(service.blobs.list(`${north}/`))).map(({ key }) => key)
  const before = await keys()
  const dying = { ...deps, db: new Proxy(service.db, { get: (db, name) => (name === 'transaction' ? () => Promise.reject(new Error('killed')) : Reflect.get(db, name) as unknown) }) }
  await expect(candidate && recompress(dying, candidate, signal)).rejects.toThrow('killed')
  expect((await service.get(pathOf(json), asStored)).rawPayload.equals(bytes)).toBe(true)
  expect((await keys()).filter((key) => !before.includes(key))).toHaveLength(1)
  await sweep({ db: service.db, blobs: service.blobs, now: () => new Date(Date.now() + 2 * 3_600_000) })
  expect((await keys()).filter((key) => !before.includes(key))).toEqual([])
  expect(await recompressAll()).toEqual(['changed'])
})

describe('a rule', () => {
  const rule = { modalities: undefined, sopClasses: undefined, transferSyntaxes: [ELE], minimumAgeHours: 0, fromHour: 0, toHour: 0, bytesPerSecond: 1e12 }
  const slice = async (now = new Date(Date.now() + 60_000)) => {
    for (const one of await recompressionRules(service.db)) await workOff(deps, one, { signal, now: () => now, until: performance.now() + 60_000, heldAtOnce: 2 })
  }

  test('takes what it names of its organisation alone, goes on where it ended, and puts all back', async () => {
    const study = aStudy({ instances: 3 })
    for (const instance of study.instances) await stored({ ...smoothCT(), ...attributes({ StudyInstanceUID: study.StudyInstanceUID, SOPInstanceUID: value(instance, '00080018') }) })
    const theirs = smoothCT()
    const south = await service.as('south')
    await service.store([bytesOf(theirs)], { headers: south })
    await setRule(service.db, { ...rule, organisationId: north, modalities: ['MR'] })
    await slice()
    expect(await original()).toHaveLength(0)
    await setRule(service.db, { ...rule, organisationId: north, modalities: ['CT'] })
    await slice()
    expect(await original()).toHaveLength(3)
    const state = (await recompressionRules(service.db))[0]
    expect(state).toMatchObject({ recompressed: 3, leftAlone: 0 })
    expect(state?.savedBytes).toBeGreaterThan(0)
    const southId = (await ensureDefaultOrganisation(service.db, 'south')).organisationId
    expect(await candidates(southId)).toHaveLength(1)
    expect((await service.get(pathOf(theirs), { ...asStored, ...south })).headers['content-type']).toContain(ELE)
    await slice()
    expect((await recompressionRules(service.db))[0]).toMatchObject({ recompressed: 3 })
    await endRule(service.db, north, { isReversing: true })
    await slice()
    expect(await original()).toEqual([])
  })

  test('passes over an object whose bytes are lost, and goes on behind it', async () => {
    const [lost, sound] = [smoothCT(), smoothCT()]
    await stored(lost)
    await stored(sound)
    const [first] = await candidates()
    expect(first?.SOPInstanceUID).toBe(value(lost, '00080018'))
    await service.blobs.delete(first?.blobKey ?? '')
    await setRule(service.db, { ...rule, organisationId: north })
    await slice()
    expect((await original()).map(({ candidate }) => candidate.SOPInstanceUID)).toEqual([value(sound, '00080018')])
    expect((await recompressionRules(service.db))[0]).toMatchObject({ recompressed: 1, leftAlone: 1, leftBecause: { 'its bytes are not there': 1 } })
  })

  test('that puts back says what it left behind and why, and tries that again a day later', async () => {
    const json = smoothCT()
    const bytes = await stored(json)
    await setRule(service.db, { ...rule, organisationId: north })
    await slice()
    expect(await original()).toHaveLength(1)
    await endRule(service.db, north, { isReversing: true })
    const slow: FormDeps = { ...deps, transcoding: { ...transcoding, nativeFrame: () => Promise.reject(new CodecError('timeout', 'it took too long')) } }
    const reversing = async (given: FormDeps, hoursLater: number) => {
      for (const one of await recompressionRules(service.db)) await workOff(given, one, { signal, now: () => new Date(Date.now() + hoursLater * 3_600_000), until: performance.now() + 60_000 })
      return (await recompressionRules(service.db))[0]
    }
    const state = await reversing(slow, 0)
    expect(state).toMatchObject({ leftAlone: 1, leftBecause: { timeout: 1 }, visitedTo: '0' })
    expect(state?.resumesAt?.getTime()).toBeGreaterThan(Date.now() + 23 * 3_600_000)
    await reversing(deps, 1)
    expect(await original()).toHaveLength(1)
    expect(await reversing(deps, 25)).toMatchObject({ leftAlone: 0, leftBecause: {}, resumesAt: undefined, recompressed: 0 })
    expect(await original()).toEqual([])
    expect((await service.get(pathOf(json), asStored)).rawPayload.equals(bytes)).toBe(true)
  })

  test('is worked off by the task every server has, one slice at a time', async () => {
    await stored(smoothCT())
    await setRule(service.db, { ...rule, organisationId: north })
    await service.db('instance').update({ stored_at: new Date(Date.now() - 60_000) })
    let decoded = 0
    const counting: FormDeps = { ...deps, transcoding: { ...transcoding, frame: (...asked) => {
      decoded++
      return transcoding.frame(...asked)
    } } }
    const { tasks, schedule } = recompressionTasks(counting)
    expect(schedule).toEqual(['*/5 * * * * recompress'])
    const slice = async () => tasks['recompress']?.(undefined, { signal, again: () => Promise.resolve() })
    await slice()
    expect(await original()).toHaveLength(1)
    const forOne = decoded
    await stored(smoothCT())
    await service.db('instance').update({ stored_at: new Date(Date.now() - 60_000) })
    await Promise.all([slice(), slice()])
    expect([decoded, (await original()).length, (await recompressionRules(service.db))[0]?.leftAlone]).toEqual([2 * forOne, 2, 0])
  })

  test('has its turn: each slice begins with another', () => {
    const at = (slices: number) => inTurn(['north', 'south', 'west'], new Date(slices * 5 * 60_000)).join()
    expect([at(0), at(1), at(2), at(3)]).toEqual(['north,south,west', 'south,west,north', 'west,north,south', 'north,south,west'])
    expect(inTurn([], new Date())).toEqual([])
  })

  test('waits for an object to come of age, and for its hours', async () => {
    await stored(smoothCT())
    await setRule(service.db, { ...rule, organisationId: north, minimumAgeHours: 24 })
    await slice()
    expect(await original()).toEqual([])
    await slice(new Date(Date.now() + 25 * 3_600_000))
    expect(await original()).toHaveLength(1)
    expect([isWithin(23, 20, 5), isWithin(4, 20, 5), isWithin(5, 20, 5), isWithin(12, 20, 5), isWithin(3, 0, 0), isWithin(8, 8, 9), isWithin(9, 8, 9)]).toEqual([true, true, false, false, true, true, false])
  })
})

const corpus = join(import.meta.dirname, '../../../../shared/dicom')
test.skipIf(!existsSync(corpus))('every object of a third of the corpus that is compressed comes back byte for byte', { timeout: 300_000 }, async () => {
  const { readdirSync } = await import('node:fs')
  const files = readdirSync(corpus, { recursive: true, encoding: 'utf8' }).filter((file) => /\.dcm$/i.test(file)).map((file) => join(corpus, file)).filter((_, index) => index % 3 === 0)
  let changed = 0
  for (const file of files) {
    const bytes = readFileSync(file)
    if (bytes.length > 2_000_000) continue
    const response = await service.store([bytes])
    if (response.statusCode !== 200 && response.statusCode !== 202) continue
    for (const candidate of await candidates()) {
      const outcome = await recompress(deps, candidate, signal)
      if (outcome.kind === 'left') continue
      changed++
      await reverseAll()
      const [record] = await candidates()
      const chunks: Buffer[] = []
      for await (const chunk of await service.blobs.read(record?.blobKey ?? '')) chunks.push(chunk as Buffer)
      expect(Buffer.concat(chunks).equals(bytes), file).toBe(true)
    }
    await service.db('study').delete()
  }
  console.log(`${String(changed)} of ${String(files.length)} files compressed and put back`)
  expect(changed).toBeGreaterThan(10)
})
