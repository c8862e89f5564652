/** What one process of the server can do, opened over one database and one store of blobs: what the application's routes and the work in the background are given. */
import { availableParallelism } from 'node:os'
import { createAccounts, managementRuleOf } from './accounts/index.ts'
import { createApiKeys } from './api-keys/index.ts'
import { createAttachments } from './attachments/index.ts'
import { createAccessLog, createAudit } from './audit/index.ts'
import { createBodyParts } from './body-parts/index.ts'
import { createCatalogue } from './catalogue/index.ts'
import type { Config } from './config.ts'
import { createRenderer } from './dicomweb/index.ts'
import { createDownloads, knownList } from './downloads/index.ts'
import { createFilm, createFilmImages, settlePrintJobs } from './film/index.ts'
import { createGateways } from './gateways/index.ts'
import { createSealing, createTokens, type SigningKeys } from './identity/index.ts'
import { createMaintenance } from './maintenance/index.ts'
import { contactOf, createNotifying, createOutbox, type Channel } from './notifications/index.ts'
import { createOidc } from './oidc/index.ts'
import { accountMemberships, createOrganisations, notificationRecipients } from './organisations/index.ts'
import { accountBindings, createPeople } from './people/index.ts'
import type { Db } from './platform/db.ts'
import { createMetrics } from './platform/metrics.ts'
import { createSharing } from './sharing/index.ts'
import type { BlobStore } from './storage/index.ts'
import { createStudies, studyExport } from './studies/index.ts'
import { createTranscoding, createTranscodingMetrics } from './transcoding/index.ts'
import { createUploads } from './uploads/index.ts'
import { createWorklist } from './worklist/index.ts'

export interface CapabilitiesDeps {
  readonly config: Config
  readonly db: Db
  readonly blobs: BlobStore
  readonly keys: SigningKeys
  /** What people are told by beside browsers and programs. */
  readonly channels: readonly Channel[]
  /** Told of what happens behind everybody's back. */
  readonly log: Readonly<Record<'info' | 'warn' | 'error', (fields: object, message: string) => void>>
  readonly now?: () => Date
}

export type Capabilities = Awaited<ReturnType<typeof openCapabilities>>

/** Opens them in the order in which one may use another. `close` ends what they have opened themselves, after the application and the work in the background. */
export async function openCapabilities({ config, db, blobs, keys, channels, log, now = () => new Date() }: CapabilitiesDeps) {
  const tokens = createTokens(keys)
  const sealing = createSealing(keys)
  // First: nothing is open yet that would have to be closed if it fails. By the real clock, as the tokens they are given.
  const gateways = await createGateways({ db, tokens, sealing, tokenUrl: config.PUBLIC_URL && `${config.PUBLIC_URL}/api/token`, onResults: settlePrintJobs })
  const metrics = createMetrics()
  const accessLog = createAccessLog(db, (err) => { log.error({ err }, 'audit events are waiting to be written') })
  const outbox = createOutbox({ db, sealing, channels, now, onFailure: (fields) => { log.warn(fields, 'a message was not delivered') } })
  const accounts = createAccounts({
    db,
    sealing,
    outbox,
    memberships: accountMemberships,
    publicUrl: config.PUBLIC_URL,
    timeZone: config.TIME_ZONE,
    captchaBits: config.CAPTCHA_BITS,
    management: managementRuleOf(config),
    now,
  })
  const notifying = createNotifying({
    db,
    sealing,
    recipients: notificationRecipients,
    channels,
    sessionEnds: accounts.sessionEnds,
    timeZone: config.TIME_ZONE,
    publicUrl: config.PUBLIC_URL,
    contact: contactOf(config),
    trustedOrigins: config.NOTIFICATION_TRUSTED_ORIGINS,
    now,
    onFailure: (err, fields) => { log.warn({ ...fields, err }, 'people cannot be told now what happens') },
  })
  const transcoding = createTranscoding({
    blobs, threads: config.CODEC_THREADS ?? availableParallelism(), timeoutMs: config.CODEC_TIMEOUT_MS, cacheBytes: config.FRAME_CACHE_BYTES, metrics: createTranscodingMetrics(metrics.registry),
  })
  const catalogue = createCatalogue({ db, searchTimeoutMs: config.DATABASE_STATEMENT_TIMEOUT_MS })
  const renderer = createRenderer({ catalogue, blobs })
  const people = createPeople({ db, blobs, sealing, outbox, accounts, bindings: accountBindings, timeZone: config.TIME_ZONE, now })
  const studies = createStudies({ db, statementTimeoutMs: config.DATABASE_STATEMENT_TIMEOUT_MS, now })
  return {
    accessLog, accounts, blobs, catalogue, gateways, keys, metrics, notifying, outbox, people, studies, tokens, transcoding,
    apiKeys: createApiKeys({ db, tokens, now }),
    attachments: createAttachments({ db, blobs, sealing, maxBytes: config.ATTACHMENT_MAX_BYTES, scanner: config.ATTACHMENT_SCANNER, now }),
    audit: createAudit({ db, keptDays: config.AUDIT_KEPT_DAYS, now }),
    bodyParts: createBodyParts({ db, now }),
    downloads: createDownloads({
      db, blobs, catalogue, transcoding, recipients: notificationRecipients, database: config.DATABASE_URL, lists: { studies: knownList('study.download', studyExport(studies)) },
      directBytes: config.DOWNLOAD_DIRECT_BYTES, keptHours: config.DOWNLOAD_KEPT_HOURS, quotaBytes: config.DOWNLOAD_QUOTA_BYTES, now,
      onFailure: (err, fields) => { log.warn({ ...fields, err }, 'a download could not be made now') },
    }),
    film: createFilm({ db, gateways, images: createFilmImages({ catalogue, renderer }), now }),
    maintenance: createMaintenance({ db, catalogue, renderer, purgeAfterDays: config.DELETED_PURGE_AFTER_DAYS, now }),
    oidc: createOidc({ db, sealing, accounts, memberships: accountMemberships, publicUrl: config.PUBLIC_URL, trustedOrigins: config.OIDC_TRUSTED_ORIGINS, now }),
    organisations: createOrganisations({ db, accounts, outbox, now }),
    sharing: createSharing({ db, catalogue, publicUrl: config.PUBLIC_URL, now }),
    uploads: createUploads({ db, blobs, catalogue, metrics, config, log }),
    worklist: createWorklist({ db }),
    close: async (): Promise<void> => {
      await renderer.close()
      await people.close()
      await accessLog.close()
      await catalogue.close()
      await transcoding.close()
      await accounts.close()
    },
  }
}
