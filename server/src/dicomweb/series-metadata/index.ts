/** The metadata of whole series and studies, ready-made where a series has settled (PS3.18 §10.4.1.1.2). */
import { Readable } from 'node:stream'
import { promisify } from 'node:util'
import { createGunzip, gunzip } from 'node:zlib'
import { EditionOutdated, type Catalogue, type MetadataEdition, type Scope } from '../../catalogue/index.ts'
import type { Access } from '../../identity/index.ts'
import { createByteMemory } from '../../platform/byte-memory.ts'
import { BlobNotFound, type BlobStore } from '../../storage/index.ts'
import { gzippedArray, sizeOf } from './array.ts'
import { makeReadyMetadata } from './make.ts'
import { createSettling } from './settling.ts'

/** A series of one organisation. */
export interface SeriesName {
  readonly organisationId: string
  readonly StudyInstanceUID: string
  readonly SeriesInstanceUID: string
}

export type MetadataEncoding = 'gzip' | 'identity'

/** An array of metadata about to be sent. */
export interface MetadataArray {
  readonly byteLength: number
  readonly body: Buffer | Readable
}

export interface SeriesMetadata {
  /**
   * The array an edition describes, in one of its forms: bytes where they are few, else a stream that reads as it is read from.
   * Undefined when what the edition names has gone meanwhile: a newer edition is to be read.
   */
  arrayOf: (edition: MetadataEdition, encoding: MetadataEncoding, signal: AbortSignal) => Promise<MetadataArray | undefined>
  /** Notes that someone asks for series of which an edition has no ready-made metadata. */
  asked: (access: Access, scope: Scope, edition: MetadataEdition) => void
  close: () => Promise<void>
}

export interface SeriesMetadataDeps {
  readonly catalogue: Catalogue
  readonly blobs: BlobStore
  readonly onError: (error: unknown) => void
  /** How long nothing must have been stored into a series before its metadata are made, milliseconds. */
  readonly settleMs?: number
  /** What memory holds of series asked for lately, bytes. */
  readonly memoryBytes?: number
}

/** A series with fewer instances is read as fast from its rows, and needs no object of its own. */
export const readyFromInstances = 16
const defaultSettleMs = 5_000
const defaultMemoryBytes = 48 * 1024 * 1024
const maxWaitingSeries = 10_000
/** Up to these sizes an answer is made whole and remembered; both are past what a CT of a thousand slices has. */
const wholeBytes: Readonly<Record<MetadataEncoding, number>> = { gzip: 2 * 1024 * 1024, identity: 6 * 1024 * 1024 }

const inflated = promisify<Buffer, Buffer>(gunzip)

export function createSeriesMetadata({ catalogue, blobs, onError, settleMs = defaultSettleMs, memoryBytes = defaultMemoryBytes }: SeriesMetadataDeps): SeriesMetadata {
  const memory = createByteMemory(memoryBytes)
  const beingMade = new Map<string, Promise<Buffer>>()
  const settling = createSettling<SeriesName>({
    keyOf: ({ organisationId, StudyInstanceUID, SeriesInstanceUID }) => [organisationId, StudyInstanceUID, SeriesInstanceUID].join(' '),
    work: (name) => settle(name),
    onError, settleMs, maxWaiting: maxWaitingSeries,
  })
  const stopListening = catalogue.onStored((access, { StudyInstanceUID, SeriesInstanceUID }) => {
    settling.touched({ organisationId: access.organisationId, StudyInstanceUID, SeriesInstanceUID })
  })

  async function settle(name: SeriesName): Promise<void> {
    const edition = await catalogue.metadataEdition({ organisationId: name.organisationId, studies: 'all' }, name)
    const [series] = edition?.series ?? []
    if (!series || series.ready || !series.isJoinable || series.pieces.length < readyFromInstances) return
    // Another server may be storing into it, which only the row tells here.
    if (series.unchangedForMs < settleMs) settling.touched(name)
    else await makeReadyMetadata({ catalogue, blobs }, series)
  }

  /** The whole answer, made once for all who ask for it now, and remembered. */
  function wholeOf(edition: MetadataEdition, encoding: MetadataEncoding): Promise<Buffer> {
    const key = `${edition.revision} ${formOf(edition)} ${encoding}`
    const remembered = memory.get(key)
    if (remembered) return Promise.resolve(remembered)
    const underWay = beingMade.get(key)
    if (underWay) return underWay
    const making = (async () => {
      const gzipped = await gathered(gzippedArray({ catalogue, blobs }, edition))
      const bytes = encoding === 'gzip' ? gzipped : await inflated(gzipped)
      memory.set(key, bytes)
      return bytes
    })().finally(() => beingMade.delete(key))
    beingMade.set(key, making)
    return making
  }

  function streamOf(edition: MetadataEdition, encoding: MetadataEncoding, signal: AbortSignal): Readable {
    const gzipped = Readable.from(gzippedArray({ catalogue, blobs }, edition, signal), { objectMode: false })
    if (encoding === 'gzip') return gzipped
    const plain = createGunzip()
    gzipped.on('error', (error) => plain.destroy(error))
    plain.on('close', () => gzipped.destroy())
    return gzipped.pipe(plain)
  }

  return {
    arrayOf: async (edition, encoding, signal) => {
      const { gzipBytes, textBytes } = sizeOf(edition)
      const byteLength = encoding === 'gzip' ? gzipBytes : textBytes
      if (gzipBytes > wholeBytes.gzip || byteLength > wholeBytes[encoding]) return { byteLength, body: streamOf(edition, encoding, signal) }
      try {
        return { byteLength, body: await wholeOf(edition, encoding) }
      } catch (error) {
        if (error instanceof EditionOutdated) return undefined
        if (!(error instanceof BlobNotFound)) throw error
        for (const { seriesKey, ready } of edition.series) if (ready) await catalogue.forgetReadyMetadata(seriesKey, ready.blobKey)
        return undefined
      }
    },
    asked: ({ organisationId }, { StudyInstanceUID }, { series }) => {
      for (const { SeriesInstanceUID, ready, pieces, isJoinable } of series) {
        if (!ready && isJoinable && pieces.length >= readyFromInstances) settling.wanted({ organisationId, StudyInstanceUID, SeriesInstanceUID })
      }
    },
    close: async () => {
      stopListening()
      await settling.close()
    },
  }
}

/** Which of an edition's series are ready-made: the same text is other gzip bytes then. */
export const formOf = ({ series }: MetadataEdition): string => series.map(({ ready }) => ready?.blobKey ?? '').join(' ')

async function gathered(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = []
  for await (const chunk of chunks) all.push(chunk)
  return Buffer.concat(all)
}
