/** Everything the server does for gateways and those who look after them. */
import {
  GatewayParams,
  type Command, type CommandRequest, type Enrolment, type EnrolmentRequest, type GatewayDetail, type GatewayPage, type ReportAnswer, type ReportRequest,
  type TokenRequest, type TokenResponse, type UploadCode,
} from '@isocenter/contracts'
import { Type } from 'typebox'
import { record } from '../audit/index.ts'
import { actorOf, forbidden, type Access, type Sealing, type Tokens } from '../identity/index.ts'
import { decodeCursor, encodeCursor } from '../platform/cursor.ts'
import type { Db } from '../platform/db.ts'
import { addCommand, type GatewayRef } from './commands.ts'
import { createEnrolment } from './enrolment.ts'
import { gatewayRevoked, noSuchGateway } from './problems.ts'
import { takeReport, type OnResults } from './reports.ts'
import { tellOfGateway } from './telling.ts'
import { findGateway, listGateways, lockGateway, renameGateway, revokeGateway } from './store.ts'
import { createTokenIssuer } from './token.ts'
import { readUploadCode, rotateUploadCode } from './upload-codes.ts'

export interface GatewaysDeps {
  readonly db: Db
  readonly tokens: Tokens
  readonly sealing: Sealing
  /** Address of the token endpoint, where users reach the server at a fixed one. */
  readonly tokenUrl?: string | undefined
  /** Does what else follows from what gateways report of their commands, in the report's transaction. */
  readonly onResults?: OnResults
  readonly now?: () => Date
}

export interface Gateways {
  readonly enrol: (request: EnrolmentRequest, address: string) => Promise<Enrolment>
  readonly issueToken: (request: TokenRequest, address: string) => Promise<TokenResponse>
  readonly report: (access: Access, report: ReportRequest) => Promise<ReportAnswer>
  readonly list: (access: Access, page: { readonly cursor: string | undefined; readonly limit: number }) => Promise<GatewayPage>
  /** @throws noSuchGateway 404 */
  readonly find: (access: Access, gatewayId: string) => Promise<GatewayDetail>
  /** @throws noSuchGateway 404 */
  readonly rename: (access: Access, gatewayId: string, name: string) => Promise<GatewayDetail>
  /** Revoked stays revoked; doing it again is success. @throws noSuchGateway 404 */
  readonly revoke: (access: Access, gatewayId: string) => Promise<void>
  /** @throws noSuchGateway 404, gatewayRevoked 403, and what `addCommand` throws */
  readonly command: (access: Access, gatewayId: string, request: CommandRequest, idempotencyKey: string | undefined) => Promise<Command>
  readonly uploadCode: (access: Access) => Promise<UploadCode>
  readonly rotateUploadCode: (access: Access) => Promise<UploadCode>
}

/** Where a page of gateways ended: name and id. */
const Position = Type.Tuple([Type.String(), GatewayParams.properties.gatewayId])

/** Opens what gateways need. Several processes share it through the database. */
export async function createGateways({ db, tokens, sealing, tokenUrl, onResults = async () => undefined, now = () => new Date() }: GatewaysDeps): Promise<Gateways> {
  const { installation_id } = await db('installation').first<{ installation_id: string }>('installation_id')
  const tokenAudience = `urn:uuid:${installation_id}`
  const enrol = createEnrolment({ db, tokenAudience })
  const issueToken = createTokenIssuer({ db, tokens, now, audiences: tokenUrl === undefined ? [tokenAudience] : [tokenAudience, tokenUrl] })

  const refOf = ({ organisationId }: Access, gatewayId: string): GatewayRef => ({ organisationId, gatewayId })
  const find = async (access: Access, gatewayId: string): Promise<GatewayDetail> => {
    const gateway = await findGateway(db, refOf(access, gatewayId), now())
    if (gateway === undefined) throw noSuchGateway('No gateway of your organisation has this id.')
    return gateway
  }

  return {
    enrol, issueToken, find,

    report: async (access, report) => {
      if (access.actor.kind !== 'gateway') throw forbidden('Only an enrolled gateway reports.')
      return takeReport(db, refOf(access, access.actor.id), report, { now: now(), onResults })
    },

    list: async (access, { cursor, limit }) => {
      const after = decodeCursor(cursor, Position)
      const found = await listGateways(db, access.organisationId, { after: after && { name: after[0], gatewayId: after[1] }, limit: limit + 1, now: now() })
      const items = found.slice(0, limit)
      const last = items.at(-1)
      return { items, ...(found.length > limit && last ? { next: encodeCursor([last.name, last.gatewayId]) } : {}) }
    },

    rename: async (access, gatewayId, name) => {
      await db.transaction(async (db) => {
        const ref = refOf(access, gatewayId)
        if (await lockGateway(db, ref) === undefined) throw noSuchGateway('No gateway of your organisation has this id.')
        await renameGateway(db, ref, name.trim())
        await record(db, [{ organisationId: access.organisationId, actor: actorOf(access), action: 'gateway.change', outcome: 'success', detail: { gatewayId } }])
      })
      return find(access, gatewayId)
    },

    revoke: (access, gatewayId) => db.transaction(async (db) => {
      const ref = refOf(access, gatewayId)
      const gateway = await lockGateway(db, ref)
      if (gateway === undefined) throw noSuchGateway('No gateway of your organisation has this id.')
      if (gateway.isRevoked) return
      await revokeGateway(db, ref)
      await tellOfGateway(db, ref, 'gateway.revoked', access.actor.kind === 'account' ? access.actor.id : undefined)
      await record(db, [{ organisationId: access.organisationId, actor: actorOf(access), action: 'gateway.revoke', outcome: 'success', detail: { gatewayId } }])
    }),

    command: (access, gatewayId, request, idempotencyKey) => db.transaction(async (db) => {
      const ref = refOf(access, gatewayId)
      const gateway = await lockGateway(db, ref)
      if (gateway === undefined) throw noSuchGateway('No gateway of your organisation has this id.')
      if (gateway.isRevoked) throw gatewayRevoked('It takes no commands any more.')
      return addCommand(db, { ...ref, request, actor: actorOf(access), idempotencyKey }, now())
    }),

    uploadCode: (access) => readUploadCode(db, sealing, access.organisationId, actorOf(access)),
    rotateUploadCode: (access) => rotateUploadCode(db, sealing, access.organisationId, actorOf(access)),
  }
}
