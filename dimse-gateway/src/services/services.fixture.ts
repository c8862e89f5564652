import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { DicomJson } from '@isocenter/dicom'
import { bytesOf } from '@isocenter/testkit/instances'
import type { ServerProcess } from '@isocenter/testkit'
import { openConfiguration, type ConfigurationStore } from '../configuration/store.ts'
import { createAlarms } from '../platform/alarms.ts'
import { systemClock } from '../platform/clock.ts'
import { openDatabase } from '../platform/database.ts'
import { createLog } from '../platform/log.ts'
import { createMetrics } from '../platform/metrics.ts'
import { createSecretStore } from '../platform/secrets.ts'
import { createReception, createUnknownSenders, refusedServicesSchema, unknownSenderSchema } from '../reception/index.ts'
import { openSpool, spoolSchema, type Spool } from '../spool/index.ts'
import {
  commitmentSchema, commitmentSchema2, createCommitments, createPerformedSteps, createPulls, createUpstream, getService, moveService, performedStepSchema, performedStepSchema2, pullDescriptionSchema, pullSchema, queryService, worklistService,
  type Commitments, type PerformedSteps, type Pulls,
} from './index.ts'

export interface ServedGateway {
  readonly port: number
  readonly configuration: ConfigurationStore
  readonly spool: Spool
  readonly performedSteps: PerformedSteps
  readonly commitments: Commitments
  readonly pulls: Pulls
  readonly close: () => Promise<void>
}

export interface ServedOptions {
  /** Where the server is by now; undefined is a line that is down. */
  readonly origin: () => string | undefined
  readonly token: string
  readonly isOnItsWay?: (SOPInstanceUID: string) => boolean
  /** Whose gateway it is; nobody's where absent. */
  readonly organisation?: () => string | undefined
}

/** Reception with every service, as the gateway composes them, in a folder of its own. */
export async function aServedGateway({ origin, token, isOnItsWay = () => false, organisation = () => undefined }: ServedOptions): Promise<ServedGateway> {
  const folder = await mkdtemp(join(tmpdir(), 'services-'))
  await mkdir(join(folder, 'secrets'))
  const clock = systemClock
  const log = createLog(process.env['LOG_LEVEL'] ?? 'silent')
  const alarms = createAlarms(clock)
  const database = openDatabase(join(folder, 'gateway.db'), [spoolSchema, unknownSenderSchema, refusedServicesSchema, performedStepSchema, performedStepSchema2, commitmentSchema, commitmentSchema2, pullSchema, pullDescriptionSchema])
  const configuration = await openConfiguration(join(folder, 'configuration.json'))
  const secrets = createSecretStore(join(folder, 'secrets'))
  const spool = await openSpool({ directory: join(folder, 'spool'), database, settings: () => ({ refuseAtFreeBytes: 0 }), alarms, clock, log })
  const authorization = { header: () => Promise.resolve(`Bearer ${token}`), refused: () => false }
  const tls = { minVersion: 'TLSv1.2' } as const
  const upstream = createUpstream(() => {
    const url = origin()
    return Promise.resolve(url === undefined ? undefined : { url, tls, authorization })
  })
  const shared = { upstream, database, organisation, clock, log, configuration: () => configuration.current, secrets: (name: string) => secrets.read(name) }
  const performedSteps = createPerformedSteps(shared)
  const commitments = createCommitments({ ...shared, isOnItsWay })
  const pulls = createPulls(shared)
  const reception = createReception({
    configuration, spool, unknownSenders: createUnknownSenders(database, clock), secrets, alarms, metrics: createMetrics(), log, host: '127.0.0.1', port: 0,
    services: [queryService(upstream), moveService(shared), getService(upstream, log), worklistService(upstream), performedSteps.service, commitments.service],
  })
  await spool.start()
  await reception.start()
  return {
    port: reception.status().port, configuration, spool, performedSteps, commitments, pulls,
    close: async () => {
      await reception.close()
      await Promise.all([performedSteps.close(), commitments.close(), pulls.close()])
      upstream.close()
      await spool.close()
      database.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** Stores instances at the server. */
export async function stowed(server: ServerProcess, token: string, instances: readonly DicomJson[]): Promise<void> {
  const boundary = 'boundary-of-a-test'
  const parts = instances.flatMap((instance) => [Buffer.from(`--${boundary}\r\nContent-Type: application/dicom\r\n\r\n`), Buffer.from(bytesOf(instance)), Buffer.from('\r\n')])
  const answer = await fetch(`${server.url}/studies`, {
    method: 'POST', body: Buffer.concat([...parts, Buffer.from(`--${boundary}--\r\n`)]),
    headers: { authorization: `Bearer ${token}`, 'content-type': `multipart/related; type="application/dicom"; boundary=${boundary}` },
  })
  if (answer.status !== 200) throw new Error(`Storing was answered with ${answer.status}: ${await answer.text()}`)
}

const run = promisify(execFile)

/** Runs a program of DCMTK; answers everything it printed, whatever its exit code. */
export async function dcmtk(program: string, ...args: readonly string[]): Promise<{ code: number; text: string }> {
  try {
    const { stdout, stderr } = await run(program, args, { timeout: 60_000, maxBuffer: 64 * 1024 * 1024, env: { ...process.env, TCP_NODELAY: '1' } })
    return { code: 0, text: stdout + stderr }
  } catch (error) {
    const { code, stdout = '', stderr = '' } = error as { code?: number; stdout?: string; stderr?: string }
    return { code: typeof code === 'number' ? code : -1, text: stdout + stderr }
  }
}

/** Waits until something holds. */
export async function until(holds: () => boolean | Promise<boolean>, timeoutMs = 15_000): Promise<void> {
  for (const end = performance.now() + timeoutMs; !await holds();) {
    if (performance.now() > end) throw new Error('It did not come to hold.')
    await new Promise((resolve) => { setTimeout(resolve, 25) })
  }
}
