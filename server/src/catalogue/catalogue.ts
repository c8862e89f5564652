import type { Access } from '../identity/index.ts'
import type { Db } from '../platform/db.ts'
import { deleteScope } from './deletion.ts'
import type { InstanceRecord } from './instance-record.ts'
import { findInstance, instances, metadata } from './instances.ts'
import type { NewInstance, StoreOutcome } from './new-instance.ts'
import { presence, type Presence } from './presence.ts'
import type { InstanceScope, Scope } from './scope.ts'
import { createInstanceStore } from './store.ts'
import { wasDeleted } from './tombstones.ts'

/**
 * What is stored, and where. Every function takes the access first and answers only for its organisation and the studies it
 * reaches; what lies outside is answered as if it were not there.
 */
export interface Catalogue {
  /**
   * Stores one instance, in one transaction with those that wait beside it; durable and visible when it resolves.
   * Rejects when this instance could not be stored; the others of its transaction are not touched by that.
   */
  store: (access: Access, instance: NewInstance) => Promise<StoreOutcome>
  findInstance: (access: Access, scope: InstanceScope) => Promise<InstanceRecord | undefined>
  instances: (access: Access, scope: Scope) => AsyncIterable<InstanceRecord>
  metadata: (access: Access, scope: Scope) => AsyncIterable<{ record: InstanceRecord; json: string }>
  presence: (access: Access, scope: Scope) => Promise<Presence | undefined>
  delete: (access: Access, scope: Scope) => Promise<{ deleted: number }>
  wasDeleted: (access: Access, scope: Scope) => Promise<boolean>
  /** Refuses what would be stored from now on, and resolves when all that waits is stored. */
  close: () => Promise<void>
}

/** The catalogue in Postgres. The pool should have room for the two connections of its writer beside those of readers. */
export function createCatalogue({ db }: { readonly db: Db }): Catalogue {
  const writer = createInstanceStore(db)
  return {
    store: writer.store,
    findInstance: (access, scope) => findInstance(db, access, scope),
    instances: (access, scope) => instances(db, access, scope),
    metadata: (access, scope) => metadata(db, access, scope),
    presence: (access, scope) => presence(db, access, scope),
    delete: (access, scope) => db.transaction(async (trx) => ({ deleted: await deleteScope(trx, access, scope) })),
    wasDeleted: (access, scope) => wasDeleted(db, access, scope),
    close: writer.close,
  }
}
