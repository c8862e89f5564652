import type { Answer, Client } from './client.ts'
import { same, status } from './expect.ts'
import type { Fixture } from './fixtures/fixtures.ts'
import { attribute, strings, type DicomJson } from './json/model.ts'
import { multipartOf } from './multipart/multipart.ts'

/** Stores objects in one multipart request, whatever comes back. */
export function store(client: Client, objects: readonly Uint8Array[], path = '/studies', partType = 'application/dicom'): Promise<Answer> {
  const { contentType, body } = multipartOf(objects.map((bytes) => ({ headers: { 'Content-Type': partType }, body: bytes })))
  return client.ask(path, { method: 'POST', headers: { 'Content-Type': contentType, Accept: 'application/dicom+json' }, body })
}

/** Stores objects that must all be taken. @throws Error when one is refused */
export async function storeAll(client: Client, fixtures: readonly Fixture[]): Promise<DicomJson> {
  const answer = await store(client, fixtures.map(({ bytes }) => bytes))
  status(answer, 200, 202)
  const result = answer.json() as DicomJson
  same(storedUids(result).toSorted(), fixtures.map(({ SOPInstanceUID }) => SOPInstanceUID).toSorted(), 'instances told as stored')
  return result
}

/** Deletes what was stored; how many studies stay, which is all of them where a server does not delete. */
export async function removeStored(client: Client): Promise<number> {
  for (const StudyInstanceUID of client.stored) {
    const { status } = await client.ask(studyPath({ StudyInstanceUID }), { method: 'DELETE' })
    if (status >= 200 && status < 300 || status === 404 || status === 410) client.stored.delete(StudyInstanceUID)
  }
  return client.stored.size
}

/** SOP Instance UIDs in ReferencedSOPSequence (0008,1199). */
export const storedUids = (result: DicomJson): string[] => items(result, '00081199').flatMap((item) => strings(item, '00081155'))

/** Failed instances with their reasons (0008,1197), from FailedSOPSequence (0008,1198). */
export const failures = (result: DicomJson): { SOPInstanceUID: string | undefined; reason: unknown }[] =>
  items(result, '00081198').map((item) => ({ SOPInstanceUID: strings(item, '00081155')[0], reason: attribute(item, '00081197')?.Value?.[0] }))

/** Items of a sequence. */
export const items = (result: DicomJson, tag: string): DicomJson[] => (attribute(result, tag)?.Value ?? []) as DicomJson[]

/** Paths of an instance and what is around it. */
export const studyPath = ({ StudyInstanceUID }: Pick<Fixture, 'StudyInstanceUID'>): string => `/studies/${StudyInstanceUID}`
export const seriesPath = (of: Fixture): string => `${studyPath(of)}/series/${of.SeriesInstanceUID}`
export const instancePath = (of: Fixture): string => `${seriesPath(of)}/instances/${of.SOPInstanceUID}`
