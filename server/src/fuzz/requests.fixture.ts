/** Requests nobody should send, one after the other, all following from a seed. */
import { deflateSync, gzipSync } from 'node:zlib'
import type { DicomJson } from '@isocenter/dicom'
import { anInstance, bytesOf } from '@isocenter/testkit'
import { storeBody } from '../dicomweb/service.fixture.ts'
import { below, chanceFrom, mutated, oneOf, type Chance } from './random.fixture.ts'

export interface FuzzRequest {
  /** What was done to what; with the seed and the number enough to find it again. */
  readonly what: string
  /** The whole request, as it goes onto the wire. */
  readonly bytes: Buffer
}

const kinds = ['CT', 'MR', 'US', 'SC', 'SEG', 'SR', 'PDF'] as const
const transferSyntaxes = ['1.2.840.10008.1.2', '1.2.840.10008.1.2.1', '1.2.840.10008.1.2.1.99', '1.2.840.10008.1.2.2'] as const

/**
 * Endless requests. Objects that are still well enough are stored, so retrieving the study they name meets them:
 * all instances made here are of one study.
 */
export function* fuzzRequests(seed: number, authorization: string): Generator<FuzzRequest> {
  const chance = chanceFrom(seed)
  const known = anInstance()
  const StudyInstanceUID = uidOf(known, '0020000D')
  const paths = [pathOf(known)]
  const line = (method: string, path: string, headers: Readonly<Record<string, string>>, body: Uint8Array = Buffer.of()) => wire(method, `/dicom-web${path}`, { authorization, ...headers }, body)

  const store: (() => FuzzRequest)[] = [
    () => {
      const { what, object, path } = anObject(chance, StudyInstanceUID)
      if (paths.push(path) > 200) paths.shift()
      return { what: `${what}, alone`, bytes: line('POST', '/studies', { 'content-type': 'application/dicom' }, object) }
    },
    () => {
      const objects = Array.from({ length: 1 + below(chance, 4) }, () => anObject(chance, StudyInstanceUID))
      for (const { path } of objects) if (paths.push(path) > 200) paths.shift()
      const { contentType, body } = storeBody(objects.map(({ object }) => object))
      return { what: `${objects.map(({ what }) => what).join(', ')}, in parts`, bytes: line('POST', '/studies', { 'content-type': contentType }, body) }
    },
    () => {
      const { contentType, body } = storeBody([bytesOf(anInstance({ StudyInstanceUID })), bytesOf(anInstance({ StudyInstanceUID }))])
      return { what: 'mutated multipart', bytes: line('POST', '/studies', { 'content-type': contentType }, mutated(chance, body)) }
    },
    () => {
      const { contentType, body } = storeBody([bytesOf(anInstance({ StudyInstanceUID }))])
      const type = mutated(chance, Buffer.from(contentType)).toString('latin1').replaceAll(/[\r\n\0]/g, '')
      return { what: 'mutated Content-Type', bytes: line('POST', '/studies', { 'content-type': type }, body) }
    },
    () => {
      const { contentType, body } = storeBody([anObject(chance, StudyInstanceUID).object])
      const [coding, packed] = oneOf(chance, [['gzip', gzipSync(body)], ['deflate', deflateSync(body)], ['gzip', body]] as const)
      return { what: `mutated ${coding}`, bytes: line('POST', '/studies', { 'content-type': contentType, 'content-encoding': coding }, mutated(chance, packed)) }
    },
    () => {
      const { contentType } = storeBody([])
      return { what: 'a little gzip that becomes a lot', bytes: line('POST', '/studies', { 'content-type': contentType, 'content-encoding': 'gzip' }, gzipSync(Buffer.alloc(8_000_000))) }
    },
    () => {
      const metadata = JSON.stringify([withoutPixels(anInstance({ StudyInstanceUID }))])
      const boundary = 'fuzz'
      const body = Buffer.from(`--${boundary}\r\nContent-Type: application/dicom+json\r\n\r\n${mutated(chance, Buffer.from(metadata)).toString('latin1')}\r\n--${boundary}--\r\n`, 'latin1')
      return { what: 'mutated metadata', bytes: line('POST', '/studies', { 'content-type': `multipart/related; type="application/dicom+json"; boundary=${boundary}` }, body) }
    },
    () => {
      const xml = Buffer.from(
        '<?xml version="1.0" encoding="UTF-8"?><NativeDicomModel xml:space="preserve"><DicomAttribute keyword="StudyInstanceUID" tag="0020000D" vr="UI"><Value number="1">1.2.3</Value></DicomAttribute></NativeDicomModel>',
      )
      const body = Buffer.concat([Buffer.from('--fuzz\r\nContent-Type: application/dicom+xml\r\n\r\n'), mutated(chance, xml), Buffer.from('\r\n--fuzz--\r\n')])
      return { what: 'mutated XML', bytes: line('POST', '/studies', { 'content-type': 'multipart/related; type="application/dicom+xml"; boundary=fuzz' }, body) }
    },
  ]

  const read = (): FuzzRequest => {
    const path = oneOf(chance, paths)
    const resource = oneOf(chance, resources).replaceAll('{path}', path).replaceAll('{study}', `/studies/${StudyInstanceUID}`)
    const accept = oneOf(chance, accepts)
    const isMutated = chance() < 0.4
    const target = isMutated ? inURL(mutated(chance, Buffer.from(resource))) : resource
    const range: Record<string, string> = chance() < 0.1 ? { range: `bytes=${mutated(chance, Buffer.from('0-100,200-')).toString('latin1').replaceAll(/[^\x20-\x7e]/g, '')}` } : {}
    const header = chance() < 0.2 ? mutated(chance, Buffer.from(accept)).toString('latin1').replaceAll(/[^\x20-\x7e]/g, '') : accept
    return { what: `read ${isMutated ? 'a mutated path' : resource}`, bytes: line('GET', target, { accept: header, ...range }) }
  }

  const broken = (): FuzzRequest => {
    const { contentType, body } = storeBody([bytesOf(anInstance({ StudyInstanceUID }))])
    return { what: 'mutated HTTP', bytes: mutated(chance, line('POST', '/studies', { 'content-type': contentType }, body)) }
  }

  yield { what: 'an instance as it should be', bytes: line('POST', '/studies', { 'content-type': 'application/dicom' }, bytesOf(known)) }
  for (;;) {
    const choice = chance()
    if (choice < 0.5) yield oneOf(chance, store)()
    else yield choice < 0.9 ? read() : broken()
  }
}

/** One instance of the study, mutated; `path` is where it is if it could be stored all the same. */
function anObject(chance: Chance, StudyInstanceUID: string): { what: string; object: Buffer; path: string } {
  const kind = oneOf(chance, kinds)
  const transferSyntaxUID = oneOf(chance, transferSyntaxes)
  const instance = anInstance({ kind, StudyInstanceUID })
  return { what: `mutated ${kind} in ${transferSyntaxUID}`, object: mutated(chance, bytesOf(instance, { transferSyntaxUID })), path: pathOf(instance) }
}

const resources = [
  '/studies?limit=10', '/studies?PatientName=W*&fuzzymatching=true&limit=5', '/studies?StudyDate=20260101-&ModalitiesInStudy=CT,MR&includefield=all', '/studies?00100020=A%5CB&offset=3',
  '{study}/series?limit=10', '{study}/instances?includefield=all&limit=20', '{study}/metadata', '{study}', '{path}', '{path}/metadata', '{path}/frames/1', '{path}/frames/1,2,3', '{path}/frames/999999999',
  '{path}/rendered', '{path}/rendered?viewport=64,64,0,0,8,8&window=40,400,linear&quality=5', '{path}/thumbnail', '{study}/thumbnail', '{path}/bulkdata/7FE00010', '{path}/bulkdata/00420011', '{path}/pixeldata',
  '?requestType=WADO&studyUID=1.2&seriesUID=1.2&objectUID=1.2',
] as const

const accepts = [
  '*/*', 'application/dicom+json', 'application/dicom+xml', 'multipart/related; type="application/dicom"; transfer-syntax=*', 'application/dicom; transfer-syntax=1.2.840.10008.1.2.4.80',
  'multipart/related; type="application/octet-stream"', 'image/jpeg', 'image/png', 'image/jls', 'image/jphc',
  'multipart/related; type="image/jp2"; transfer-syntax=1.2.840.10008.1.2.4.90', 'application/zip', 'text/html', 'image/gif', 'video/mp4',
] as const

/** What may stand in a request line, so that it is the server and not Node's parser that is asked; the rest is percent-encoded. */
const inURL = (bytes: Buffer): string => `/${bytes.toString('latin1').replaceAll(/[^!-~]/g, (character) => `%${character.charCodeAt(0).toString(16).padStart(2, '0')}`).replace(/^\/+/, '')}`

function wire(method: string, path: string, headers: Readonly<Record<string, string>>, body: Uint8Array): Buffer {
  const lines = [
    `${method} ${path} HTTP/1.1`,
    'host: server',
    'connection: close',
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    ...(body.length > 0 ? [`content-length: ${String(body.length)}`] : []),
  ]
  return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), body])
}

const uidOf = (instance: DicomJson, tag: string) => String(instance[tag]?.Value?.[0])
const pathOf = (instance: DicomJson) => `/studies/${uidOf(instance, '0020000D')}/series/${uidOf(instance, '0020000E')}/instances/${uidOf(instance, '00080018')}`
const withoutPixels = ({ '7FE00010': _pixels, ...attributes }: DicomJson): DicomJson => attributes
