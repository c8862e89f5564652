/** HTTP face of signing in by QR code: the desktop's side by a cookie of its own, the phone's side by its session. */
import {
  PhoneBinding, PhoneBindingCompletion, PhoneBindingParams, PhoneBindingRequest, Problem, QrSignIn, QrSignInCode, qrSignInPath, QrSignInProgress, QrSignInQuery, QrSignInRequest, Session,
} from '@isocenter/contracts'
import { Type } from 'typebox'
import type { ApiRoutes } from '../platform/typed-routes.ts'
import type { Accounts } from './accounts.ts'
import { createCookies } from './cookie.ts'
import { accountRouteHooks, callerOf } from './route-hooks.ts'

const bodyLimit = 16 * 1024
/** A little longer than the code is good: the browser can still learn that it is over. */
const cookieSeconds = 5 * 60
const Empty = Type.Null()
const tags = ['Sign-in by QR code']

export const qrRoutes: ApiRoutes<{ accounts: Accounts; publicUrl: string | undefined }> = async (app, { accounts, publicUrl }) => {
  const { cookies, qrSignIns, phoneBindings } = accounts
  const asking = createCookies(publicUrl, 'isocenter-qr')
  accountRouteHooks(app, publicUrl)
  // A server that stops does not wait for those who wait.
  app.addHook('preClose', (done) => { qrSignIns.close(); done() })

  app.post('/qr-sign-ins', {
    schema: { operationId: 'beginQrSignIn', summary: 'A QR code by which a phone that is signed in lets this browser in', tags, response: { 201: QrSignIn, '4xx': Problem } },
    config: { policy: 'public', audit: 'none' },
  }, async (request, reply) => {
    const { code, browserSecret, comparison, expiresAt } = await qrSignIns.begin(callerOf(request, cookies))
    const address = publicUrl ?? `${request.protocol}://${request.host}`
    return reply.code(201).header('set-cookie', asking.set(request, browserSecret, cookieSeconds)).send({ url: `${address}${qrSignInPath}#${code}`, comparison, expiresAt: expiresAt.toISOString() })
  })

  app.get('/qr-sign-ins/own', {
    schema: { operationId: 'getQrSignIn', summary: 'How far the sign-in this browser has asked for is; waits for a change', tags, querystring: QrSignInQuery, response: { 200: QrSignInProgress, '4xx': Problem } },
    config: { policy: 'public', audit: 'none' },
  }, async (request, reply) => {
    const gone = new AbortController()
    reply.raw.once('close', () => { gone.abort() })
    return qrSignIns.progress(asking.read(request), request.query.known, gone.signal)
  })

  app.post('/session/qr', {
    schema: { operationId: 'finishQrSignIn', summary: 'Signs in after a phone has approved; the session is in a cookie', tags, response: { 201: Session, '4xx': Problem } },
    config: { policy: 'public', audit: 'account.sign-in' },
  }, async (request, reply) => {
    const { token, maxAgeSeconds, session } = await accounts.opened(qrSignIns.finish(asking.read(request), callerOf(request, cookies)))
    return reply.code(201).header('set-cookie', [cookies.set(request, token, maxAgeSeconds), asking.clear(request)]).send(session)
  })

  app.post('/qr-sign-ins/look', {
    bodyLimit,
    schema: { operationId: 'lookAtQrSignIn', summary: 'Who asks to be let in', tags, body: QrSignInCode, response: { 200: QrSignInRequest, '4xx': Problem } },
    config: { policy: 'signedIn', audit: 'none' },
  }, (request) => qrSignIns.look(request.session, request.body.code, request.ip))

  app.post('/qr-sign-ins/approval', {
    bodyLimit,
    schema: { operationId: 'approveQrSignIn', summary: 'Lets a desktop in', tags, body: QrSignInCode, response: { 204: Empty, '4xx': Problem } },
    config: { policy: 'signedIn', audit: 'account.sign-in' },
  }, async (request, reply) => {
    await qrSignIns.approve(request.session, request.body.code)
    return reply.code(204).send(null)
  })

  app.post('/qr-sign-ins/refusal', {
    bodyLimit,
    schema: { operationId: 'refuseQrSignIn', summary: 'Refuses a desktop', tags, body: QrSignInCode, response: { 204: Empty, '4xx': Problem } },
    config: { policy: 'signedIn', audit: 'account.sign-in' },
  }, async (request, reply) => {
    await qrSignIns.refuse(request.session, request.body.code)
    return reply.code(204).send(null)
  })

  app.post('/phone-bindings', {
    bodyLimit,
    schema: { operationId: 'beginPhoneBinding', summary: 'Sends a code to the phone of somebody who has never signed in', tags, body: PhoneBindingRequest, response: { 202: PhoneBinding, '4xx': Problem } },
    config: { policy: 'public', audit: 'none' },
  }, async (request, reply) => reply.code(202).send(await phoneBindings.request(request.body, request.ip)))

  app.post('/phone-bindings/:bindingId/completion', {
    bodyLimit,
    schema: {
      operationId: 'completePhoneBinding',
      summary: 'Sets the first password by the code that was sent, and signs phone and desktop in',
      tags,
      params: PhoneBindingParams,
      body: PhoneBindingCompletion,
      response: { 201: Session, '4xx': Problem },
    },
    config: { policy: 'public', audit: 'account.sign-in' },
  }, async (request, reply) => {
    const { token, maxAgeSeconds, session } = await accounts.opened(phoneBindings.complete(request.params.bindingId, request.body, callerOf(request, cookies)))
    return reply.code(201).header('set-cookie', cookies.set(request, token, maxAgeSeconds)).send(session)
  })
}
