import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openConfiguration, type ConfigurationStore } from '../configuration/store.ts'
import type { Service } from '../configuration/schema.ts'
import { createAlarms, type Alarms } from '../platform/alarms.ts'
import { systemClock } from '../platform/clock.ts'
import { openDatabase } from '../platform/database.ts'
import { createLog } from '../platform/log.ts'
import { createMetrics } from '../platform/metrics.ts'
import { createSecretStore } from '../platform/secrets.ts'
import { openSpool, spoolSchema, type Spool } from '../spool/index.ts'
import { createReception, createUnknownSenders, refusedServicesSchema, unknownSenderSchema, type GatewayService, type Reception, type UnknownSenders } from './index.ts'

export interface ReceivingGateway {
  readonly port: number
  readonly spool: Spool
  readonly reception: Reception
  readonly configuration: ConfigurationStore
  readonly unknownSenders: UnknownSenders
  readonly alarms: Alarms
  set(service: Partial<Service>): Promise<void>
  close(): Promise<void>
}

/** Reception and spool in a folder of their own, on a free port of loopback. */
export async function aReceivingGateway({ services = [], quotaBytes, service = {} }: { services?: readonly GatewayService[]; quotaBytes?: number; service?: Partial<Service> } = {}): Promise<ReceivingGateway> {
  const folder = await mkdtemp(join(tmpdir(), 'reception-'))
  await mkdir(join(folder, 'secrets'))
  const clock = systemClock
  const log = createLog(process.env['LOG_LEVEL'] ?? 'silent')
  const alarms = createAlarms(clock)
  const database = openDatabase(join(folder, 'gateway.db'), [spoolSchema, unknownSenderSchema, refusedServicesSchema])
  const configuration = await openConfiguration(join(folder, 'configuration.json'))
  const set = async (changed: Partial<Service>) => { await configuration.change((current) => ({ service: { ...current.service, ...changed } })) }
  await set({ port: 0, ...service })
  const settings = () => ({ refuseAtFreeBytes: 0, ...(quotaBytes === undefined ? {} : { quotaBytes }) })
  const spool = await openSpool({ directory: join(folder, 'spool'), database, settings, alarms, clock, log })
  const unknownSenders = createUnknownSenders(database, clock)
  const reception = createReception({
    configuration, spool, services, unknownSenders, secrets: createSecretStore(join(folder, 'secrets')), alarms, metrics: createMetrics(), log, host: '127.0.0.1',
  })
  await spool.start()
  await reception.start()
  return {
    get port() { return reception.status().port },
    spool, reception, configuration, unknownSenders, alarms, set,
    close: async () => {
      await reception.close()
      await spool.close()
      database.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
