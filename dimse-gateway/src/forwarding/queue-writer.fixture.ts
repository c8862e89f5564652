/** A process that works a queue until it is killed: enqueues, claims, settles, and tells its parent what it was told is written. */
import { aUID } from '@isocenter/testkit/instances'
import { aQueue, anObject, toNode } from './queue.fixture.ts'

const path = process.argv[2]
if (path === undefined) throw new Error('Which database?')
const { queue } = aQueue(path)
await queue.recover()
for (;;) {
  const objects = Array.from({ length: 20 }, () => anObject({ SOPInstanceUID: aUID() }))
  queue.enqueue(objects, toNode('a'))
  process.send?.(objects.map(({ id }) => id))
  const batch = await queue.claim('a', { maxObjects: 15, maxBytes: 1e9 }, Date.now())
  const outcome = { kind: 'arrived', verified: true, confirmed: true } as const
  await queue.settle(batch.slice(0, 10).map(({ deliveryId }) => ({ deliveryId, outcome })), Date.now())
}
