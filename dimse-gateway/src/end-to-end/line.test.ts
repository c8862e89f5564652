/** A line that is down, and a server that only says 500, cost time and nothing else. */
import { setTimeout as sleep } from 'node:timers/promises'
import { testDatabase } from '@isocenter/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { brokenPromises } from './kept-promises.fixture.ts'
import { smallObjects, startSender } from './sender.fixture.ts'
import { aSite, forwarded, type Site } from './site.fixture.ts'

/** Longer by hand: `LINE_DOWN_SECONDS=600 npx vitest run dimse-gateway/src/end-to-end/line.test.ts`. */
const downSeconds = Number(process.env['LINE_DOWN_SECONDS'] ?? 5)

let site: Site
let received = 0
beforeAll(async () => { site = await aSite((await testDatabase()).url) }, 300_000)
afterAll(() => site.stop())

test.each([
  ['a line that is cut', 'cut'],
  ['a server that answers 500', 'failing'],
] as const)('%s in the middle of a transfer: every object is taken meanwhile, and arrives once it ends', async (_what, condition) => {
  const objects = await smallObjects(400)
  const sender = startSender(site.gateway.port, objects)
  sender.allow(100)
  await sleep(150)
  site.line.become(condition)
  const began = performance.now()
  sender.allow(400)
  // The modality does not notice.
  await sender.done
  expect(sender.repeats).toBe(0)
  const { queue } = await site.gateway.control.state()
  expect(queue).toMatchObject({ failed: 0 })
  expect(queue.waiting).toBeGreaterThan(0)
  await sleep(downSeconds * 1000)
  // It did not hammer the line either: nodes and report loop back off.
  expect(site.line.refused).toBeLessThan(40 + (performance.now() - began) / 100)
  site.line.become('open')
  received += objects.length
  await forwarded(site, received)
  expect(await brokenPromises(site, objects)).toEqual([])
  // Trouble of the line is not held against the objects.
  const instances = await site.gateway.control.instances(objects[0]?.StudyInstanceUID ?? '')
  expect(instances.filter(({ deliveries }) => deliveries[0]?.attempts !== 1).map(({ deliveries }) => deliveries[0])).toEqual([])
}, 150_000 + downSeconds * 1000)
