// A server for an hour under honest and dishonest load at once: everything stored comes back, nothing is answered 5xx but 503, and
// memory does not grow. Starts its own Postgres and server.
//   node server/bench/soak.ts [minutes, 60] [seed]
import { createHash } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { startPostgres } from '@isocenter/launcher/postgres'
import { migrate } from '@isocenter/migrations'
import { aStudy, bytesOf, startServerProcess } from '@isocenter/testkit'
import { aClient, asStored, pathOf, valueOf } from '../src/faults/client.fixture.ts'
import { inMebibytes, residentMemory } from '../src/faults/process-memory.fixture.ts'
import { fuzz } from '../src/fuzz/fuzz.fixture.ts'

const [minutes = 60, firstSeed = Date.now() % 2 ** 31] = process.argv.slice(2).map(Number)
const until = Date.now() + minutes * 60_000
/** Of the later half over the earlier, beyond which memory is said to grow. */
const maxGrowth = 1.15

const folder = await mkdtemp(join(tmpdir(), 'isocenter-soak-'))
const postgres = await startPostgres({ directory: join(folder, 'postgres') })
await migrate(postgres.connectionString)
const server = await startServerProcess(postgres.connectionString, { dataDirectory: join(folder, 'data'), env: { STOW_MAX_REQUEST_BYTES: '67108864', STOW_MAX_INSTANCE_BYTES: '33554432' } })
const authorization = `Bearer ${await server.token()}`
const client = aClient(server.url, authorization)
const mistakes: string[] = []
const answers: Record<string, number> = {}
let instances = 0
let mutated = 0

/** A study's life: stored, found, read in every form, compared and deleted, so that the disk does not fill. */
async function honest(): Promise<void> {
  while (Date.now() < until && mistakes.length < 20) {
    const study = aStudy({ series: [{ kind: 'CT', instances: 6, Rows: 128, Columns: 128 }, { kind: 'US', instances: 1 }] })
    const objects = study.instances.map((instance) => bytesOf(instance))
    const stored = await client.store(objects)
    if (stored.status !== 200) mistakes.push(`a study was answered ${String(stored.status)}`)
    const [found] = await client.search(`/studies?StudyInstanceUID=${study.StudyInstanceUID}`)
    if (valueOf(found, '00201208') !== String(objects.length)) mistakes.push(`a study of ${String(objects.length)} counts ${valueOf(found, '00201208')}`)
    if ((await client.search(`/studies/${study.StudyInstanceUID}/metadata`)).length !== objects.length) mistakes.push('metadata are not complete')
    for (const [index, instance] of study.instances.entries()) {
      const [path, bytes] = [pathOf(instance), objects[index]]
      const back = await client.get(path, asStored)
      const same = bytes !== undefined && createHash('sha256').update(back.body).digest('hex') === createHash('sha256').update(bytes).digest('hex')
      if (!same) mistakes.push(`an instance came back otherwise: ${String(back.status)}`)
      for (const [resource, accept] of [['frames/1', '*/*'], ['frames/1', 'image/jls'], ['rendered', 'image/jpeg'], ['thumbnail', 'image/jpeg']] as const) {
        const { status } = await client.get(`${path}/${resource}`, accept)
        if (status !== 200) mistakes.push(`${resource} as ${accept}: ${String(status)}`)
      }
      instances++
    }
    const deleted = await client.delete(`/studies/${study.StudyInstanceUID}`)
    if (deleted >= 400) mistakes.push(`a deletion was answered ${String(deleted)}`)
  }
}

async function dishonest(): Promise<void> {
  for (let seed = firstSeed; Date.now() < until && mistakes.length < 20; seed++) {
    const report = await fuzz(server.url, authorization, { seed, seconds: Math.min(60, Math.max(1, (until - Date.now()) / 1000)), connections: 3 })
    mutated += report.sent
    for (const [answer, times] of Object.entries(report.answers)) answers[answer] = (answers[answer] ?? 0) + times
    mistakes.push(...report.wrong)
  }
}

const memory: number[] = []
async function watch(): Promise<void> {
  const everyMs = Math.min(30_000, minutes * 60_000 / 20)
  while (Date.now() + everyMs < until && mistakes.length < 20) {
    await sleep(everyMs)
    memory.push(await residentMemory(server.process.pid))
    console.log(`${((minutes * 60_000 - (until - Date.now())) / 60_000).toFixed(1)} min: ${inMebibytes(memory.at(-1) ?? 0)}, ${String(instances)} instances lived, ${String(mutated)} mutated requests`)
  }
}

await Promise.all([honest(), honest(), dishonest(), watch()])
const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0
// The first quarter warms up.
const settled = memory.slice(memory.length >> 2)
const [earlier, later] = [median(settled.slice(0, settled.length >> 1)), median(settled.slice(settled.length >> 1))]
if (later > earlier * maxGrowth) mistakes.push(`memory grows: ${inMebibytes(earlier)}, later ${inMebibytes(later)}`)
if (server.process.exitCode !== null) mistakes.push('the server has ended')
await server.stop()
await postgres.stop()
await rm(folder, { recursive: true, force: true })
console.log(`${String(minutes)} minutes from seed ${String(firstSeed)}: ${String(instances)} instances stored, read and deleted; ${String(mutated)} mutated requests ${JSON.stringify(answers)}; memory ${inMebibytes(earlier)}, later ${inMebibytes(later)}`)
for (const mistake of mistakes) console.log(`WRONG: ${mistake}`)
process.exitCode = mistakes.length === 0 ? 0 : 1
