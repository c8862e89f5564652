/** What the server holds, asked of the server alone. */
import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { readInstance, readMultipart, type DicomJson } from '@isocenter/dicom'
import type { Site } from './site.fixture.ts'

export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

/** Digests of the data sets of a study, by SOPInstanceUID, from one WADO answer; a list each, so that one held twice shows. */
export async function dataSetsOf(site: Site, StudyInstanceUID: string): Promise<Map<string, string[]>> {
  const answer = await site.ask(`${site.dicomweb}/studies/${StudyInstanceUID}`, { headers: { accept: 'multipart/related; type="application/dicom"; transfer-syntax=*' } })
  if (answer.status !== 200) throw new Error(`Study ${StudyInstanceUID} was answered with ${String(answer.status)}: ${await answer.text()}`)
  const boundary = /boundary="?([^";\s]+)/.exec(answer.headers.get('content-type') ?? '')?.[1] ?? ''
  const held = new Map<string, string[]>()
  for await (const { body } of readMultipart(answer.body ?? nothing(), boundary)) {
    const chunks: Uint8Array[] = []
    for await (const chunk of body) chunks.push(chunk)
    const bytes = Buffer.concat(chunks)
    const { dataSetOffset, dataSet, fileMeta } = await readInstance(bytes)
    const uid = dataSet.string('SOPInstanceUID') ?? fileMeta?.string('MediaStorageSOPInstanceUID') ?? ''
    held.set(uid, [...held.get(uid) ?? [], sha256(bytes.subarray(dataSetOffset))])
  }
  return held
}

/** Digests of the data sets of every object the server has put on its disk: WADO gives no Implicit VR and no Big Endian (PS3.18 §8.7.3.5.2). */
export async function dataSetsOnDisk(site: Site): Promise<Set<string>> {
  const digests = new Set<string>()
  for (const entry of await readdir(site.blobFolder, { recursive: true, withFileTypes: true })) {
    // Thumbnails come and go there.
    if (!entry.isFile() || entry.parentPath.endsWith('.staging')) continue
    const bytes = await readFile(join(entry.parentPath, entry.name))
    const object = await readInstance(bytes).catch(() => undefined)
    if (object) digests.add(sha256(bytes.subarray(object.dataSetOffset)))
  }
  return digests
}

async function* nothing(): AsyncGenerator<Uint8Array> { /* an answer without a body */ }

/** A QIDO search that must be answered. */
export async function searched(site: Site, path: string): Promise<DicomJson[]> {
  const answer = await site.ask(`${site.dicomweb}${path}`, { headers: { accept: 'application/dicom+json' } })
  if (answer.status === 204) return []
  if (answer.status !== 200) throw new Error(`${path} was answered with ${String(answer.status)}: ${await answer.text()}`)
  return await answer.json() as DicomJson[]
}
