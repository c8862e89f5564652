/** HTTP face of passkeys: adding and looking after one's own, signing in by one, and giving the second factor by one. */
import { PasskeyAdded, PasskeyAssertion, PasskeyChallenge, PasskeyParams, PasskeyPatch, PasskeyRegistration, Passkeys, PasskeySignIn, PasswordProof, Problem, Session } from '@isocenter/contracts'
import type { FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import type { ApiRoutes } from '../platform/typed-routes.ts'
import { accountRouteHooks, callerOf } from './route-hooks.ts'
import type { Accounts } from './accounts.ts'
import { relyingPartyOf } from './relying-party.ts'

const bodyLimit = 128 * 1024
const Empty = Type.Null()
const tags = ['Passkeys']

export const passkeyRoutes: ApiRoutes<{ accounts: Accounts; publicUrl: string | undefined }> = async (app, { accounts, publicUrl }) => {
  const { cookies, passkeys } = accounts
  accountRouteHooks(app, publicUrl)
  const partyOf = (request: FastifyRequest) => relyingPartyOf(request, publicUrl)

  app.post('/passkey-challenges', {
    schema: { operationId: 'beginPasskeySignIn', summary: 'What a browser needs to sign in by a passkey', tags, response: { 201: PasskeyChallenge, '4xx': Problem } },
    config: { policy: 'public', audit: 'none' },
  }, async (request, reply) => reply.code(201).send(await passkeys.beginSignIn(partyOf(request))))

  app.post('/session/passkey', {
    bodyLimit,
    schema: { operationId: 'signInByPasskey', summary: 'Signs in by a passkey, with no password and no second factor beside it', tags, body: PasskeySignIn, response: { 201: Session, '4xx': Problem } },
    config: { policy: 'public', audit: 'account.sign-in' },
  }, async (request, reply) => {
    const { token, maxAgeSeconds, session } = await accounts.opened(passkeys.signIn(request.body, partyOf(request), callerOf(request, cookies)))
    return reply.code(201).header('set-cookie', cookies.set(request, token, maxAgeSeconds)).send(session)
  })

  app.post('/session/second-factor/passkey-challenge', {
    schema: { operationId: 'beginPasskeySecondFactor', summary: 'What a browser needs to give the second factor by a passkey', tags, response: { 201: PasskeyChallenge, '4xx': Problem } },
    config: { policy: 'signingIn', audit: 'none' },
  }, async (request, reply) => reply.code(201).send(await passkeys.beginSecondFactor(request.session, partyOf(request))))

  app.post('/session/second-factor/passkey', {
    bodyLimit,
    schema: { operationId: 'givePasskey', summary: 'Completes a sign-in by a passkey, or gives it once more before management', tags, body: PasskeyAssertion, response: { 200: Session, '4xx': Problem } },
    config: { policy: 'signingIn', audit: 'account.second-factor' },
  }, async (request) => {
    await passkeys.giveSecondFactor(request.session, request.body, partyOf(request))
    return accounts.describe(request.session)
  })

  app.get('/account/passkeys', {
    schema: { operationId: 'listPasskeys', summary: 'Own passkeys', tags, response: { 200: Passkeys, '4xx': Problem } },
    config: { policy: 'signedIn', audit: 'none' },
  }, (request) => passkeys.list(request.session))

  app.post('/account/passkeys/challenge', {
    bodyLimit,
    schema: { operationId: 'beginPasskey', summary: 'What a browser needs to make a passkey', tags, body: PasswordProof, response: { 201: PasskeyChallenge, '4xx': Problem } },
    // Nothing has been done yet; a wrong password stands in the trail.
    config: { policy: 'signedIn', audit: 'none' },
  }, async (request, reply) => reply.code(201).send(await passkeys.beginAdding(request.session, request.body.password, partyOf(request))))

  app.post('/account/passkeys', {
    bodyLimit,
    schema: {
      operationId: 'addPasskey',
      summary: 'Adds the passkey the browser has made; the first second factor of an account brings recovery codes',
      tags,
      body: PasskeyRegistration,
      response: { 201: PasskeyAdded, '4xx': Problem },
    },
    config: { policy: 'signedIn', audit: 'account.second-factor' },
  }, async (request, reply) => reply.code(201).send(await passkeys.add(request.session, request.body, partyOf(request))))

  app.patch('/account/passkeys/:passkeyId', {
    bodyLimit,
    schema: { operationId: 'renamePasskey', summary: 'Gives a passkey another name', tags, params: PasskeyParams, body: PasskeyPatch, response: { 204: Empty, '4xx': Problem } },
    config: { policy: 'signedIn', audit: 'account.second-factor' },
  }, async (request, reply) => {
    await passkeys.rename(request.session, request.params.passkeyId, request.body.name)
    return reply.code(204).send(null)
  })

  app.post('/account/passkeys/:passkeyId/removal', {
    bodyLimit,
    schema: { operationId: 'removePasskey', summary: 'Removes a passkey', tags, params: PasskeyParams, body: PasswordProof, response: { 204: Empty, '4xx': Problem } },
    config: { policy: 'signedIn', audit: 'account.second-factor' },
  }, async (request, reply) => {
    await passkeys.remove(request.session, request.params.passkeyId, request.body.password)
    return reply.code(204).send(null)
  })
}
