/** Thumbnails: made when instances arrive, kept as blobs of their own, and made again where one is missing. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { FastifyBaseLogger } from 'fastify'
import type { InstanceRecord, Representative, Scope } from '../../catalogue/index.ts'
import type { Access } from '../../identity/index.ts'
import { createByteMemory } from '../../platform/byte-memory.ts'
import { BlobNotFound, newDerivedBlobKey, type BlobStore } from '../../storage/index.ts'
import type { InstanceSource } from './read-instance.ts'
import { renderThumbnail } from './render-thumbnail.ts'
import type { Renderer } from './renderer.ts'

/** Longest side, pixels. */
export const thumbnailSide = 256
/** Of the way thumbnails are made; another one makes all of them anew. */
const edition = 1

export interface Thumbnail {
  /** JPEG, its longest side `thumbnailSide` at most. */
  readonly jpeg: Uint8Array
  /** Same bytes, same text; never the same for other bytes. */
  readonly identity: string
  /** False where a picture may be had later: it could not be decoded. */
  readonly isFinal: boolean
}

export interface Thumbnails {
  /** The thumbnail of an instance, at its middle frame: the kept one, else one made now and kept. Undefined when the instance has gone. */
  readonly of: (access: Access, representative: Representative) => Promise<Thumbnail | undefined>
  /** Says that instances of a series have arrived: once no more come, the thumbnail that stands for it is made. */
  readonly arrived: (access: Access, scope: Scope) => void
  /** Resolves when nothing waits any more; for tests and orderly ends. */
  readonly settled: () => Promise<void>
  readonly close: () => Promise<void>
}

export interface ThumbnailOptions {
  /** How long a series must have been quiet, milliseconds. */
  readonly quietMs?: number
  /** Whether what was made is kept for others; true where absent. */
  readonly isKept?: boolean
}

/** Series that wait; what is beyond is made when somebody asks. */
const maxWaiting = 10_000
/** Thumbnails that were asked for last: some thousand. */
const rememberedBytes = 16 * 1024 * 1024

export function createThumbnails(source: InstanceSource, renderer: Renderer, log: FastifyBaseLogger, { quietMs = 1_000, isKept = true }: ThumbnailOptions = {}): Thumbnails {
  const { catalogue, blobs } = source
  const remembered = createByteMemory(rememberedBytes)
  const underWay = new Map<string, Promise<Thumbnail | undefined>>()
  const waiting = new Map<string, { access: Access; scope: Scope; dueAt: number }>()
  const stopping = new AbortController()
  let working: Promise<void> | undefined

  const kept = async (blobKey: string): Promise<Buffer | undefined> => {
    const known = remembered.get(blobKey)
    if (known) return known
    const bytes = await readWhole(blobs, blobKey)
    if (bytes) remembered.set(blobKey, bytes)
    return bytes
  }

  const of = async (access: Access, representative: Representative): Promise<Thumbnail | undefined> => {
    const { thumbnailKey, sha256 } = representative
    const jpeg = thumbnailKey === undefined ? undefined : await kept(thumbnailKey)
    if (jpeg && thumbnailKey !== undefined) return { jpeg, identity: `${thumbnailKey} ${sha256.toString('base64')}`, isFinal: true }
    // Everybody who asks for the same one meanwhile waits for it.
    const key = `${representative.instanceKey} ${representative.version}`
    let making = underWay.get(key)
    if (!making) {
      making = make(access, representative).finally(() => underWay.delete(key))
      underWay.set(key, making)
    }
    return making
  }

  const make = async (access: Access, representative: Representative): Promise<Thumbnail | undefined> => {
    const record = await catalogue.findInstance(access, representative)
    if (!record) return undefined
    const identity = `${edition} ${record.sha256.toString('base64')}`
    // Not the asker's signal: others may wait for the same.
    const { jpeg, shows } = await renderThumbnail(renderer, { access, record, side: thumbnailSide, signal: stopping.signal })
    if (shows !== 'frame') return { jpeg, identity: `${identity} ${shows}`, isFinal: shows !== 'undecodable' }
    const thumbnailKey = isKept ? await keep(access, record, jpeg) : undefined
    return { jpeg, identity: thumbnailKey === undefined ? identity : `${thumbnailKey} ${record.sha256.toString('base64')}`, isFinal: true }
  }

  /** Where it is kept now; undefined when its instance has gone or changed meanwhile. */
  const keep = async (access: Access, record: InstanceRecord, jpeg: Uint8Array): Promise<string | undefined> => {
    // Told by when: what a crash leaves behind, or another server that made the same one, the sweep finds.
    const blobKey = newDerivedBlobKey('derived/thumbnails/', access.organisationId, new Date())
    const writer = await blobs.create(blobKey, { contentType: 'image/jpeg' })
    try {
      await writer.write(jpeg)
      await writer.commit()
    } catch (error) {
      await writer.abort()
      throw error
    }
    const isNamed = await catalogue.keepThumbnail(access, { instanceKey: record.instanceKey, version: record.version, blobKey, byteLength: jpeg.length })
    if (!isNamed) {
      await blobs.delete(blobKey)
      return undefined
    }
    remembered.set(blobKey, Buffer.from(jpeg))
    return blobKey
  }

  const work = async (): Promise<void> => {
    while (waiting.size > 0 && !stopping.signal.aborted) {
      const [key, next] = waiting.entries().next().value ?? []
      if (key === undefined || !next) return
      const delay = next.dueAt - Date.now()
      // Those behind are due later, since whatever arrives puts its series at the end.
      if (delay > 0) await sleep(delay, undefined, { signal: stopping.signal }).catch(() => undefined)
      if (waiting.get(key) !== next || stopping.signal.aborted) continue
      waiting.delete(key)
      try {
        const representative = await catalogue.representative(next.access, next.scope)
        if (representative && representative.thumbnailKey === undefined) await of(next.access, representative)
      } catch (error) {
        // It is made when somebody asks for it.
        log.warn({ err: error, SeriesInstanceUID: next.scope.SeriesInstanceUID }, 'thumbnail could not be made')
      }
    }
  }

  const arrived = (access: Access, { StudyInstanceUID, SeriesInstanceUID }: Scope): void => {
    const key = `${access.organisationId} ${StudyInstanceUID} ${String(SeriesInstanceUID)}`
    if (stopping.signal.aborted || (waiting.size >= maxWaiting && !waiting.has(key))) return
    waiting.delete(key)
    waiting.set(key, { access, scope: { StudyInstanceUID, SeriesInstanceUID }, dueAt: Date.now() + quietMs })
    working ??= work().finally(() => { working = undefined })
  }

  return {
    of, arrived,
    settled: async () => { while (working) await working },
    close: async () => {
      stopping.abort(new Error('The server is stopping.'))
      waiting.clear()
      await working
      await Promise.allSettled(underWay.values())
    },
  }
}

async function readWhole(blobs: BlobStore, blobKey: string): Promise<Buffer | undefined> {
  try {
    const chunks: Buffer[] = []
    for await (const chunk of await blobs.read(blobKey)) chunks.push(chunk as Buffer)
    return Buffer.concat(chunks)
  } catch (error) {
    // It can be made again.
    if (error instanceof BlobNotFound) return undefined
    throw error
  }
}
