import { mediaType, must, same, status } from '../expect.ts'
import type { Fixture } from '../fixtures/fixtures.ts'
import type { Client } from '../client.ts'
import { seriesPath, instancePath, studyPath } from '../store.ts'
import { check, type Check } from '../suite.ts'
import { attribute, dataSets, everyDataSet, first, type DicomJson } from './model.ts'

const binary = new Set(['OB', 'OD', 'OF', 'OL', 'OV', 'OW', 'UN'])
const numeric = new Set(['US', 'SS', 'UL', 'SL', 'FL', 'FD'])

async function metadataOf(client: Client, of: Fixture): Promise<DicomJson> {
  const [dataSet] = dataSets((await client.get(`${instancePath(of)}/metadata`, 'application/dicom+json')).json())
  must(dataSet !== undefined, 'no metadata')
  return dataSet
}

const valuesOf = (dataSet: DicomJson, tag: string) => attribute(dataSet, tag)?.Value

/** PS3.18 Annex F: the DICOM JSON Model. */
export const jsonChecks: readonly Check[] = [
  check(55, 'M', 'metadata in JSON is one array, not multipart', async ({ client, fixtures }) => {
    const answer = await client.get(`${studyPath(fixtures.ct[0] ?? fixtures.report)}/metadata`, 'application/dicom+json')
    same(mediaType(answer), 'application/dicom+json', 'media type')
    same(dataSets(answer.json()).length, 5, 'instances')
  }),
  check(62, 'M', 'searches and metadata are arrays', async ({ client }) => {
    dataSets((await client.get('/studies?limit=1')).json())
  }),
  check(63, 'M', 'keys are eight upper-case hex digits, ascending', async ({ client, fixtures }) => {
    for (const set of everyDataSet([await metadataOf(client, fixtures.values), ...dataSets((await client.get('/studies?limit=3')).json())])) {
      const keys = Object.keys(set)
      must(keys.every((key) => /^[0-9A-F]{8}$/.test(key)), 'a key is not eight upper-case hex digits')
      same(keys, keys.toSorted(), 'order of keys')
    }
  }),
  check(64, 'M', 'no group lengths and no group 0002', async ({ client, fixtures }) => {
    for (const key of Object.keys(await metadataOf(client, fixtures.values))) must(!key.endsWith('0000') && !key.startsWith('0002'), `${key} is there`)
  }),
  check(65, 'M', 'each attribute has a VR and at most one of Value, BulkDataURI, InlineBinary', async ({ client, fixtures }) => {
    for (const set of everyDataSet(dataSets((await client.get(`${studyPath(fixtures.ct[0] ?? fixtures.report)}/metadata`)).json()))) {
      for (const [key, { vr, ...rest }] of Object.entries(set)) {
        must(/^[A-Z]{2}$/.test(vr), `${key} has no VR`)
        must(['Value', 'BulkDataURI', 'InlineBinary'].filter((name) => name in rest).length <= 1, `${key} has two kinds of value`)
      }
    }
  }),
  check(66, 'M', 'an empty attribute has a VR only', async ({ client, fixtures }) => {
    const dataSet = await metadataOf(client, fixtures.values)
    same(attribute(dataSet, '00181200'), { vr: 'DA' }, 'DateOfLastCalibration')
    same(attribute(dataSet, '00080050'), { vr: 'SH' }, 'AccessionNumber')
  }),
  check(67, 'M', 'an empty value among others is null', async ({ client, fixtures }) => {
    same(valuesOf(await metadataOf(client, fixtures.values), '00080008'), ['ORIGINAL', 'PRIMARY', null, 'AXIAL'], 'ImageType')
  }),
  check(68, 'M', 'an empty item is {} and an empty sequence has no Value', async ({ client, fixtures }) => {
    const dataSet = await metadataOf(client, fixtures.values)
    same(valuesOf(dataSet, '00082112'), [{}], 'SourceImageSequence')
    same(attribute(dataSet, '00081140'), { vr: 'SQ' }, 'ReferencedImageSequence')
  }),
  check(69, 'M', 'a person name is an object of its groups, only those that are there', async ({ client, fixtures }) => {
    same(valuesOf(await metadataOf(client, fixtures.ct[0] ?? fixtures.report), '00100010'), [{ Alphabetic: `Check${fixtures.run}^Jane^Q` }], 'PatientName')
  }),
  check(71, 'M', 'binary numbers are numbers, tags are upper-case strings', async ({ client, fixtures }) => {
    const dataSet = await metadataOf(client, fixtures.values)
    same(valuesOf(dataSet, '00189219'), [-5], 'SS value')
    same(valuesOf(dataSet, '00280009'), ['00181063'], 'FrameIncrementPointer')
  }),
  check(72, 'M', 'decimal and integer strings lose their padding and keep their meaning', async ({ client, fixtures }) => {
    const dataSet = await metadataOf(client, fixtures.values)
    same(Number(first(dataSet, '00180050')), 1.0e-5, 'SliceThickness')
    same(Number(first(dataSet, '00200013')), 12, 'InstanceNumber')
  }),
  check(75, 'M', 'binary VRs never use Value', async ({ client, fixtures }) => {
    for (const one of [fixtures.values, fixtures.nativeCine, fixtures.jpegCine]) {
      for (const set of everyDataSet([await metadataOf(client, one)])) for (const [key, { vr, Value }] of Object.entries(set)) must(!binary.has(vr) || Value === undefined, `${key} does`)
    }
  }),
  check(76, 'M', 'InlineBinary is the whole value in base64', async ({ client, fixtures }) => {
    const element = attribute(await metadataOf(client, fixtures.values), '00091002')
    if (element?.InlineBinary !== undefined) same(element.InlineBinary, 'AQIDBA==', 'private bytes')
    else must(element?.BulkDataURI !== undefined, 'the private bytes are neither inline nor by URI')
  }),
  check(77, 'M', 'BulkDataURI stands only where the standard allows it', async ({ client, fixtures }) => {
    const never = new Set(['SQ', 'PN', 'LO', 'SH', 'UI', 'DA', 'TM', 'CS', 'AE', 'AS', 'AT'])
    for (const one of fixtures.all) {
      for (const set of everyDataSet([await metadataOf(client, one)])) {
        for (const [key, { vr, BulkDataURI }] of Object.entries(set)) must(BulkDataURI === undefined || !never.has(vr), `${key} has one`)
      }
    }
  }),
  check(78, 'M', 'a BulkDataURI leads to the bytes', async ({ client, fixtures }) => {
    const path = `${instancePath(fixtures.nativeCine)}/metadata`
    const uri = attribute(await metadataOf(client, fixtures.nativeCine), '7FE00010')?.BulkDataURI
    must(uri !== undefined, 'Pixel Data has no BulkDataURI')
    const answer = await client.get(new URL(uri, `${client.base.href.replace(/\/$/, '')}${path}`).href, 'application/octet-stream')
    status(answer, 200)
    must(answer.body.subarray(0, 48).equals(Buffer.concat(fixtures.nativeCine.frames)), 'other bytes than stored')
  }),
  check(79, 'C', 'padding is gone, of UIDs too', async ({ client, fixtures }) => {
    const dataSet = await metadataOf(client, fixtures.ct[0] ?? fixtures.report)
    for (const [key, { Value = [] }] of Object.entries(dataSet)) for (const value of Value) must(typeof value !== 'string' || !/[\0 ]$/.test(value), `${key} ends in padding`)
    same(first(dataSet, '0020000D'), fixtures.ct[0]?.StudyInstanceUID, 'StudyInstanceUID')
  }),
  check(80, 'M', 'a backslash in text is text', async ({ client, fixtures }) => {
    same(valuesOf(await metadataOf(client, fixtures.values), '00104000'), ['one\\two'], 'PatientComments')
  }),
  check(81, 'M', 'private attributes come with their creator', async ({ client, fixtures }) => {
    const dataSet = await metadataOf(client, fixtures.values)
    same(first(dataSet, '00090010'), 'CONFORMANCE', 'creator')
    same(first(dataSet, '00091001'), 'private', 'private value')
  }),
  check(84, 'M', 'VRs left open by Implicit VR are settled', async ({ client, fixtures }) => {
    const dataSet = await metadataOf(client, fixtures.implicit)
    same(attribute(dataSet, '00280010'), { vr: 'US', Value: [4] }, 'Rows')
    same(attribute(dataSet, '7FE00010')?.vr, 'OW', 'VR of Pixel Data')
  }),
  check(85, 'S', 'Pixel Data is always a BulkDataURI', async ({ client, fixtures }) => {
    for (const one of [fixtures.bits, fixtures.jpegCine, fixtures.bigEndian]) must(attribute(await metadataOf(client, one), '7FE00010')?.BulkDataURI !== undefined, 'it is not')
  }),
  check(87, 'M', 'numbers are numbers', async ({ client, fixtures }) => {
    for (const one of fixtures.all) {
      for (const set of everyDataSet([await metadataOf(client, one)])) {
        for (const [key, { vr, Value = [] }] of Object.entries(set)) {
          must(!numeric.has(vr) || Value.every((value) => typeof value === 'number'), `${key} is not`)
        }
      }
    }
  }),
  check(98, 'M', 'GB18030 becomes Chinese', async ({ client, fixtures }) => {
    same((first(await metadataOf(client, fixtures.chinese), '00100010') as { Ideographic?: string }).Ideographic, '王^小东', 'ideographic name')
  }),
  check(103, 'M', 'a retrieved object keeps its character set and bytes', async ({ client, fixtures }) => {
    must((await client.get(instancePath(fixtures.chinese), 'application/dicom')).body.equals(fixtures.chinese.bytes), 'the bytes differ')
  }),
  check(152, 'M', 'metadata has the same instances as the series', async ({ client, fixtures }) => {
    const [one] = fixtures.ct
    must(one !== undefined, 'no CT')
    const uids = dataSets((await client.get(`${seriesPath(one)}/metadata`)).json()).map((dataSet) => first(dataSet, '00080018'))
    same(uids.toSorted(), fixtures.ct.filter(({ SeriesInstanceUID }) => SeriesInstanceUID === one.SeriesInstanceUID).map(({ SOPInstanceUID }) => SOPInstanceUID).toSorted(), 'instances')
  }),
]
