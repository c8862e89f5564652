/** What a sender was told is kept arrives exactly once, whatever is killed and when, and the records say so. */
import { randomInt } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { startKillablePostgres } from '@isocenter/testkit'
import { expect, test } from 'vitest'
import { brokenPromises } from './kept-promises.fixture.ts'
import { smallObjects, startSender } from './sender.fixture.ts'
import { aSite, forwarded } from './site.fixture.ts'

/** A hundred take minutes: `KILL_ROUNDS=100 npx vitest run dimse-gateway/src/end-to-end/kill.test.ts`. */
const rounds = Number(process.env['KILL_ROUNDS'] ?? 6)
const objectCount = 2_000
/** Kills are spread over this time after more objects were let go, milliseconds: nothing has been received, to all has been forwarded. */
const killWithinMs = 600

test(`2,000 objects arrive exactly once while gateway, server and Postgres are killed ${String(rounds)} times`, { timeout: 120_000 + rounds * 15_000 }, async () => {
  const postgres = await startKillablePostgres()
  const site = await aSite(postgres.url)
  const parts = {
    gateway: { kill: site.killGateway, start: site.startGateway },
    server: { kill: site.killServer, start: site.startServer },
    postgres: { kill: postgres.kill, start: postgres.start },
  }
  const names = Object.keys(parts) as (keyof typeof parts)[]
  const killed = { gateway: 0, server: 0, postgres: 0 }
  const objects = await smallObjects(objectCount)
  const sender = startSender(site.gateway.port, objects)
  for (let round = 0; round < rounds; round++) {
    sender.allow(Math.ceil(objectCount * (round + 1) / rounds))
    await sleep(randomInt(killWithinMs))
    // Each as often as the others, in no order that anything could get used to.
    const least = Math.min(...names.map((name) => killed[name]))
    const candidates = names.filter((name) => killed[name] === least)
    const victim = candidates[randomInt(candidates.length)] ?? 'gateway'
    killed[victim]++
    await parts[victim].kill()
    await sleep(randomInt(200))
    await parts[victim].start()
  }
  await sender.done
  await forwarded(site, objectCount)
  expect(await brokenPromises(site, objects)).toEqual([])
  const { queue } = await site.gateway.control.state()
  console.log(`Killed ${JSON.stringify(killed)}: ${String(sender.acknowledged.size)} objects acknowledged, ${String(sender.repeats)} sent again, ${String(queue.arrivedToday)} deliveries, all there once.`)
  await site.stop()
  await postgres.stop()
})
