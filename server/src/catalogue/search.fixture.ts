import { createHash, randomUUID } from 'node:crypto'
import { attribute, formatTag, isKeyword, orderedJson, parseTag, tagOf, type DicomJson, type Keyword, type MatchKey } from '@isocenter/dicom'
import { permissions, type Access } from '../identity/index.ts'
import type { NewInstance } from './new-instance.ts'
import type { Search } from './query.ts'

/** What tests of searches share: instances as ingest hands them over, keys and searches in few words. */

const textOf = (json: DicomJson, keyword: Keyword): string => String(json[formatTag(tagOf(keyword))]?.Value?.[0] ?? '')

/** An instance as ingest hands it to the catalogue, its bytes elsewhere. */
export function newInstance(attributes: DicomJson): NewInstance {
  const hash = (text: string) => createHash('sha256').update(text).digest()
  const metadataText = orderedJson(attributes)
  return {
    StudyInstanceUID: textOf(attributes, 'StudyInstanceUID'),
    SeriesInstanceUID: textOf(attributes, 'SeriesInstanceUID'),
    SOPInstanceUID: textOf(attributes, 'SOPInstanceUID'),
    SOPClassUID: textOf(attributes, 'SOPClassUID'),
    transferSyntaxUID: '1.2.840.10008.1.2.1',
    attributes,
    metadataText,
    layout: new Uint8Array(8),
    blobKey: randomUUID(),
    byteLength: metadataText.length,
    sha256: hash(metadataText),
    dataSetSha256: hash(`data set ${metadataText}`),
  }
}

/** Everything of one organisation, or only the studies named. */
export const accessTo = (organisationId: string, studies: Access['studies'] = 'all'): Access =>
  ({ actor: { kind: 'token', id: 'test' }, organisationId, permissions: new Set(permissions), studies })

/** `{ 'RequestAttributesSequence.RequestedProcedureID': 'RP1' }` as keys. */
export function keysOf(given: Readonly<Record<string, string>>): MatchKey[] {
  return Object.entries(given).map(([name, value]) => {
    const path = name.split('.').map((part) => (isKeyword(part) ? tagOf(part) : parseTag(part) ?? 0))
    return { path, vr: attribute(path.at(-1) ?? 0)?.vr[0] ?? 'UN', value }
  })
}

/** A search for studies, with the first hundred results, except where said otherwise. */
export const aSearch = (given: Readonly<Record<string, string>> = {}, other: Partial<Search> = {}): Search => ({
  level: 'study', scope: {}, keys: keysOf(given), options: {}, includefield: [], limit: 100, offset: 0, baseURL: 'http://pacs.example/dicom-web', ...other,
})

/** The value of one attribute in each result. */
export const valuesOf = (results: readonly string[], keyword: Keyword): unknown[] =>
  results.map((text) => (JSON.parse(text) as DicomJson)[formatTag(tagOf(keyword))]?.Value?.[0])
