import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createCloudBond, type CloudBond } from './cloud-bond.ts'
import { createCloudLine, createFollowingTarget, lineOf } from './cloud-line.ts'
import type { GatewayConfig } from './config.ts'
import { cloudNodesOf, organisationKey } from './configuration/organisation.ts'
import { openConfiguration } from './configuration/store.ts'
import { createControlApi, createGatewayControl, loadControlKey } from './control/index.ts'
import { enrolmentFileName, readEnrolmentFile, removeEnrolmentFile } from './enrolment-file.ts'
import { startForgetting } from './forget-settled.ts'
import { createFilmPrinting } from './film/printing.ts'
import { measureForwarding } from './forwarding-metrics.ts'
import { createForwarding } from './forwarding/forwarding.ts'
import { requestedCommitmentTables } from './forwarding/commitment/tables.ts'
import { againTables, forwardingTables, lostTables, repeatTables, strandedTables, supersededTables } from './forwarding/tables.ts'
import { healthRoutes } from './health.ts'
import { testNode } from './nodes/test-node.ts'
import { createOnItsWay } from './on-its-way.ts'
import { createAlarms } from './platform/alarms.ts'
import { systemClock } from './platform/clock.ts'
import { claimDataFolder } from './platform/data-folder.ts'
import { openDatabase } from './platform/database.ts'
import { createLog, type Log } from './platform/log.ts'
import { createMetrics } from './platform/metrics.ts'
import { createSecretStore } from './platform/secrets.ts'
import { createRecords } from './records/records.ts'
import { createReception, createUnknownSenders, refusedServicesSchema, unknownSenderSchema, type GatewayService } from './reception/index.ts'
import { openSpool, spoolSchema } from './spool/index.ts'
import {
  commitmentSchema, commitmentSchema2, createCommitments, createPerformedSteps, createPulls, createUpstream, getService, moveService, performedStepSchema, performedStepSchema2, pullDescriptionSchema, pullSchema, queryService, worklistService,
} from './services/index.ts'
import { version } from './version.ts'

/** A gateway that runs. */
export interface RunningGateway {
  /** The port modalities send to; one it would like to listen on while it cannot. */
  readonly dimsePort: number
  /** Why it does not listen for modalities; undefined while it does, or was told not to. */
  readonly dimseFailure: string | undefined
  readonly controlUrl: string
  /** Lets associations under way end for a while, then closes what it opened. */
  readonly close: () => Promise<void>
}

/** The console's built pages. */
const screens = fileURLToPath(new URL('../console/dist', import.meta.url))

/** How long an enrolment that failed waits before it is tried again. */
const enrolAgainMs = 15_000

/**
 * Opens everything one gateway needs and runs it. Whatever was opened is closed again when a later step fails.
 * @throws DataFolderInUse, SchemaTooNew, ConfigurationInvalid
 */
export async function startGateway(config: GatewayConfig): Promise<RunningGateway> {
  const closers: (() => unknown)[] = []
  const close = async () => {
    for (const closer of closers.splice(0).reverse()) await closer()
  }
  try {
    const log = createLog(config.LOG_LEVEL)
    const clock = systemClock
    const alarms = createAlarms(clock)
    const metrics = createMetrics()
    const folder = await claimDataFolder(config.GATEWAY_DATA_DIR ?? join(config.DATA_DIR, 'gateway'))
    closers.push(() => { folder.release() })
    const configuration = await openConfiguration(folder.path('configuration.json'))
    if (configuration.wasRestored) {
      log.error({ path: folder.path('configuration.json') }, 'the configuration file was no document; the version before its last change is used')
      alarms.raise({ code: 'configurationRestored', severity: 'critical' })
      // Whoever sets something has looked at the settings.
      closers.push(configuration.subscribe(() => { alarms.clear('configurationRestored') }))
    }
    const secrets = createSecretStore(folder.path('secrets'))
    const database = openDatabase(folder.path('spool.db'), [spoolSchema, unknownSenderSchema, refusedServicesSchema, forwardingTables, strandedTables, performedStepSchema, performedStepSchema2, commitmentSchema, commitmentSchema2, pullSchema, pullDescriptionSchema, requestedCommitmentTables, repeatTables, lostTables, supersededTables, againTables])
    closers.push(() => { database.close() })

    const spool = await openSpool({ directory: folder.path('spool'), database, settings: () => configuration.current.spool, alarms, clock, log })
    closers.push(() => spool.close())
    metrics.gauge('gateway_spool_objects', 'Objects in the spool', () => spool.usage().objects)
    metrics.gauge('gateway_spool_bytes', 'Bytes of the objects in the spool', () => spool.usage().bytes)

    const aeTitle = () => configuration.current.service.aeTitle
    const readSecret = (name: string) => secrets.read(name)
    const cloudLine = createCloudLine(configuration, readSecret)
    const cloud = await createCloudBond({
      configuration, folder, version, clock, log,
      target: (url, own) => {
        const line = own && lineOf(own, readSecret)
        return createFollowingTarget(url, line ? () => line : cloudLine)
      },
    })
    closers.push(() => cloud.close())
    const upstream = createUpstream(async () => {
      const bound = configuration.current.cloud
      return bound && { url: bound.url, ...await cloudLine(), authorization: cloud.authorizationFor({ organisation: organisationKey(bound) }) }
    })
    closers.push(() => { upstream.close() })
    const shared = { upstream, database, organisation: () => cloud.organisation, clock, log, configuration: () => configuration.current, secrets: readSecret }
    const cloudNodes = () => cloudNodesOf(configuration.current.nodes, cloud.organisation).map(({ id }) => id)
    const printing = createFilmPrinting({ configuration: () => configuration.current, secrets: readSecret, aeTitle, upstream })
    const performedSteps = createPerformedSteps(shared)
    closers.push(() => performedSteps.close())
    const commitments = createCommitments({ ...shared, isOnItsWay: createOnItsWay(database, spool, cloudNodes) })
    closers.push(() => commitments.close())
    const pulls = createPulls(shared)
    closers.push(() => pulls.close())
    const forgetting = startForgetting({ records: [performedSteps, commitments, pulls], database, configuration: () => configuration.current, clock, log })
    closers.push(() => forgetting.stop())

    const unknownSenders = createUnknownSenders(database, clock)
    const commitmentService: GatewayService = {
      ...commitments.service,
      // A node that reports as the provider need be no peer: it is known by the transaction it was asked about, and is served nothing else.
      isOpenTo: ({ role }) => role?.scp === true && !role.scu,
      // What nodes report that we asked to commit to our objects.
      handlers: { ...commitments.service.handlers, eventReport: (request) => forwarding.eventReport(request) },
    }
    const services = [queryService(upstream), moveService(shared), getService(upstream, log), worklistService(upstream), performedSteps.service, commitmentService]
    const reception = createReception({ configuration, spool, services, unknownSenders, secrets, alarms, metrics, log, host: config.DIMSE_HOST, port: config.DIMSE_PORT })

    const forwarding = createForwarding({
      database, spool, settings: configuration.current, clock, log, cloudAuthorization: cloud.authorizationFor, scratchDirectory: folder.path('scratch'),
      secrets: readSecret, aeTitle, isSenderPresent: (callingAETitle) => reception.isPresent(callingAETitle),
    })
    closers.push(() => forwarding.stop())
    measureForwarding(metrics, forwarding)
    closers.push(configuration.subscribe((now) => { void forwarding.configure(now).catch((error: unknown) => { log.error({ err: error }, 'forwarding could not take new settings') }) }))
    // Forwarding listens before the spool tells what a crash left.
    await forwarding.start()
    await spool.start()
    closers.push(() => reception.close())
    await reception.start()

    const records = createRecords({ database, clock, nodeName: (nodeId) => configuration.current.nodes.find(({ id }) => id === nodeId)?.name })
    const nodeTestDeps = { secrets: readSecret, cloudAuthorization: cloud.authorizationFor, aeTitle, clock }
    const control = createGatewayControl({
      configuration, reception, spool, forwarding, records, performedSteps, commitments, pulls, printing, unknownSenders, alarms, cloud, secrets, clock, log, version,
      testNode: (node, signal) => testNode(node, nodeTestDeps, signal),
    })
    closers.push(() => { control.close() })
    closers.push(() => { printing.close() })
    cloud.start(control)
    // Whoever has just changed a node or a film printer looks for it in the cloud.
    closers.push(configuration.subscribe(() => { cloud.reportSoon() }))
    const api = await createControlApi({
      control, key: await loadControlKey(folder.path('secrets', 'control.key')), screens,
      hostNames: config.CONTROL_HOSTNAMES.split(',').map((name) => name.trim()).filter((name) => name !== ''),
      cookieName: `isocenter-gateway-${config.CONTROL_PORT}`, logger: log,
      publicRoutes: (app) => { healthRoutes(app, { reception, metrics }) },
    })
    await api.listen({ host: config.CONTROL_HOST, port: config.CONTROL_PORT })
    closers.push(() => api.close())

    closers.push(enrolByFile(folder.path(enrolmentFileName), cloud, log))
    return {
      get dimsePort() { return reception.status().port },
      get dimseFailure() { return reception.status().reason },
      controlUrl: urlOf(config.CONTROL_HOST, api.server.address() as AddressInfo),
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

/** Enrols as a file asks, again and again while the cloud cannot be reached; answers how to stop. */
function enrolByFile(path: string, cloud: CloudBond, log: Log): () => Promise<void> {
  let timer: NodeJS.Timeout | undefined
  let isStopped = false
  const attempt = async (): Promise<void> => {
    try {
      const enrolment = await readEnrolmentFile(path)
      if (!enrolment) return
      await cloud.enrol(enrolment)
      await removeEnrolmentFile(path)
      log.info({ url: enrolment.url }, 'enrolled')
    } catch (error) {
      log.warn({ err: error }, 'could not enrol yet')
      if (!isStopped) timer = setTimeout(() => { under = attempt() }, enrolAgainMs)
    }
  }
  let under = attempt()
  return async () => {
    isStopped = true
    clearTimeout(timer)
    await under
  }
}


function urlOf(host: string, { port }: AddressInfo): string {
  const reachable = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host
  return `http://${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}`
}
