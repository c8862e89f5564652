/** Everything the server does to keep data in order: locks, deletions and what follows from them, storage. */
import type { Catalogue } from '../catalogue/index.ts'
import type { Renderer } from '../dicomweb/index.ts'
import type { Tasks } from '../jobs/index.ts'
import type { Db } from '../platform/db.ts'
import { createDeletedStudies, type DeletedStudies } from './deleted-studies.ts'
import { createDeviceDeletions, type DeviceDeletions } from './device-deletion.ts'
import { createLocks, type StudyLocks } from './locks.ts'
import { createPurges, type Purges } from './purges.ts'
import { createQuarantines, type Quarantines } from './quarantine.ts'
import { createStorage, type Storage } from './storage.ts'

export interface MaintenanceDeps {
  readonly db: Db
  readonly catalogue: Pick<Catalogue, 'delete' | 'changed'>
  readonly renderer: Renderer
  /** When what is deleted is removed for good by itself; undefined: never. */
  readonly purgeAfterDays: number | undefined
  readonly now?: () => Date
}

export interface Maintenance {
  readonly locks: StudyLocks
  readonly catalogue: Pick<Catalogue, 'delete'>
  readonly deletedStudies: DeletedStudies
  readonly purges: Purges
  readonly quarantines: Quarantines
  readonly devices: DeviceDeletions
  readonly storage: Storage
}

export function createMaintenance({ db, catalogue, renderer, purgeAfterDays, now = () => new Date() }: MaintenanceDeps): Maintenance {
  return {
    catalogue,
    locks: createLocks({ db, now }),
    deletedStudies: createDeletedStudies({ db, catalogue, purgeAfterDays, now }),
    purges: createPurges({ db, now }),
    quarantines: createQuarantines({ db, catalogue, renderer }),
    devices: createDeviceDeletions({ db, catalogue, now }), storage: createStorage({ db, now }),
  }
}

const dayMs = 86_400_000

/** What has begun is ended, also by another process than the one that began it. */
export function maintenanceTasks({ deletedStudies, devices, storage }: Maintenance, purgeAfterDays: number | undefined): Tasks {
  return {
    tasks: {
      'finish-deletions': async (_payload, { signal }) => {
        await devices.finish(signal)
        await deletedStudies.finish(signal)
      },
      'count-storage': () => storage.count(),
      'recount-storage': () => storage.recount(),
      'purge-old-deletions': async () => { if (purgeAfterDays !== undefined) await deletedStudies.purgeOlder(new Date(Date.now() - purgeAfterDays * dayMs)) },
    },
    schedule: ['* * * * * finish-deletions', '*/2 * * * * count-storage', '35 1 * * 0 recount-storage', '10 3 * * * purge-old-deletions'],
  }
}
