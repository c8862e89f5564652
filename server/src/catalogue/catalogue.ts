import type { Access } from '../identity/index.ts'
import type { Db } from '../platform/db.ts'
import { createChangeSignal, type ChangeWatch } from './change-signal.ts'
import { readChanges, type Changes } from './changes.ts'
import { deleteScope, type Deletion, type DeletionNote } from './deletion.ts'
import { createFindInstance } from './find-instance.ts'
import type { InstanceRecord } from './instance-record.ts'
import { instances, metadata } from './instances.ts'
import { forgetReadyMetadata, metadataEdition, nameReadyMetadata, readPieces, type InstancePiece, type MetadataEdition, type ReadyMetadata, type SeriesEdition } from './metadata-edition.ts'
import type { NewInstance, StoreOutcome } from './new-instance.ts'
import { organisationById } from './organisation.ts'
import { presence, type Presence } from './presence.ts'
import type { Search } from './query.ts'
import type { InstanceScope, Scope } from './scope.ts'
import { createSearch, type SearchAnswer } from './search.ts'
import { createInstanceStore } from './store.ts'
import { receivedDigest } from './stored-form.ts'
import { keepThumbnail, representative, type NewThumbnail, type Representative } from './thumbnails.ts'
import { wasDeleted } from './tombstones.ts'

/**
 * What is stored, and where. Every function takes the access first and answers only for its organisation and the studies it
 * reaches; what lies outside is answered as if it were not there.
 */
export interface Catalogue {
  /**
   * Stores one instance, in one transaction with those that wait beside it; durable when it resolves, and visible unless it is quarantined.
   * Rejects when this instance could not be stored; the others of its transaction are not touched by that.
   */
  store: (access: Access, instance: NewInstance) => Promise<StoreOutcome>
  search: (access: Access, search: Search) => Promise<SearchAnswer>
  findInstance: (access: Access, scope: InstanceScope) => Promise<InstanceRecord | undefined>
  /** The digest of the object an instance was received as, 32 bytes: the same whichever form it is stored in. */
  receivedDigest: (record: InstanceRecord) => Promise<Buffer>
  instances: (access: Access, scope: Scope) => AsyncIterable<InstanceRecord>
  metadata: (access: Access, scope: Scope) => AsyncIterable<{ record: InstanceRecord; json: string }>
  /** What the metadata of a study or series are made of now, as little of it read as answering with it needs. */
  metadataEdition: (access: Pick<Access, 'organisationId' | 'studies'>, scope: Scope) => Promise<MetadataEdition | undefined>
  /** The deflated bytes of pieces of an edition. */
  readPieces: (pieces: readonly InstancePiece[]) => AsyncIterable<Uint8Array[]>
  /** Makes an object the ready-made metadata of a series; false when it came too late. */
  nameReadyMetadata: (series: SeriesEdition, ready: ReadyMetadata) => Promise<boolean>
  forgetReadyMetadata: (seriesKey: string, blobKey: string) => Promise<void>
  /** Tells `listener` of every instance this process has stored into its study, once it is durable; answers with what ends that. */
  onStored: (listener: StoredListener) => () => void
  presence: (access: Access, scope: Scope) => Promise<Presence | undefined>
  /** Hides it, until it is restored or purged. @throws studyLocked 409 */
  delete: (access: Access, scope: Scope, note?: DeletionNote) => Promise<Deletion>
  /** Tells those who wait for changes that there are some, made past this catalogue. */
  changed: (organisationId: string) => void
  /** What was stored and deleted behind a position of the change feed. */
  changes: (access: Access, page: { readonly after: number; readonly limit: number; readonly withMetadata: boolean }) => Promise<Changes>
  /** Attention to what is stored into an organisation and deleted from it, by any process. */
  watchChanges: (organisationId: string) => ChangeWatch
  wasDeleted: (access: Access, scope: Scope) => Promise<boolean>
  /** The instance that stands for a study, series or instance in a small image, and where that image is. */
  representative: (access: Access, scope: Scope) => Promise<Representative | undefined>
  /** Records a thumbnail; false when its instance has gone or changed meanwhile. */
  keepThumbnail: (access: Access, thumbnail: NewThumbnail) => Promise<boolean>
  /** The character set the access's organisation reads text by where an object names none. */
  fallbackCharset: (access: Access) => Promise<string | undefined>
  /** Refuses what would be stored from now on, and resolves when all that waits is stored. */
  close: () => Promise<void>
}

export type StoredListener = (access: Access, instance: NewInstance) => void

export interface CatalogueDeps {
  /** Its pool needs room for the writer's two connections beside those of readers. */
  readonly db: Db
  /** Longest one statement of a search may run, milliseconds. */
  readonly searchTimeoutMs?: number
}

const defaultSearchTimeoutMs = 30_000

/** The catalogue in Postgres. */
export function createCatalogue({ db, searchTimeoutMs = defaultSearchTimeoutMs }: CatalogueDeps): Catalogue {
  const writer = createInstanceStore(db)
  const listeners = new Set<StoredListener>()
  const signal = createChangeSignal(db)
  return {
    store: async (access, instance) => {
      const stored = await writer.store(access, instance)
      if (stored.blobKept && stored.outcome !== 'quarantined') {
        for (const listener of listeners) listener(access, instance)
        signal.changed(access.organisationId)
      }
      return stored
    },
    search: createSearch({ db, statementTimeoutMs: searchTimeoutMs }),
    findInstance: createFindInstance(db),
    receivedDigest: (record) => receivedDigest(db, record),
    instances: (access, scope) => instances(db, access, scope),
    metadata: (access, scope) => metadata(db, access, scope),
    metadataEdition: (access, scope) => metadataEdition(db, access, scope),
    readPieces: (pieces) => readPieces(db, pieces),
    nameReadyMetadata: (series, ready) => nameReadyMetadata(db, series, ready),
    forgetReadyMetadata: (seriesKey, blobKey) => forgetReadyMetadata(db, seriesKey, blobKey),
    onStored: (listener) => {
      listeners.add(listener)
      return () => { listeners.delete(listener) }
    },
    presence: (access, scope) => presence(db, access, scope),
    delete: async (access, scope, note) => {
      const deletion = await db.transaction((trx) => deleteScope(trx, access, scope, note))
      if (deletion.deleted > 0) signal.changed(access.organisationId)
      return deletion
    },
    changed: signal.changed,
    changes: (access, page) => readChanges(db, access, page),
    watchChanges: (organisationId) => signal.watch(organisationId),
    wasDeleted: (access, scope) => wasDeleted(db, access, scope),
    representative: (access, scope) => representative(db, access, scope),
    keepThumbnail: (access, thumbnail) => keepThumbnail(db, access, thumbnail),
    fallbackCharset: async ({ organisationId }) => (await organisationById(db, organisationId))?.fallbackCharset,
    close: async () => {
      await writer.close()
      await signal.close()
    },
  }
}
