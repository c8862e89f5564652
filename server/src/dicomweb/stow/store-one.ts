import type { DicomJson } from '@isocenter/dicom'
import { announcedDigest } from './data-set-digest.ts'
import { ingest, type Ingest } from './ingest.ts'
import { storeResponse, storeStatus } from './response.ts'

export interface OneObject extends Omit<Ingest, 'StudyInstanceUID' | 'fallbackCharset'> {
  readonly body: AsyncIterable<Uint8Array>
  /** What a `Data-Set-Digest` header would say. */
  readonly dataSetDigest: string | undefined
  /** Base URL of the DICOMweb service, for the links of the answer. */
  readonly serviceURL: string
}

/**
 * Stores one object that came by another way than a store request, and answers what a store request of it alone would have been answered with.
 * @throws what the body throws; then nothing of it is stored
 */
export async function storeOne({ body, dataSetDigest, serviceURL, ...options }: OneObject): Promise<{ status: number; response: DicomJson }> {
  const parts = async function* () { yield { claimsDicom: true, body, announced: announcedDigest(dataSetDigest) } }
  const { results, allTooLarge, interrupted } = await ingest(parts(), {
    ...options, StudyInstanceUID: undefined, fallbackCharset: await options.catalogue.fallbackCharset(options.access),
  })
  if (interrupted !== undefined) throw interrupted
  return { status: storeStatus(results, allTooLarge, false), response: storeResponse(results, serviceURL) }
}
