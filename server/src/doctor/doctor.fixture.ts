/** A server with objects in it, to be harmed and examined in tests. */
import type { DicomJson } from '@isocenter/dicom'
import { anInstance, bytesOf } from '@isocenter/testkit'
import { pino } from 'pino'
import { expect } from 'vitest'
import { createCatalogue, organisationBySlug } from '../catalogue/index.ts'
import { accessTo } from '../catalogue/search.fixture.ts'
import { aService } from '../dicomweb/service.fixture.ts'
import { ingest } from '../dicomweb/stow/ingest.ts'
import { createMetrics } from '../platform/metrics.ts'
import { newBlobKey } from '../storage/index.ts'
import { createTranscoding } from '../transcoding/index.ts'
import { examine, type Diagnosis } from './index.ts'

export const hourMs = 3_600_000
export const log = pino({ level: 'silent' })

export const value = (json: DicomJson, tag: string) => String(json[tag]?.Value?.[0])
export const pathOf = (json: DicomJson) => `/studies/${value(json, '0020000D')}/series/${value(json, '0020000E')}/instances/${value(json, '00080018')}`
/** Kinds and numbers alone. */
export const counted = ({ findings }: Diagnosis) => findings.map(({ kind, found, mended }) => [kind, found, mended])

export async function aSite() {
  const service = await aService()
  const { db, blobs } = service
  const catalogue = createCatalogue({ db })
  const transcoding = createTranscoding({ blobs, threads: 1, timeoutMs: 30_000, cacheBytes: 0 })
  const organisationId = (await organisationBySlug(db, 'north'))?.organisationId ?? ''
  const metrics = createMetrics()

  /** Stores by the way every object comes, but without what a server goes on to do by itself afterwards (thumbnails). */
  async function store(objects: readonly Uint8Array[]): Promise<void> {
    const parts = async function* () {
      for (const object of objects) yield { claimsDicom: true, body: (async function* () { yield object })() }
    }
    const { results } = await ingest(parts(), { blobs, catalogue, metrics, log, access: accessTo(organisationId), StudyInstanceUID: undefined, maxInstanceBytes: 1e9, fallbackCharset: undefined })
    expect(results.filter(({ kind }) => kind !== 'stored')).toEqual([])
  }
  const blobKeyOf = async (json: DicomJson) => (await db('instance').where({ sop_instance_uid: value(json, '00080018') }).first<{ blob_key: string }>('blob_key')).blob_key

  return {
    ...service, catalogue, transcoding, organisationId, store, blobKeyOf,
    stored: async (input: Parameters<typeof anInstance>[0] = {}): Promise<{ json: DicomJson; bytes: Buffer; blobKey: string }> => {
      const json = anInstance(input)
      const bytes = Buffer.from(bytesOf(json))
      await store([bytes])
      return { json, bytes, blobKey: await blobKeyOf(json) }
    },
    write: async (key: string, bytes: Uint8Array): Promise<string> => {
      const writer = await blobs.create(key)
      await writer.write(bytes)
      await writer.commit()
      return key
    },
    orphanKey: () => newBlobKey(organisationId, new Date()),
    /** Looks, two hours later, so that nothing is too young to be judged. */
    look: (options: { mend?: boolean; recover?: boolean; deep?: boolean; hoursLater?: number; maxExamples?: number; signingKeysFile?: string } = {}): Promise<Diagnosis> => examine({
      db, blobs, catalogue, transcoding, signingKeysFile: options.signingKeysFile ?? service.keysFile,
      now: () => new Date(Date.now() + (options.hoursLater ?? 2) * hourMs),
      log,
      mend: options.mend ?? false, recover: options.recover ?? false, deep: options.deep ?? false, maxExamples: options.maxExamples ?? 10,
    }),
    empty: async () => {
      for (const table of ['study', 'deletion', 'deleted_instance', 'deleted_study', 'quarantined_instance', 'quarantine', 'obsolete_blob']) await db(table).delete()
      for await (const { key } of blobs.list('')) await blobs.delete(key)
    },
    close: async () => {
      await catalogue.close()
      await transcoding.close()
      await service.close()
    },
  }
}
export type Site = Awaited<ReturnType<typeof aSite>>
