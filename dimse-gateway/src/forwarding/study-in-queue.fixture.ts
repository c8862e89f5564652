import { onTestFinished } from 'vitest'
import { createRecords } from '../records/records.ts'
import type { SpooledObject } from '../spool/index.ts'
import { anObject, aQueue, toNode } from './queue.fixture.ts'
import type { Outcome } from './settle.ts'

export const StudyInstanceUID = '1.2.3'

/** The study, received and settled at nodes, and what its records say; until the test is over. */
export function aStudyInQueue() {
  const { database, queue } = aQueue()
  onTestFinished(() => { database.close() })
  const records = createRecords({ database, clock: () => new Date(0), nodeName: () => undefined })
  const claim = (nodeId: string) => queue.claim(nodeId, { maxObjects: 100, maxBytes: 1e9 }, 1)
  return {
    database, queue, records, claim,
    /** All that waits for a node comes to this end. */
    settleAt: async (nodeId: string, outcome: Outcome): Promise<void> => {
      await queue.settle((await claim(nodeId)).map(({ deliveryId }) => ({ deliveryId, outcome })), 1)
    },
    received: (...nodeIds: string[]): SpooledObject => {
      const object = anObject({ StudyInstanceUID })
      queue.enqueue([object], toNode(...nodeIds))
      return object
    },
    study: () => records.study(StudyInstanceUID),
  }
}

/** The node has it, and says so. */
export const confirmed = { kind: 'arrived', verified: true, confirmed: true } as const
/** Its file could not be read. */
export const unread = { kind: 'refused', error: { code: 'objectUnreadable' }, retryAt: 'never' } as const
