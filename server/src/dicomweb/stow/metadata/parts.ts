/** A store of metadata and bulk data as the parts that the ingest takes: one whole object after the other. */
import { parameterOf, readMultipart, type DicomJson, type InstancePiece, type MediaType } from '@isocenter/dicom'
import type { ReceivedPart } from '../parts.ts'
import type { FailedResult } from '../response.ts'
import { compose } from './compose.ts'
import { receiveMetadata, type MetadataRequest, type ReceivedMetadata } from './receive-parts.ts'
import type { Spool } from './spool.ts'

export type MetadataOptions = Omit<MetadataRequest, 'rootType' | 'start'> & {
  /** Told how many parts of bulk data no instance names. */
  readonly onUnreferenced: (parts: number) => void
}

/**
 * The objects a request of metadata and bulk data comes to. Everything is received before the first: its bulk data are spooled until the objects are stored.
 * @throws badRequest 400, MultipartError (while iterating, before the first object)
 */
export async function* composedParts(body: AsyncIterable<Uint8Array>, root: MediaType, boundary: string, maxHeaderBytes: number, options: MetadataOptions): AsyncGenerator<ReceivedPart> {
  const received = await receiveMetadata(readMultipart(body, boundary, { maxHeaderBytes }), { ...options, rootType: root.type, start: parameterOf(root, 'start') })
  try {
    options.onUnreferenced(unreferenced(received))
    for (const one of received.instances) {
      if ('refused' in one) {
        yield { failed: { kind: 'failed', reason: one.refused } }
        continue
      }
      const composed = await compose(one.attributes, one.transferSyntaxUID, received)
      yield 'refused' in composed ? { failed: failure(one.attributes, composed.refused) } : { claimsDicom: true, body: bytesOf(composed.pieces, received.spool) }
    }
  } finally {
    await received.spool.close()
  }
}

async function* bytesOf(pieces: readonly InstancePiece[], spool: Spool): AsyncGenerator<Uint8Array> {
  for (const piece of pieces) {
    if (piece instanceof Uint8Array) yield piece
    else yield* spool.read(piece)
  }
}

function failure(attributes: DicomJson, reason: FailedResult['reason']): FailedResult {
  return { kind: 'failed', reason, SOPClassUID: text(attributes, '00080016'), SOPInstanceUID: text(attributes, '00080018') }
}

function text(attributes: DicomJson, key: string): string | undefined {
  const value = attributes[key]?.Value?.[0]
  return typeof value === 'string' ? value : undefined
}

function unreferenced({ instances, bulk, resolve }: ReceivedMetadata): number {
  const named = new Set<string>()
  const note = (json: DicomJson) => {
    for (const { vr, BulkDataURI, Value } of Object.values(json)) {
      if (BulkDataURI !== undefined) named.add(resolve(BulkDataURI))
      if (vr === 'SQ') for (const item of Value ?? []) note(item as DicomJson)
    }
  }
  for (const one of instances) if ('attributes' in one) note(one.attributes)
  return [...bulk.keys()].filter((uri) => !named.has(uri)).length
}
