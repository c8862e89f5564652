import { mkdir } from 'node:fs/promises'
import { availableParallelism, hostname } from 'node:os'
import { resolve } from 'node:path'
import { createAccounts, accountTasks, noteKeyRotation, managementRuleOf } from './accounts/index.ts'
import { apiKeyTasks, createApiKeys } from './api-keys/index.ts'
import { createApp } from './app.ts'
import { attachmentTasks, createAttachments } from './attachments/index.ts'
import { auditTasks, createAccessLog, createAudit, configuredTarget, createSealSigner, startForwarding, startSealing } from './audit/index.ts'
import { bodyPartTasks, createBodyParts } from './body-parts/index.ts'
import { catalogueTasks, createCatalogue, ensureDefaultOrganisation } from './catalogue/index.ts'
import type { Config } from './config.ts'
import { createRenderer, startSweeping } from './dicomweb/index.ts'
import { createDownloads, downloadTasks, knownList } from './downloads/index.ts'
import { createGateways, gatewayTasks } from './gateways/index.ts'
import { createSealing, createTokens, followSigningKeys, loadSigningKeys, signingKeyTasks } from './identity/index.ts'
import { joinTasks, startJobs } from './jobs/index.ts'
import { contactOf, createNotifying, createOutbox, notificationTasks, openChannels, startDelivering } from './notifications/index.ts'
import { createOidc } from './oidc/index.ts'
import { accountMemberships, createOrganisations, notificationRecipients, organisationTasks } from './organisations/index.ts'
import { accountBindings, createPeople, peopleTasks } from './people/index.ts'
import { blobStoreConfig, screensDirectory, signingKeyAge, signingKeysFile, viewerDirectory } from './places.ts'
import { createDb } from './platform/db.ts'
import { createMetrics } from './platform/metrics.ts'
import { createMaintenance, maintenanceTasks } from './maintenance/index.ts'
import { readTlsFiles } from './platform/tls.ts'
import { recompressionTasks } from './recompression/index.ts'
import { readScreens } from './screens/index.ts'
import { createBlobStore } from './storage/index.ts'
import { createStudies, studyExport } from './studies/index.ts'
import { createFilm, createFilmImages, settlePrintJobs } from './film/index.ts'
import { createSharing, sharingTasks } from './sharing/index.ts'
import { createTranscoding, createTranscodingMetrics } from './transcoding/index.ts'
import { createUploads, startKeepingUploads, type UploadLog } from './uploads/index.ts'
import { createWorklist } from './worklist/index.ts'

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
    const tokens = createTokens(keys)
    const sealing = createSealing(keys)
    const sealSigner = createSealSigner(keys)
    const { channels, close: closeChannels } = openChannels(config)
    closers.push(() => { closeChannels(); return Promise.resolve() })
    const outbox = createOutbox({ db, sealing, channels, now: () => new Date(), onFailure: (fields) => { app.log.warn(fields, 'a message was not delivered') } })
    const accounts = createAccounts({ db, sealing, outbox, memberships: accountMemberships, publicUrl: config.PUBLIC_URL, timeZone: config.TIME_ZONE, captchaBits: config.CAPTCHA_BITS, management: managementRuleOf(config) })
    closers.push(() => accounts.close())
    const notifying = createNotifying({
      db, sealing, recipients: notificationRecipients, channels, sessionEnds: accounts.sessionEnds, timeZone: config.TIME_ZONE, publicUrl: config.PUBLIC_URL, contact: contactOf(config), trustedOrigins: config.NOTIFICATION_TRUSTED_ORIGINS,
      onFailure: (err, fields) => { app.log.warn({ ...fields, err }, 'people cannot be told now what happens') },
    })
    const gateways = await createGateways({ db, tokens, sealing, tokenUrl: config.PUBLIC_URL && `${config.PUBLIC_URL}/api/token`, onResults: settlePrintJobs })
    const metrics = createMetrics()
    const transcoding = createTranscoding({
      blobs, threads: config.CODEC_THREADS ?? availableParallelism(), timeoutMs: config.CODEC_TIMEOUT_MS, cacheBytes: config.FRAME_CACHE_BYTES, metrics: createTranscodingMetrics(metrics.registry),
    })
    closers.push(() => transcoding.close())
    const catalogue = createCatalogue({ db, searchTimeoutMs: config.DATABASE_STATEMENT_TIMEOUT_MS })
    closers.push(() => catalogue.close())

    const accessLog = createAccessLog(db, (error) => { app.log.error({ err: error }, 'audit events are waiting to be written') })
    closers.push(() => accessLog.close())
    const uploadLog: UploadLog = { info: (fields, message) => { app.log.info(fields, message) }, warn: (fields, message) => { app.log.warn(fields, message) } }
    const uploads = createUploads({ db, blobs, catalogue, metrics, config, log: uploadLog })
    const people = createPeople({ db, blobs, sealing, outbox, accounts, bindings: accountBindings, timeZone: config.TIME_ZONE })
    closers.push(() => people.close())
    const tls = await readTlsFiles(config)
    const maintenance = createMaintenance({ db, catalogue, purgeAfterDays: config.DELETED_PURGE_AFTER_DAYS })
    const attachments = createAttachments({ db, blobs, sealing, maxBytes: config.ATTACHMENT_MAX_BYTES, scanner: config.ATTACHMENT_SCANNER })
    const sharing = createSharing({ db, catalogue, publicUrl: config.PUBLIC_URL })
    const studies = createStudies({ db, statementTimeoutMs: config.DATABASE_STATEMENT_TIMEOUT_MS })
    const downloads = createDownloads({
      db, blobs, catalogue, transcoding, recipients: notificationRecipients, database: config.DATABASE_URL, lists: { studies: knownList('study.download', studyExport(studies)) },
      directBytes: config.DOWNLOAD_DIRECT_BYTES, keptHours: config.DOWNLOAD_KEPT_HOURS, quotaBytes: config.DOWNLOAD_QUOTA_BYTES,
      onFailure: (err, fields) => { app.log.warn({ ...fields, err }, 'a download could not be made now') },
    })
    const renderer = createRenderer({ catalogue, blobs })
    closers.push(() => renderer.close())
    const film = createFilm({ db, gateways, images: createFilmImages({ catalogue, renderer }) })
    const app = await createApp({
      sharing, film,
      tls, screens: await readScreens(screensDirectory(config)), viewer: viewerDirectory(config), organisations: createOrganisations({ db, accounts, outbox }), people,
      config, accounts, notifying, apiKeys: createApiKeys({ db, tokens }), oidc: createOidc({ db, sealing, accounts, memberships: accountMemberships, publicUrl: config.PUBLIC_URL, trustedOrigins: config.OIDC_TRUSTED_ORIGINS }), catalogue, blobs, transcoding, tokens, keys, gateways, metrics, accessLog,
      maintenance, attachments, studies, downloads, bodyParts: createBodyParts({ db }), audit: createAudit({ db, keptDays: config.AUDIT_KEPT_DAYS }),
      worklist: createWorklist({ db }), uploads,
      readiness: [
        { name: 'database', check: () => db.raw('select 1 from organisation limit 1') },
        { name: 'blobs', check: () => blobs.check() },
      ],
    })
    closers.push(() => app.close())
    const keepingUploads = startKeepingUploads(uploads, uploadLog)
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
    const sealingTrail = startSealing({ db, signer: sealSigner, now: () => new Date(), log: app.log })
    closers.push(() => sealingTrail.close())
    const forwarding = startForwarding({ db, target: await configuredTarget(config), source: { sourceId: config.AUDIT_SOURCE_ID, host: hostname() }, log: app.log })
    closers.push(() => forwarding.close())
    const jobs = startJobs({ database: config.DATABASE_URL, log: app.log, ...joinTasks(keyTasks, apiKeyTasks(db), catalogueTasks({ db, changeFeedDays: config.CHANGE_FEED_DAYS }), gatewayTasks(db), maintenanceTasks(maintenance, config.DELETED_PURGE_AFTER_DAYS), auditTasks({ db, signer: sealSigner, keptDays: config.AUDIT_KEPT_DAYS }), accountTasks(db, accounts, outbox), peopleTasks(db, people), organisationTasks(db), bodyPartTasks(db), sharingTasks(sharing), downloadTasks(downloads), attachmentTasks(attachments), notificationTasks(db), recompressionTasks({ db, blobs, transcoding: recompressing })) })
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
