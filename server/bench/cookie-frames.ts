// Processor time of the server for a CT frame by token and by the cookie of a session, over HTTP, on the database that DATABASE_URL names:
//   DATABASE_URL=postgres://… node server/bench/cookie-frames.ts [requests a round, 4000] [at once, 4]
// The last case has every process forget what it remembers of access some thousand times a second: what each frame cost if nothing were remembered.
import { spawn } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { Agent, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { serverNodeArguments, serverEnvironment } from '@isocenter/launcher/server-runtime'
import { migrate } from '@isocenter/migrations'
import { aStudy, bytesOf, freePort } from '@isocenter/testkit'
import { ensureDefaultOrganisation } from '../src/catalogue/index.ts'
import { storeBody } from '../src/dicomweb/service.fixture.ts'
import { createTokens, loadSigningKeys, permissions } from '../src/identity/index.ts'
import { aMember } from '../src/organisations/organisations.fixture.ts'
import { lockOrganisation } from '../src/organisations/memberships.ts'
import { createDb } from '../src/platform/db.ts'

const url = process.env['DATABASE_URL']
if (url === undefined) throw new Error('DATABASE_URL is missing.')
const [requests = 4000, atOnce = 4] = process.argv.slice(2).map(Number)

await migrate(url)
const directory = await mkdtemp(join(tmpdir(), 'isocenter-bench-'))
const db = createDb(url, 4)
const { organisationId } = await ensureDefaultOrganisation(db, 'default')
await db.transaction((trx) => lockOrganisation(trx, organisationId))
const { accountId } = await aMember(db, organisationId, 'general')
const secret = randomBytes(32).toString('base64url')
await db('account_session').insert({
  account_id: accountId, token_sha256: createHash('sha256').update(secret).digest(), is_remembered: false, created_at: new Date(), last_active_at: new Date(), expires_at: new Date(Date.now() + 3_600_000), address: '192.0.2.1',
})
const keysFile = join(directory, 'keys.json')
const token = await createTokens(await loadSigningKeys(keysFile)).issue({ organisationId, permissions, lifetimeSeconds: 3600 })

const port = await freePort()
const server = spawn(process.execPath, [...serverNodeArguments, fileURLToPath(new URL('../src/main.ts', import.meta.url))], {
  env: { ...process.env, ...serverEnvironment, DATA_DIR: directory, SIGNING_KEYS_FILE: keysFile, LOG_LEVEL: 'silent', PORT: String(port) }, stdio: 'inherit',
})
const agent = new Agent({ keepAlive: true, maxSockets: atOnce })
function ask(path: string, headers: Record<string, string>, body?: Uint8Array): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const sent = request({ port, host: '127.0.0.1', path, headers, agent, method: body === undefined ? 'GET' : 'POST' }, (response) => {
      response.resume().on('end', () => { resolve(response.statusCode) })
    })
    sent.on('error', reject).end(body)
  })
}
while (await ask('/readyz', {}).catch(() => undefined) !== 200) await sleep(100)

const study = aStudy({ instances: 20, Rows: 512, Columns: 512 })
const { contentType, body } = storeBody(study.instances.map((instance) => bytesOf(instance)))
if (await ask('/dicom-web/studies', { authorization: `Bearer ${token}`, 'content-type': contentType }, body) !== 200) throw new Error('The study was not stored.')
const series = study.series[0]?.SeriesInstanceUID ?? ''
const paths = study.instances.map((instance) => `/dicom-web/studies/${study.StudyInstanceUID}/series/${series}/instances/${String(instance['00080018']?.Value?.[0])}/frames/1`)

/** Milliseconds of processor time the server has used; Linux counts in hundredths of a second. */
const processorMs = () => {
  const fields = readFileSync(`/proc/${String(server.pid)}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
  return (Number(fields[11]) + Number(fields[12])) * 10
}
async function round(name: string, headers: Record<string, string>): Promise<void> {
  let next = 0
  const [before, began] = [processorMs(), performance.now()]
  await Promise.all(Array.from({ length: atOnce }, async () => {
    while (next < requests) {
      const status = await ask(String(paths[next++ % paths.length]), { accept: 'multipart/related; type="application/octet-stream"', ...headers })
      if (status !== 200) throw new Error(`Answered ${String(status)}.`)
    }
  }))
  const microseconds = Math.round((processorMs() - before) / requests * 1000)
  console.log(`${name.padEnd(26)} ${String(microseconds).padStart(5)} µs of processor a frame, ${String(Math.round(requests / (performance.now() - began) * 1000)).padStart(5)} frames a second`)
}
let isTelling = false
const telling = async () => { while (isTelling) await db.raw("select pg_notify('accounts', 'access')") }

try {
  await round('(warm)', { authorization: `Bearer ${token}` })
  for (let turn = 0; turn < 3; turn++) {
    await round('token', { authorization: `Bearer ${token}` })
    await round('cookie', { cookie: `isocenter-session=${secret}` })
    isTelling = true
    const told = telling()
    await round('cookie, never remembered', { cookie: `isocenter-session=${secret}` })
    isTelling = false
    await told
  }
} finally {
  server.kill()
  agent.destroy()
  await db('account_session').where({ account_id: accountId }).delete()
  await db.destroy()
  await rm(directory, { recursive: true, force: true })
}
