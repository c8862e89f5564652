/** The whole application for tests: real Postgres, real files, real tokens. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { multipartBoundary, multipartEnd, partHeader, readMultipart } from '@isocenter/dicom'
import { testDatabase, type TestBucket } from '@isocenter/testkit'
import type { FastifyInstance, FastifyRequest, LightMyRequestResponse } from 'fastify'
import type { Accounts } from '../accounts/index.ts'
import { createApp } from '../app.ts'
import type { Attachments } from '../attachments/index.ts'
import type { AuditAction } from '../audit/index.ts'
import { openCapabilities } from '../capabilities.ts'
import { ensureDefaultOrganisation } from '../catalogue/index.ts'
import { readConfig } from '../config.ts'
import type { Downloads } from '../downloads/index.ts'
import { loadSigningKeys, permissions, type Permission } from '../identity/index.ts'
import type { Maintenance } from '../maintenance/index.ts'
import type { Notifying, Outbox } from '../notifications/index.ts'
import { createDb, type Db } from '../platform/db.ts'
import { screensDirectory, viewerDirectory } from '../places.ts'
import { readScreens } from '../screens/index.ts'
import { createBlobStore, type BlobStore } from '../storage/index.ts'
import type { Uploads } from '../uploads/index.ts'

export interface TestService {
  readonly downloads: Downloads
  readonly app: FastifyInstance
  readonly db: Db
  /** For another process of the same service. */
  readonly databaseUrl: string
  readonly blobs: BlobStore
  readonly maintenance: Maintenance
  readonly uploads: Uploads
  readonly attachments: Attachments
  readonly accounts: Accounts
  readonly outbox: Outbox
  readonly notifying: Notifying
  /** The signing keys, for another process of the same service. */
  readonly keysFile: string
  /** Authorization header of an organisation, by its slug. */
  readonly as: (slug: string, granted?: readonly Permission[]) => Promise<{ authorization: string }>
  readonly get: (path: string, headers?: Record<string, string>) => Promise<LightMyRequestResponse>
  readonly store: (objects: readonly Uint8Array[], options?: { path?: string; headers?: Record<string, string> }) => Promise<LightMyRequestResponse>
  /** Writes the reads that are still to be put into the audit trail. */
  readonly flushAudit: () => Promise<void>
  /** Routes that were answered well though they put nothing into the trail that they declare to. */
  readonly unaudited: () => string[]
  readonly close: () => Promise<void>
}

/** What may be asked for again with nothing left to do; and uploads and sign-in by a provider, whose end is audited. */
const changesNothingAgain = [
  'POST /api/gateways/:gatewayId/commands', 'DELETE /api/gateways/:gatewayId', 'DELETE /api/favourites/', 'DELETE /api/operator/consortia/:consortiumId/hospitals/', 'PUT /api/studies/:StudyInstanceUID/lock',
  'POST /api/uploads', 'PATCH /api/uploads', 'HEAD /api/uploads', 'GET /api/uploads', 'DELETE /api/uploads',
  'PUT /api/favourites/', 'DELETE /api/api-keys/:apiKeyId', 'GET /api/sign-in/oidc/:number', 'POST /api/sign-in/oidc/:number/backchannel-logout', 'POST /api/account/external-identities/:providerId/link',
]

/** Where what came of it has an action of its own: a token for a program's secret, a member who is invited since the account is another's. */
const otherActions: Readonly<Record<string, AuditAction>> = { 'POST /api/token': 'api-key.token', 'POST /api/members': 'member.invite' }

/** Starts the application; `get` and `store` act for the organisation `north`. */
export async function aService(env: Record<string, string> = {}, bucket?: TestBucket, now?: () => Date): Promise<TestService> {
  const directory = await mkdtemp(join(tmpdir(), 'isocenter-service-'))
  const database = await testDatabase()
  const config = readConfig({ DATABASE_URL: database.url, DATA_DIR: directory, LOG_LEVEL: 'silent', PUBLIC_URL: 'https://pacs.example', MANAGEMENT_SECOND_FACTOR: 'optional', CODEC_THREADS: '2', ...env })
  const db = createDb(config.DATABASE_URL, 6)
  const blobs = createBlobStore(bucket ? { kind: 's3', prefix: '', ...bucket } : { kind: 'fs', directory: join(directory, 'blobs') })
  const keysFile = join(directory, 'keys.json')
  const keys = await loadSigningKeys(keysFile)
  const unaudited = new Set<string>()
  const onUnaudited = (request: FastifyRequest, action: string) => {
    const route = `${request.method} ${String(request.routeOptions.url)}`
    const other = otherActions[route]
    if (!changesNothingAgain.some((known) => route.startsWith(known)) && (other === undefined || request.origin.noted?.has(other) !== true)) unaudited.add(`${route} without ${action}`)
  }
  const capabilities = await openCapabilities({ config, db, blobs, keys, channels: [], log: { info: () => undefined, warn: failed, error: failed }, ...(now === undefined ? {} : { now }) })
  const { accessLog, accounts, attachments, downloads, maintenance, notifying, outbox, tokens, uploads } = capabilities
  const app = await createApp({ ...capabilities, config, onUnaudited, readiness: [], screens: await readScreens(screensDirectory(config)), viewer: viewerDirectory(config) })
  const as = async (slug: string, granted: readonly Permission[] = permissions) => {
    const { organisationId } = await ensureDefaultOrganisation(db, slug)
    return { authorization: `Bearer ${await tokens.issue({ organisationId, permissions: granted, lifetimeSeconds: 3600 })}` }
  }
  const north = await as('north')
  return {
    app, db, databaseUrl: database.url, blobs, downloads, maintenance, uploads, attachments, accounts, outbox, notifying, keysFile, as,
    get: (path, headers = {}) => app.inject({ method: 'GET', url: `/dicom-web${path}`, headers: { ...north, ...headers } }),
    store: (objects, { path = '/studies', headers = {} } = {}) => {
      const { contentType, body } = storeBody(objects)
      return app.inject({ method: 'POST', url: `/dicom-web${path}`, headers: { ...north, 'content-type': contentType, ...headers }, payload: body })
    },
    flushAudit: accessLog.flush,
    unaudited: () => [...unaudited].sort(),
    close: async () => {
      await app.close()
      await uploads.close()
      await capabilities.close()
      await blobs.close()
      await db.destroy()
      await database.drop()
      await rm(directory, { recursive: true, force: true })
      // Whatever was asked for and given stands in the trail, in every test.
      if (unaudited.size > 0) throw new Error(`answered without a word in the trail: ${[...unaudited].sort().join('; ')}`)
    },
  }
}

/** What goes wrong behind everybody's back fails the test it does so in. */
function failed(fields: object): void {
  if ('err' in fields) throw fields.err
}

/** A store request of these objects. */
export function storeBody(objects: readonly Uint8Array[], partType = 'application/dicom'): { contentType: string; body: Buffer } {
  const boundary = multipartBoundary()
  const pieces = objects.flatMap((object, index) => [partHeader(boundary, { 'Content-Type': partType }, index === 0), object])
  return { contentType: `multipart/related; type="application/dicom"; boundary=${boundary}`, body: Buffer.concat([...pieces, multipartEnd(boundary)]) }
}

/** The parts of a multipart answer. */
export async function partsOf(response: LightMyRequestResponse): Promise<{ headers: ReadonlyMap<string, string>; body: Buffer }[]> {
  const boundary = /boundary=([^;\s]+)/.exec(String(response.headers['content-type']))?.[1] ?? ''
  const source = async function* () { yield response.rawPayload }
  const parts: { headers: ReadonlyMap<string, string>; body: Buffer }[] = []
  for await (const { headers, body } of readMultipart(source(), boundary)) {
    const chunks: Uint8Array[] = []
    for await (const chunk of body) chunks.push(chunk)
    parts.push({ headers, body: Buffer.concat(chunks) })
  }
  return parts
}
