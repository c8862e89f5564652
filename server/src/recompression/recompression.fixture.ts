import type { DicomJson } from '@isocenter/dicom'
import { anInstance, bytesOf, type InstanceInput } from '@isocenter/testkit'
import { expect } from 'vitest'
import { changedForms, ensureDefaultOrganisation, formCandidates, type FormCandidate, type OriginalForm } from '../catalogue/index.ts'
import { aService, type TestService } from '../dicomweb/service.fixture.ts'
import { createTranscoding, type Transcoding } from '../transcoding/index.ts'
import { recompress, reverse, type FormDeps } from './change-form.ts'

export const ELE = '1.2.840.10008.1.2.1'
export const ImplicitVRLittleEndian = '1.2.840.10008.1.2'
export const asStored = { accept: 'application/dicom; transfer-syntax=*' }
export const signal = new AbortController().signal

export const value = (json: DicomJson, tag: string) => String(json[tag]?.Value?.[0])
export const pathOf = (json: DicomJson) => `/studies/${value(json, '0020000D')}/series/${value(json, '0020000E')}/instances/${value(json, '00080018')}`
export const ctOf = (given: InstanceInput = {}) => anInstance({ kind: 'CT', Rows: 64, Columns: 48, ...given })
/** A smooth picture, so that it becomes smaller. */
export const ramp = (Rows: number, Columns: number) => Buffer.from(Uint16Array.from({ length: Rows * Columns }, (_, index) => (index % Columns) * 3 + Math.floor(index / Columns)).buffer)
export const smoothCT = (given: InstanceInput = {}) => ctOf({ Rows: 64, Columns: 48, PixelData: ramp(64, 48), ...given })

export interface RecompressingService {
  readonly service: TestService
  readonly transcoding: Transcoding
  readonly deps: FormDeps
  /** The organisation everything is stored in that says nothing else. */
  readonly north: string
  /** What is stored as it came. */
  readonly candidates: (organisationId?: string) => Promise<FormCandidate[]>
  /** What has been compressed, with what it was. */
  readonly original: () => Promise<{ readonly candidate: FormCandidate; readonly original: OriginalForm }[]>
  readonly bytesOf: (record: FormCandidate | undefined) => Promise<Buffer>
  /** Stores an object; its bytes. */
  readonly stored: (json: DicomJson, transferSyntaxUID?: string) => Promise<Buffer>
  /** Compresses everything; what became of each. */
  readonly recompressAll: () => Promise<string[]>
  readonly reverseAll: () => Promise<void>
  readonly forgetAll: () => Promise<void>
  readonly close: () => Promise<void>
}

export async function aRecompressingService(): Promise<RecompressingService> {
  const service = await aService()
  const { db, blobs } = service
  const transcoding = createTranscoding({ blobs, threads: 1, timeoutMs: 30_000, cacheBytes: 0 })
  const deps: FormDeps = { db, blobs, transcoding }
  const north = (await ensureDefaultOrganisation(db, 'north')).organisationId
  const everything = { modalities: undefined, sopClasses: undefined, transferSyntaxes: [ELE, ImplicitVRLittleEndian], storedBefore: new Date('2999-01-01') }
  const candidates = (organisationId = north) => formCandidates(db, { ...everything, organisationId }, '0', '9000000000000000000', 1000)
  const original = () => changedForms(db, north, '0', 100)
  return {
    service, transcoding, deps, north, candidates, original,
    bytesOf: async (record) => {
      const chunks: Buffer[] = []
      for await (const chunk of await blobs.read(record?.blobKey ?? '')) chunks.push(chunk as Buffer)
      return Buffer.concat(chunks)
    },
    stored: async (json, transferSyntaxUID = ELE) => {
      const bytes = Buffer.from(bytesOf(json, { transferSyntaxUID }))
      expect([200, 202]).toContain((await service.store([bytes])).statusCode)
      return bytes
    },
    recompressAll: async () => {
      const outcomes: string[] = []
      for (const candidate of await candidates()) {
        const outcome = await recompress(deps, candidate, signal)
        outcomes.push(outcome.kind === 'left' ? outcome.because : outcome.kind)
      }
      return outcomes
    },
    reverseAll: async () => {
      for (const { candidate, original: kept } of await original()) expect((await reverse(deps, candidate, kept, signal)).kind).toBe('changed')
    },
    forgetAll: async () => {
      await db('recompression_rule').delete()
      await db('study').delete()
    },
    close: async () => {
      await transcoding.close()
      await service.close()
    },
  }
}
