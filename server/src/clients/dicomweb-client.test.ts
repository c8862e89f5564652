/** dicomweb-client from npm, as it is and with the headers it sends by itself: the library OHIF and many others speak DICOMweb with. */
import { createRequire } from 'node:module'
import type { DicomJson } from '@isocenter/dicom'
import { anInstance, aStudy, bytesOf, startServerProcess, testDatabase, type ServerProcess } from '@isocenter/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { installXMLHttpRequest } from './xml-http-request.fixture.ts'

type Method = 'storeInstances' | 'searchForStudies' | 'searchForSeries' | 'searchForInstances' | `retrieve${'Study' | 'Series' | 'Instance'}${'' | 'Metadata'}`
  | `retrieveInstance${'Frames' | 'Rendered' | 'Thumbnail' | 'FramesRendered'}` | 'retrieveBulkData'
/** Its own types ask for every option that can be given. */
type DICOMwebClient = Record<Method, (options: object) => Promise<unknown>>

// As CommonJS: the package says nothing of its other build.
const { api } = createRequire(import.meta.url)('dicomweb-client') as { api: { DICOMwebClient: new (options: object) => DICOMwebClient } }

let database: Awaited<ReturnType<typeof testDatabase>>
let server: ServerProcess
let client: DICOMwebClient
beforeAll(async () => {
  installXMLHttpRequest()
  database = await testDatabase()
  server = await startServerProcess(database.url)
  client = new api.DICOMwebClient({ url: server.url, verbose: false, headers: { Authorization: `Bearer ${await server.token()}` } })
})
afterAll(async () => {
  await server.stop()
  await database.drop()
})

const value = (object: DicomJson | undefined, tag: string) => object?.[tag]?.Value?.[0]
const uidsOf = (instance: DicomJson) => ({
  studyInstanceUID: String(value(instance, '0020000D')), seriesInstanceUID: String(value(instance, '0020000E')), sopInstanceUID: String(value(instance, '00080018')),
})
const arrayBuffer = (bytes: Uint8Array): ArrayBuffer => new Uint8Array(bytes).buffer
const pixelsOf = (instance: DicomJson) => Buffer.from(instance['7FE00010']?.InlineBinary ?? '', 'base64')
const sorted = (buffers: readonly (ArrayBuffer | Uint8Array)[]) => buffers.map((buffer) => Buffer.from(buffer as ArrayBuffer).toString('base64')).sort()

const study = aStudy({ series: [{ kind: 'CT', instances: 3 }, { kind: 'MR', instances: 2 }], PatientName: 'Client^Library', PatientID: 'CLIENT-1' })
const [ct] = study.instances
const loop = anInstance({ kind: 'US', StudyInstanceUID: study.StudyInstanceUID, NumberOfFrames: 4, PatientID: 'CLIENT-1' })
const all = [...study.instances, loop]

test('stores a study in one request', async () => {
  const answer = await client.storeInstances({ datasets: all.map((instance) => arrayBuffer(bytesOf(instance))) }) as string
  const stored = JSON.parse(answer) as DicomJson
  expect(stored['00081199']?.Value).toHaveLength(all.length)
  expect(stored['00081198']).toBeUndefined()
})

test('finds it at every level', async () => {
  const studies = await client.searchForStudies({ queryParams: { PatientID: 'CLIENT-1', limit: 10 } }) as DicomJson[]
  expect(studies.map((one) => [value(one, '0020000D'), value(one, '00201206'), value(one, '00201208')])).toEqual([[study.StudyInstanceUID, 3, 6]])
  const series = await client.searchForSeries({ studyInstanceUID: study.StudyInstanceUID, queryParams: { Modality: 'MR' } }) as DicomJson[]
  expect(series.map((one) => value(one, '0020000E'))).toEqual([study.series[1]!.SeriesInstanceUID])
  const instances = await client.searchForInstances({ studyInstanceUID: study.StudyInstanceUID, seriesInstanceUID: study.series[0]!.SeriesInstanceUID }) as DicomJson[]
  expect(instances).toHaveLength(3)
})

test('reads the metadata of the study, a series and an instance', async () => {
  const { studyInstanceUID, seriesInstanceUID, sopInstanceUID } = uidsOf(ct!)
  expect(await client.retrieveStudyMetadata({ studyInstanceUID })).toHaveLength(6)
  expect(await client.retrieveSeriesMetadata({ studyInstanceUID, seriesInstanceUID })).toHaveLength(3)
  const [metadata] = await client.retrieveInstanceMetadata({ studyInstanceUID, seriesInstanceUID, sopInstanceUID }) as DicomJson[]
  expect([value(metadata, '00080018'), value(metadata, '00280010')]).toEqual([sopInstanceUID, value(ct, '00280010')])
})

test('retrieves an instance, a series and the study as they were stored', async () => {
  const { studyInstanceUID, seriesInstanceUID, sopInstanceUID } = uidsOf(ct!)
  expect(sorted([await client.retrieveInstance({ studyInstanceUID, seriesInstanceUID, sopInstanceUID }) as ArrayBuffer])).toEqual(sorted([bytesOf(ct!)]))
  expect(sorted(await client.retrieveSeries({ studyInstanceUID, seriesInstanceUID }) as ArrayBuffer[])).toEqual(sorted(study.series[0]!.instances.map((one) => bytesOf(one))))
  expect(sorted(await client.retrieveStudy({ studyInstanceUID }) as ArrayBuffer[])).toEqual(sorted(all.map((one) => bytesOf(one))))
})

test('retrieves frames, one and several at a time, in the order it asks for', async () => {
  const frames = await client.retrieveInstanceFrames({ ...uidsOf(loop), frameNumbers: [3, 1] }) as ArrayBuffer[]
  const pixels = pixelsOf(loop)
  const frameBytes = pixels.length / 4
  expect(frames.map((frame) => Buffer.from(frame).equals(pixels.subarray(2 * frameBytes, 3 * frameBytes)))).toEqual([true, false])
  expect(Buffer.from(frames[1]!).equals(pixels.subarray(0, frameBytes))).toBe(true)
  const several = await client.retrieveInstanceFrames({ ...uidsOf(loop), frameNumbers: [1, 2, 3, 4] }) as ArrayBuffer[]
  expect(Buffer.concat(several.map((frame) => Buffer.from(frame))).equals(pixels)).toBe(true)
})

test('retrieves the bulk data the metadata names', async () => {
  const [metadata] = await client.retrieveInstanceMetadata(uidsOf(loop)) as DicomJson[]
  const BulkDataURI = new URL(String(metadata?.['7FE00010']?.BulkDataURI), server.url).href
  const [bulkdata] = await client.retrieveBulkData({ BulkDataURI }) as ArrayBuffer[]
  expect(Buffer.from(bulkdata!).equals(pixelsOf(loop))).toBe(true)
})

test('retrieves rendered images and thumbnails', async () => {
  const uids = uidsOf(ct!)
  // Without it the library reads an image as text.
  const request = { responseType: 'arraybuffer' }
  const images = [
    await client.retrieveInstanceRendered({ ...uids, request }),
    await client.retrieveInstanceThumbnail({ ...uids, request }),
    await client.retrieveInstanceFramesRendered({ ...uidsOf(loop), frameNumbers: [2], request }),
    await client.retrieveInstanceRendered({ ...uids, queryParams: { viewport: '64,64' }, mediaTypes: [{ mediaType: 'image/jpeg' }] }),
  ] as (ArrayBuffer | ArrayBuffer[])[]
  for (const image of images.flat()) expect([...Buffer.from(image).subarray(0, 3)]).toEqual([0xff, 0xd8, 0xff])
})

test('is told of what is not there by a status', async () => {
  await expect(client.retrieveStudyMetadata({ studyInstanceUID: '1.2.3' })).rejects.toMatchObject({ status: 404 })
})
