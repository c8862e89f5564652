/** HTTP face of what administrators do with accounts of others. */
import { AccountParams, AccountRelease, AccountStop, defaultPageSize, FrozenAccountPage, OneTimePassword, PageQuery, Problem } from '@isocenter/contracts'
import { Type } from 'typebox'
import type { AccessLog } from '../audit/index.ts'
import { actorOf } from '../identity/index.ts'
import { noStore } from '../platform/answer-headers.ts'
import type { ApiRoutes } from '../platform/typed-routes.ts'
import type { Accounts } from './accounts.ts'

const bodyLimit = 8 * 1024
const Empty = Type.Null()
const tags = ['Account administration']

export const accountAdministrationRoutes: ApiRoutes<{ accounts: Accounts; accessLog: AccessLog }> = async (app, { accounts: { administration }, accessLog }) => {
  app.addHook('onSend', noStore)

  app.get('/accounts/frozen', {
    schema: { operationId: 'listFrozenAccounts', summary: 'Accounts that are frozen, the latest first', tags, querystring: PageQuery, response: { 200: FrozenAccountPage, '4xx': Problem } },
    config: { policy: 'admin.unfreeze', audit: 'account.frozen-read' },
  }, async (request) => {
    const { cursor, limit = defaultPageSize } = request.query
    const page = await administration.listFrozen(request.access, { cursor, limit })
    accessLog.accessed({ organisationId: request.access.organisationId, actor: actorOf(request.access), action: 'account.frozen-read' })
    return page
  })

  app.post('/accounts/:accountId/release', {
    bodyLimit,
    schema: { operationId: 'releaseAccount', summary: 'Lets a frozen account in again before its day is over', tags, params: AccountParams, body: AccountRelease, response: { 204: Empty, '4xx': Problem } },
    config: { policy: 'admin.unfreeze', audit: 'account.unfreeze' },
  }, async (request, reply) => {
    await administration.release(request.access, request.params.accountId, request.body)
    return reply.code(204).send(null)
  })

  app.post('/operator/accounts/suspension', {
    bodyLimit,
    schema: { operationId: 'suspendAccount', summary: 'Stops an account in every organisation; its sessions end, and keys it has made let nobody in', tags, body: AccountStop, response: { 204: Empty, '4xx': Problem } },
    config: { policy: 'operator.organisations', audit: 'account.suspend' },
  }, async (request, reply) => {
    await administration.stop(request.access, request.body)
    return reply.code(204).send(null)
  })

  app.post('/operator/accounts/reinstatement', {
    bodyLimit,
    schema: { operationId: 'reinstateAccount', summary: 'Lets a suspended account go on', tags, body: AccountStop, response: { 204: Empty, '4xx': Problem } },
    config: { policy: 'operator.organisations', audit: 'account.reinstate' },
  }, async (request, reply) => {
    await administration.letGoOn(request.access, request.body)
    return reply.code(204).send(null)
  })

  app.post('/accounts/:accountId/one-time-password', {
    bodyLimit,
    schema: { operationId: 'resetAccountPassword', summary: 'A one-time password in place of the present one; all sessions end', tags, params: AccountParams, response: { 201: OneTimePassword, '4xx': Problem } },
    config: { policy: 'org.member', audit: 'account.password-reset' },
  }, async (request, reply) => reply.code(201).send(await administration.resetPassword(request.access, request.params.accountId)))
}
