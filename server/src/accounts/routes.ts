/** HTTP face of accounts: signing in and out, one's own password and sessions. */
import {
  AccountSettings, Captcha, NewPassword, PasswordChange, PasswordReset, PasswordResetCompletion, PasswordResetParams, PasswordProof,
  PasswordResetRequest, Problem, RecoveryCodes, SecondFactorCode, Session, SessionParams, SignedInDevices, SignInRequest, TotpConfirmation,
  TotpEnrolment,
} from '@isocenter/contracts'
import { Type } from 'typebox'
import type { ApiRoutes } from '../platform/typed-routes.ts'
import type { Accounts } from './accounts.ts'
import { accountRouteHooks, callerOf } from './route-hooks.ts'

const bodyLimit = 16 * 1024
const Empty = Type.Null()
const tags = ['Accounts']

export const accountRoutes: ApiRoutes<{ accounts: Accounts; publicUrl: string | undefined }> = async (app, { accounts, publicUrl }) => {
  const { cookies, own, secondFactor } = accounts

  accountRouteHooks(app, publicUrl)

  app.post('/captchas', {
    bodyLimit,
    schema: { operationId: 'makeCaptcha', summary: 'A proof of work to sign in with', tags, response: { 201: Captcha, '4xx': Problem } },
    config: { policy: 'public', audit: 'none' },
  }, async (_request, reply) => reply.code(201).send(accounts.makeCaptcha()))

  app.post('/session', {
    bodyLimit,
    schema: { operationId: 'signIn', summary: 'Signs in; the session is in a cookie', tags, body: SignInRequest, response: { 201: Session, '4xx': Problem } },
    config: { policy: 'public', audit: 'account.sign-in' },
  }, async (request, reply) => {
    const { token, maxAgeSeconds, session } = await accounts.signIn(request.body, callerOf(request, cookies))
    return reply.code(201).header('set-cookie', cookies.set(request, token, maxAgeSeconds)).send(session)
  })

  app.post('/session/proof', {
    bodyLimit,
    schema: { operationId: 'proveAccount', summary: "Shows that the account is one's own, where an organisation's provider has signed one in", tags, body: PasswordProof, response: { 200: Session, '4xx': Problem } },
    config: { policy: 'signedIn', audit: 'account.sign-in', isOpenToVouched: true },
  }, async (request) => {
    await own.prove(request.session, request.body.password)
    return accounts.describe(request.session)
  })

  app.get('/session', {
    schema: { operationId: 'getSession', summary: 'Who is signed in here', tags, response: { 200: Session, '4xx': Problem } },
    config: { policy: 'signingIn', audit: 'none' },
  }, (request) => accounts.describe(request.session))

  app.delete('/session', {
    schema: { operationId: 'signOut', summary: 'Signs out', tags, response: { 204: Empty, '4xx': Problem } },
    config: { policy: 'signingIn', audit: 'account.sign-out' },
  }, async (request, reply) => {
    await own.signOut(request.session)
    return reply.code(204).header('set-cookie', cookies.clear(request)).header('clear-site-data', '"cache", "storage"').send(null)
  })

  app.put('/session/password', {
    bodyLimit,
    schema: { operationId: 'setFirstPassword', summary: 'Sets a password in place of the one-time password', tags, body: NewPassword, response: { 200: Session, '4xx': Problem } },
    config: { policy: 'signingIn', audit: 'account.password' },
  }, async (request) => {
    await own.setFirstPassword(request.session, request.body.newPassword)
    return accounts.describe(request.session)
  })

  app.post('/session/second-factor', {
    bodyLimit,
    schema: {
      operationId: 'giveSecondFactor',
      summary: "Completes a sign-in by the authenticator's code or a recovery code, or gives it once more before management",
      tags,
      body: SecondFactorCode,
      response: { 200: Session, '4xx': Problem },
    },
    config: { policy: 'signingIn', audit: 'account.second-factor' },
  }, async (request) => {
    await secondFactor.give(request.session, request.body.code)
    return accounts.describe(request.session)
  })

  app.post('/account/totp', {
    bodyLimit,
    schema: { operationId: 'beginTotp', summary: 'A secret for an authenticator; good when a code of it has been shown', tags, body: PasswordProof, response: { 201: TotpEnrolment, '4xx': Problem } },
    // Nothing has been done yet; a wrong password stands in the trail.
    config: { policy: 'signedIn', audit: 'none' },
  }, async (request, reply) => reply.code(201).send(await secondFactor.begin(request.session, request.body)))

  app.post('/account/totp/confirmation', {
    bodyLimit,
    schema: { operationId: 'confirmTotp', summary: 'From now on each sign-in needs a code; answers the recovery codes', tags, body: TotpConfirmation, response: { 201: RecoveryCodes, '4xx': Problem } },
    config: { policy: 'signedIn', audit: 'account.second-factor' },
  }, async (request, reply) => reply.code(201).send(await secondFactor.confirm(request.session, request.body.code)))

  app.post('/account/totp/removal', {
    bodyLimit,
    schema: { operationId: 'removeTotp', summary: 'Takes the second factor away', tags, body: PasswordProof, response: { 204: Empty, '4xx': Problem } },
    config: { policy: 'signedIn', audit: 'account.second-factor' },
  }, async (request, reply) => {
    await secondFactor.remove(request.session, request.body)
    return reply.code(204).send(null)
  })

  app.post('/password-resets', {
    bodyLimit,
    schema: { operationId: 'requestPasswordReset', summary: 'Sends a code to who forgot the password', tags, body: PasswordResetRequest, response: { 202: PasswordReset, '4xx': Problem } },
    // Nothing has changed, and nobody is known yet: what stood in a trail would tell whether there is such an account.
    config: { policy: 'public', audit: 'none' },
  }, async (request, reply) => reply.code(202).send(await accounts.passwordResets.request(request.body, request.ip)))

  app.post('/password-resets/:resetId/completion', {
    bodyLimit,
    schema: {
      operationId: 'completePasswordReset',
      summary: 'Sets a password by the code that was sent; all sessions end',
      tags,
      params: PasswordResetParams,
      body: PasswordResetCompletion,
      response: { 204: Empty, '4xx': Problem },
    },
    config: { policy: 'public', audit: 'account.password-reset' },
  }, async (request, reply) => {
    await accounts.passwordResets.complete(request.params.resetId, request.body, request.ip)
    return reply.code(204).send(null)
  })

  app.put('/account/password', {
    bodyLimit,
    schema: { operationId: 'changePassword', summary: 'Changes the own password; all other sessions end', tags, body: PasswordChange, response: { 204: Empty, '4xx': Problem } },
    config: { policy: 'signedIn', audit: 'account.password' },
  }, async (request, reply) => {
    await own.changePassword(request.session, request.body)
    return reply.code(204).send(null)
  })

  app.patch('/account/settings', {
    bodyLimit,
    schema: { operationId: 'changeAccountSettings', summary: 'Changes what holds on all devices of the account', tags, body: AccountSettings, response: { 200: Session, '4xx': Problem } },
    config: { policy: 'signedIn', audit: 'account.settings' },
  }, async (request) => {
    await own.changeSettings(request.session, request.body)
    return accounts.describe(request.session)
  })

  app.get('/account/sessions', {
    schema: { operationId: 'listSessions', summary: 'Where the account is signed in', tags, response: { 200: SignedInDevices, '4xx': Problem } },
    config: { policy: 'signedIn', audit: 'none' },
  }, (request) => own.devices(request.session))

  app.delete('/account/sessions/:sessionId', {
    schema: { operationId: 'endSession', summary: 'Signs the account out at one place', tags, params: SessionParams, response: { 204: Empty, '4xx': Problem } },
    config: { policy: 'signedIn', audit: 'account.session-end' },
  }, async (request, reply) => {
    await own.end(request.session, request.params.sessionId)
    return reply.code(204).send(null)
  })

  app.delete('/account/sessions', {
    schema: { operationId: 'endOtherSessions', summary: 'Signs the account out everywhere else', tags, response: { 204: Empty, '4xx': Problem } },
    config: { policy: 'signedIn', audit: 'account.session-end' },
  }, async (request, reply) => {
    await own.endOthers(request.session)
    return reply.code(204).send(null)
  })
}
