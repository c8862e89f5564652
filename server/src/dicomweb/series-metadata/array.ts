/** The metadata of a series or study as one JSON array in one gzip member, joined from what is deflated already. */
import type { Catalogue, MetadataEdition, SeriesEdition } from '../../catalogue/index.ts'
import { arrayComma, arrayEnd, arrayStart, joined, sizeOfArray, type ArraySize } from '../../platform/gzip-array.ts'
import type { BlobStore } from '../../storage/index.ts'

/** Where metadata are read from. */
export interface MetadataSources {
  readonly catalogue: Pick<Catalogue, 'readPieces' | 'forgetReadyMetadata'>
  readonly blobs: Pick<BlobStore, 'read'>
}

/** How long the array is in either form, known before any of it is read. */
export function sizeOf({ series }: Pick<MetadataEdition, 'series'>): ArraySize {
  return sizeOfArray(series.map(({ ready, pieces }) => ready ?? joined(pieces)))
}

/**
 * The gzip member, some of it in memory at a time.
 * @throws EditionOutdated when an instance was replaced or deleted meanwhile; BlobNotFound when a ready-made object is lost
 */
export async function* gzippedArray(sources: MetadataSources, edition: Pick<MetadataEdition, 'series'>, signal?: AbortSignal): AsyncGenerator<Uint8Array, void> {
  let before = arrayStart
  for (const series of edition.series) {
    for await (const chunk of series.ready ? readyInside(sources, series, signal) : joinedPieces(sources, series)) {
      yield before.length > 0 ? Buffer.concat([before, chunk]) : chunk
      before = new Uint8Array()
    }
    before = arrayComma
  }
  yield arrayEnd(sizeOf(edition))
}

/** The inside of a ready-made object, without the brackets around it. */
function readyInside({ blobs }: MetadataSources, { ready }: SeriesEdition, signal?: AbortSignal): AsyncIterable<Uint8Array> {
  if (!ready) throw new Error('the series has no ready-made metadata')
  return (async function* () {
    yield* await blobs.read(ready.blobKey, { offset: arrayStart.length, length: ready.deflatedBytes }, signal) as AsyncIterable<Uint8Array>
  })()
}

async function* joinedPieces({ catalogue }: MetadataSources, { pieces }: SeriesEdition): AsyncGenerator<Uint8Array> {
  let isFirst = true
  for await (const some of catalogue.readPieces(pieces)) {
    const parts = some.flatMap((piece) => [arrayComma, piece])
    yield Buffer.concat(isFirst ? parts.slice(1) : parts)
    isFirst = false
  }
}
