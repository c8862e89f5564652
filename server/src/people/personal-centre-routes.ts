/** HTTP face of what a person says of himself and chooses for himself. */
import {
  ColumnLayout, ColumnLayoutParams, ContactChange, ContactChangeCompletion, ContactChangeParams, EmailChangeRequest, IntroductionPatch, Landing,
  maxAvatarBytes, MemberParams, OwnPermissions, PasswordProof, PhoneChangeRequest,
  Preferences, PreferencesPatch, Problem, Profile, ProfilePatch,
} from '@isocenter/contracts'
import { Type } from 'typebox'
import { asBytes, etagOf, IfMatch, Picture, takePictures, versionIn } from '../organisations/index.ts'
import type { ApiRoutes } from '../platform/typed-routes.ts'
import type { People } from './people.ts'

const bodyLimit = 64 * 1024
const Empty = Type.Null()
const tags = ['Personal centre']

export const personalCentreRoutes: ApiRoutes<{
  people: Pick<People, 'profiles' | 'avatars' | 'contactChanges' | 'preferences' | 'permissions'>
}> = async (app, { people: { profiles, avatars, contactChanges, preferences, permissions } }) => {
  takePictures(app)
  app.addHook('onSend', (_request, reply, _payload, next) => { if (!reply.hasHeader('cache-control')) reply.header('cache-control', 'no-store'); next() })

  app.get('/account/profile', {
    schema: { operationId: 'getProfile', summary: 'What the person who is signed in says of himself', tags, response: { 200: Profile, '4xx': Problem } },
    config: { policy: 'signedIn', audit: 'none', isOpenToVouched: true },
  }, async (request, reply) => {
    const profile = await profiles.find(request.session)
    return reply.header('etag', etagOf(profile)).send(profile)
  })

  app.patch('/account/profile', {
    bodyLimit,
    schema: { operationId: 'changeProfile', summary: 'Changes name or gender', tags, headers: IfMatch, body: ProfilePatch, response: { 200: Profile, '4xx': Problem } },
    config: { policy: 'signedIn', audit: 'account.profile' },
  }, async (request, reply) => {
    const profile = await profiles.change(request.session, request.body, versionIn(request.headers))
    return reply.header('etag', etagOf(profile)).send(profile)
  })

  app.patch('/account/memberships/:membershipId', {
    bodyLimit,
    schema: { operationId: 'introduceOneself', summary: 'Says something of oneself to the members of one organisation', tags, params: MemberParams, body: IntroductionPatch, response: { 200: Profile, '4xx': Problem } },
    config: { policy: 'signedIn', audit: 'account.profile' },
  }, (request) => profiles.introduce(request.session, request.params.membershipId, request.body))

  // ── Avatar ───────────────────────────────────────────────────────────────────────────────────

  app.get('/account/avatar', {
    schema: { operationId: 'getOwnAvatar', summary: 'The own avatar, WebP', tags },
    config: { policy: 'signedIn', audit: 'none', isOpenToVouched: true },
  }, async (request, reply) => {
    const { webp, etag } = await avatars.find(request.session.accountId)
    return reply.type('image/webp').headers({ etag, 'x-content-type-options': 'nosniff', 'cache-control': 'private, no-cache' }).send(webp)
  })

  app.put('/account/avatar', {
    bodyLimit: maxAvatarBytes,
    schema: { operationId: 'putAvatar', summary: 'Sets the own avatar: a square is cut from the middle', tags, consumes: 'image/png', body: Picture, response: { 204: Empty, '4xx': Problem } },
    config: { policy: 'signedIn', audit: 'account.profile' },
  }, async (request, reply) => {
    await avatars.put(request.session, asBytes(request.body))
    return reply.code(204).send(null)
  })

  app.delete('/account/avatar', {
    schema: { operationId: 'removeAvatar', summary: 'Removes the own avatar', tags, response: { 204: Empty, '4xx': Problem } },
    config: { policy: 'signedIn', audit: 'account.profile' },
  }, async (request, reply) => {
    await avatars.remove(request.session)
    return reply.code(204).send(null)
  })

  // ── Phone and e-mail ─────────────────────────────────────────────────────────────────────────

  app.post('/account/phone/changes', {
    bodyLimit,
    schema: { operationId: 'askForPhoneChange', summary: 'Sends a code to a phone number that is to be signed in with', tags, body: PhoneChangeRequest, response: { 201: ContactChange, '4xx': Problem } },
    config: { policy: 'signedIn', audit: 'none' },
  }, async (request, reply) => reply.code(201).send(await contactChanges.askForPhone(request.session, request.body.phone, request.body.password)))

  app.post('/account/email/changes', {
    bodyLimit,
    schema: { operationId: 'askForEmailChange', summary: 'Sends a code to an e-mail address that is to be the account\'s', tags, body: EmailChangeRequest, response: { 201: ContactChange, '4xx': Problem } },
    config: { policy: 'signedIn', audit: 'none' },
  }, async (request, reply) => reply.code(201).send(await contactChanges.askForEmail(request.session, request.body.email, request.body.password)))

  app.post('/account/contact-changes/:changeId/completion', {
    bodyLimit,
    schema: {
      operationId: 'completeContactChange',
      summary: 'Takes the phone number or address the code was sent to',
      tags,
      params: ContactChangeParams,
      body: ContactChangeCompletion,
      response: { 204: Empty, '4xx': Problem },
    },
    config: { policy: 'signedIn', audit: 'account.contact' },
  }, async (request, reply) => {
    await contactChanges.complete(request.session, request.params.changeId, request.body.code)
    return reply.code(204).send(null)
  })

  app.post('/account/email/removal', {
    bodyLimit,
    schema: { operationId: 'removeEmail', summary: 'Removes the e-mail address of the account', tags, body: PasswordProof, response: { 204: Empty, '4xx': Problem } },
    config: { policy: 'signedIn', audit: 'account.contact' },
  }, async (request, reply) => {
    await contactChanges.removeEmail(request.session, request.body.password)
    return reply.code(204).send(null)
  })

  // ── Choices ──────────────────────────────────────────────────────────────────────────────────

  app.get('/account/preferences', {
    schema: { operationId: 'getPreferences', summary: 'What holds on all devices of the person who is signed in, and what is bound to the account', tags, response: { 200: Preferences, '4xx': Problem } },
    config: { policy: 'signedIn', audit: 'none', isOpenToVouched: true },
  }, async (request, reply) => {
    const found = await preferences.find(request.session)
    return reply.header('etag', etagOf(found)).send(found)
  })

  app.patch('/account/preferences', {
    bodyLimit,
    schema: { operationId: 'changePreferences', summary: 'Changes what holds on all devices', tags, headers: IfMatch, body: PreferencesPatch, response: { 200: Preferences, '4xx': Problem } },
    config: { policy: 'signedIn', audit: 'account.settings' },
  }, async (request, reply) => {
    const changed = await preferences.change(request.session, request.body, versionIn(request.headers))
    return reply.header('etag', etagOf(changed)).send(changed)
  })

  app.post('/account/binding-offer/dismissal', {
    schema: { operationId: 'putOffBinding', summary: 'Asks for no binding for fifteen days', tags, response: { 200: Preferences, '4xx': Problem } },
    config: { policy: 'signedIn', audit: 'account.settings', isOpenToVouched: true },
  }, (request) => preferences.putOffBinding(request.session))

  app.get('/account/landing', {
    schema: { operationId: 'getLanding', summary: 'Where the person who is signed in goes first', tags, response: { 200: Landing, '4xx': Problem } },
    config: { policy: 'signedIn', audit: 'none', isOpenToVouched: true },
  }, (request) => preferences.landing(request.session))

  app.get('/account/column-layouts/:list', {
    schema: { operationId: 'getColumnLayout', summary: 'Columns of one list as the person has set them; none where he has not', tags, params: ColumnLayoutParams, response: { 200: ColumnLayout, '4xx': Problem } },
    config: { policy: 'signedIn', audit: 'none', isOpenToVouched: true },
  }, (request) => preferences.layout(request.session, request.params.list))

  app.put('/account/column-layouts/:list', {
    bodyLimit,
    schema: { operationId: 'putColumnLayout', summary: 'Sets the columns of one list; no columns set it back', tags, params: ColumnLayoutParams, body: ColumnLayout, response: { 204: Empty, '4xx': Problem } },
    config: { policy: 'signedIn', audit: 'account.settings', isOpenToVouched: true },
  }, async (request, reply) => {
    await preferences.putLayout(request.session, request.params.list, request.body)
    return reply.code(204).send(null)
  })

  app.get('/account/permissions', {
    schema: { operationId: 'listOwnPermissions', summary: 'What the person may do in each of his organisations, in plain words', tags, response: { 200: OwnPermissions, '4xx': Problem } },
    config: { policy: 'signedIn', audit: 'none' },
  }, (request) => permissions(request.session))
}
