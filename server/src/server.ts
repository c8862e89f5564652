import { mkdir } from 'node:fs/promises'
import { hostname } from 'node:os'
import { resolve } from 'node:path'
import { accountTasks, noteKeyRotation } from './accounts/index.ts'
import { apiKeyTasks } from './api-keys/index.ts'
import { createApp } from './app.ts'
import { attachmentTasks } from './attachments/index.ts'
import { auditTasks, configuredTarget, createSealSigner, startForwarding, startSealing } from './audit/index.ts'
import { bodyPartTasks } from './body-parts/index.ts'
import { openCapabilities, type CapabilitiesDeps } from './capabilities.ts'
import { catalogueTasks, ensureDefaultOrganisation } from './catalogue/index.ts'
import type { Config } from './config.ts'
import { startSweeping } from './dicomweb/index.ts'
import { downloadTasks } from './downloads/index.ts'
import { gatewayTasks } from './gateways/index.ts'
import { followSigningKeys, loadSigningKeys, signingKeyTasks } from './identity/index.ts'
import { joinTasks, startJobs } from './jobs/index.ts'
import { notificationTasks, openChannels, startDelivering } from './notifications/index.ts'
import { organisationTasks } from './organisations/index.ts'
import { peopleTasks } from './people/index.ts'
import { blobStoreConfig, screensDirectory, signingKeyAge, signingKeysFile, viewerDirectory } from './places.ts'
import { createDb } from './platform/db.ts'
import { maintenanceTasks } from './maintenance/index.ts'
import { readTlsFiles } from './platform/tls.ts'
import { recompressionTasks } from './recompression/index.ts'
import { readScreens } from './screens/index.ts'
import { createBlobStore } from './storage/index.ts'
import { sharingTasks } from './sharing/index.ts'
import { createTranscoding } from './transcoding/index.ts'
import { startKeepingUploads } from './uploads/index.ts'

/** A server that is listening. */
export interface RunningServer {
  /** Address it listens on, with the port it got. */
  readonly url: string
  /** Stops taking requests, lets those under way end, then closes what it opened. */
  readonly close: () => Promise<void>
}

/** Opens everything one server process needs and listens. Whatever was opened is closed again when a later step fails. */
export async function startServer(config: Config): Promise<RunningServer> {
  const closers: (() => Promise<unknown>)[] = []
  const close = async () => {
    for (const closer of closers.splice(0).reverse()) await closer()
  }
  try {
    await mkdir(resolve(config.DATA_DIR), { recursive: true, mode: 0o700 })
    const db = createDb(config.DATABASE_URL, config.DATABASE_POOL_SIZE)
    closers.push(() => db.destroy())
    await ensureDefaultOrganisation(db, config.DEFAULT_ORGANISATION)
    const blobs = createBlobStore(blobStoreConfig(config))
    closers.push(() => blobs.close())
    const keys = await loadSigningKeys(signingKeysFile(config), { onFailure: (error) => { app.log.error({ err: error }, 'the signing keys cannot be read anew') } })
    const following = followSigningKeys(keys)
    closers.push(() => { following.close(); return Promise.resolve() })
    const { channels, close: closeChannels } = openChannels(config)
    closers.push(() => { closeChannels(); return Promise.resolve() })
    const log: CapabilitiesDeps['log'] = {
      info: (fields, message) => { app.log.info(fields, message) }, warn: (fields, message) => { app.log.warn(fields, message) }, error: (fields, message) => { app.log.error(fields, message) },
    }
    const capabilities = await openCapabilities({ config, db, blobs, keys, channels, log })
    closers.push(capabilities.close)
    const { accounts, attachments, downloads, maintenance, notifying, outbox, people, sharing, uploads } = capabilities
    const tls = await readTlsFiles(config)
    const app = await createApp({
      ...capabilities, config, tls, screens: await readScreens(screensDirectory(config)), viewer: viewerDirectory(config),
      readiness: [
        { name: 'database', check: () => db.raw('select 1 from organisation limit 1') },
        { name: 'blobs', check: () => blobs.check() },
      ],
    })
    closers.push(() => app.close())
    const keepingUploads = startKeepingUploads(uploads, log)
    closers.push(() => keepingUploads.close())
    const sweeping = startSweeping({ db, blobs, now: () => new Date() }, app.log)
    closers.push(() => sweeping.close())
    // Its own: a thread that starts with the first frame, and no cache, or its frames would drive out those that readers ask for.
    const recompressing = createTranscoding({ blobs, threads: 1, timeoutMs: config.CODEC_TIMEOUT_MS, cacheBytes: 0 })
    closers.push(() => recompressing.close())
    const delivering = startDelivering({ db, outbox, telling: notifying.telling, deliveries: notifying.deliveries, log: app.log })
    closers.push(() => delivering.close())
    const keyTasks = signingKeyTasks({
      file: signingKeysFile(config), days: signingKeyAge(config), note: (kid) => noteKeyRotation(db, 'command:calendar', { kid }),
      onReadOnly: () => { app.log.warn({ file: signingKeysFile(config) }, 'the signing keys cannot be rotated here: the file cannot be written') },
    })
    const sealSigner = createSealSigner(keys)
    const sealingTrail = startSealing({ db, signer: sealSigner, now: () => new Date(), log: app.log })
    closers.push(() => sealingTrail.close())
    const forwarding = startForwarding({ db, target: await configuredTarget(config), source: { sourceId: config.AUDIT_SOURCE_ID, host: hostname() }, log: app.log })
    closers.push(() => forwarding.close())
    const jobs = startJobs({
      database: config.DATABASE_URL,
      log: app.log,
      ...joinTasks(
        keyTasks,
        apiKeyTasks(db),
        catalogueTasks({ db, changeFeedDays: config.CHANGE_FEED_DAYS }),
        gatewayTasks(db),
        maintenanceTasks(maintenance, config.DELETED_PURGE_AFTER_DAYS),
        auditTasks({ db, signer: sealSigner, keptDays: config.AUDIT_KEPT_DAYS }),
        accountTasks(db, accounts, outbox),
        peopleTasks(db, people),
        organisationTasks(db),
        bodyPartTasks(db),
        sharingTasks(sharing),
        downloadTasks(downloads),
        attachmentTasks(attachments),
        notificationTasks(db),
        recompressionTasks({ db, blobs, transcoding: recompressing }),
      ),
    })
    closers.push(() => jobs.close())
    await app.listen({ host: config.HOST, port: config.PORT })
    const address = app.server.address()
    const port = typeof address === 'object' && address !== null ? address.port : config.PORT
    return { url: `${tls ? 'https' : 'http'}://${config.HOST.includes(':') ? `[${config.HOST}]` : config.HOST}:${String(port)}`, close }
  } catch (error) {
    await close()
    throw error
  }
}
