import type { Access } from '../identity/index.ts'
import { isConnectionLost, isRace, isRefusedValue, type Db } from '../platform/db.ts'
import { createGroupCommit } from './group-commit.ts'
import type { NewInstance, StoreOutcome } from './new-instance.ts'
import { prepare, type Prepared } from './prepare.ts'
import { storeBatch } from './store-batch.ts'
import { reachesStudy } from '../identity/index.ts'

const maxInstancesPerTransaction = 64
const maxBytesPerTransaction = 8 * 1024 * 1024
/** One transaction waits for the disk while the other computes; more only wait for each other. */
const lanes = 2

/** Stores instances, those that wait together in one transaction. */
export interface InstanceStore {
  store: (access: Access, instance: NewInstance) => Promise<StoreOutcome>
  close: () => Promise<void>
}

/** The one writer of this process. */
export function createInstanceStore(db: Db): InstanceStore {
  const writer = createGroupCommit<Prepared, StoreOutcome>({
    commit: (batch) => db.transaction((trx) => storeBatch(trx, batch)),
    lanes,
    // A study keeps to its lane, or the lanes would wait for each other's lock.
    laneOf: ({ access, instance }) => sumOfCharacters(`${access.organisationId} ${instance.StudyInstanceUID}`),
    identityOf: ({ access, instance }) => [access.organisationId, instance.StudyInstanceUID, instance.SeriesInstanceUID, instance.SOPInstanceUID].join(' '),
    byteLengthOf: ({ metadata, instance }) => metadata.zlib.byteLength + instance.layout.byteLength,
    maxItems: maxInstancesPerTransaction,
    maxBytes: maxBytesPerTransaction,
    retryAfterMs,
    isOneItemsFault: isRefusedValue,
  })
  return {
    store: async (access, instance) => {
      if (!reachesStudy(access, instance.StudyInstanceUID)) throw new Error('the access does not reach the study it would store into')
      return writer.add(await prepare(access, instance))
    },
    close: writer.close,
  }
}

const maxRetriesOfRace = 8
const maxRetriesWithoutConnection = 4

/** A race is tried again soon; undefined where that was done often enough. */
export const retryAfterRaceMs = (attempt: number): number | undefined => (attempt <= maxRetriesOfRace ? 2 ** attempt * (1 + Math.random()) : undefined)

/** A lost connection after Postgres has had time to come back; a bit of chance parts those who met. Undefined for what is no use again. */
function retryAfterMs(error: unknown, attempt: number): number | undefined {
  if (isRace(error)) return retryAfterRaceMs(attempt)
  if (isConnectionLost(error)) return attempt <= maxRetriesWithoutConnection ? 50 * 3 ** attempt * (1 + Math.random()) : undefined
  return undefined
}

function sumOfCharacters(text: string): number {
  let sum = 0
  for (let index = 0; index < text.length; index++) sum += text.charCodeAt(index)
  return sum
}
