/** HTTP face of the people of an organisation: members, invitations, roles; and of one's own memberships. */
import {
  InvitationAcceptance, InvitationMade, InvitationPage, InvitationParams, InvitationRequest, MemberCreation, MemberDetail, MemberPage, MemberParams,
  MemberPatch, MemberQuery, MemberRequest, OwnInvitations, OwnMembership, OwnMemberships,
  PageQuery, PermissionList, Problem, Role, RoleDeletion, RoleList, RoleParams, RolePatch, RoleRequest, defaultPageSize,
} from '@isocenter/contracts'
import { Type } from 'typebox'
import type { AccessLog } from '../audit/index.ts'
import { actorOf } from '../identity/index.ts'
import { noStore } from '../platform/answer-headers.ts'
import type { ApiRoutes } from '../platform/typed-routes.ts'
import { etagOf, IfMatch, versionIn } from './if-match.ts'
import type { Organisations } from './organisations.ts'

const Empty = Type.Null()
const MemberListing = Type.Object({ ...PageQuery.properties, ...MemberQuery.properties })
const Joined = Type.Object({ membershipId: MemberParams.properties.membershipId })

export const peopleRoutes: ApiRoutes<{ organisations: Organisations; accessLog: AccessLog }> = async (app, { organisations: { members, invitations, roles, workbench }, accessLog }) => {
  const tags = ['People']
  // Names, numbers and passwords that are shown once are nobody's to keep.
  app.addHook('onSend', noStore)

  // ── One's own ────────────────────────────────────────────────────────────────────────────────

  app.get('/account/memberships', {
    schema: { operationId: 'listOwnMemberships', summary: 'Organisations of who is signed in, with what he may do there', tags, response: { 200: OwnMemberships, '4xx': Problem } },
    config: { policy: 'signedIn', audit: 'none', isOpenToVouched: true },
  }, (request) => workbench.list(request.session))

  app.post('/account/memberships/:membershipId/switch', {
    schema: { operationId: 'switchMembership', summary: 'Goes to work in another organisation', tags, params: MemberParams, response: { 200: OwnMembership, '4xx': Problem } },
    config: { policy: 'signedIn', audit: 'member.switch', isOpenToVouched: true },
  }, (request) => workbench.switchTo(request.session, request.params.membershipId))

  app.get('/account/invitations', {
    schema: { operationId: 'listOwnInvitations', summary: 'Invitations that wait for the answer of who is signed in', tags, response: { 200: OwnInvitations, '4xx': Problem } },
    config: { policy: 'signedIn', audit: 'none', isOpenToVouched: true },
  }, (request) => invitations.own(request.session))

  app.post('/account/invitations/:invitationId/acceptance', {
    schema: {
      operationId: 'acceptInvitation',
      summary: 'Joins the organisation; with the acceptance code where the phone has not been proven',
      tags,
      params: InvitationParams,
      body: InvitationAcceptance,
      response: { 200: Joined, '4xx': Problem },
    },
    config: { policy: 'signedIn', audit: 'invitation.answer' },
  }, (request) => invitations.accept(request.session, request.params.invitationId, request.body.code))

  app.post('/account/invitations/:invitationId/declination', {
    schema: { operationId: 'declineInvitation', summary: 'Declines to join', tags, params: InvitationParams, response: { 204: Empty, '4xx': Problem } },
    config: { policy: 'signedIn', audit: 'invitation.answer' },
  }, async (request, reply) => {
    await invitations.decline(request.session, request.params.invitationId)
    return reply.code(204).send(null)
  })

  // ── Members ──────────────────────────────────────────────────────────────────────────────────

  app.get('/members', {
    schema: { operationId: 'listMembers', summary: 'Members of the organisation, the latest first', tags, querystring: MemberListing, response: { 200: MemberPage, '4xx': Problem } },
    config: { policy: 'org.member', audit: 'member.read' },
  }, async ({ access, query: { cursor, limit = defaultPageSize, ...query } }) => {
    const page = await members.list(access, query, { cursor, limit })
    accessLog.accessed({ organisationId: access.organisationId, actor: actorOf(access), action: 'member.read' })
    return page
  })

  app.get('/members/:membershipId', {
    schema: { operationId: 'getMember', summary: 'One member', tags, params: MemberParams, response: { 200: MemberDetail, '4xx': Problem } },
    config: { policy: 'org.member', audit: 'member.read' },
  }, async ({ access, params }, reply) => {
    const member = await members.find(access, params.membershipId)
    accessLog.accessed({ organisationId: access.organisationId, actor: actorOf(access), action: 'member.read' })
    return reply.header('etag', etagOf(member)).send(member)
  })

  app.post('/members', {
    schema: { operationId: 'createMember', summary: 'Makes an account and its membership; invites who has an account', tags, body: MemberRequest, response: { 201: MemberCreation, '4xx': Problem } },
    config: { policy: 'org.member', audit: 'member.create' },
  }, async (request, reply) => reply.code(201).send(await members.create(request.access, request.body)))

  app.patch('/members/:membershipId', {
    schema: { operationId: 'changeMember', summary: 'Changes role, department or functions of a member', tags, params: MemberParams, headers: IfMatch, body: MemberPatch, response: { 200: MemberDetail, '4xx': Problem } },
    config: { policy: 'org.member', audit: 'member.change' },
  }, async (request, reply) => {
    const member = await members.change(request.access, request.params.membershipId, request.body, versionIn(request.headers))
    return reply.header('etag', etagOf(member)).send(member)
  })

  for (const [path, event, operationId, summary] of [
    ['suspension', 'suspend', 'suspendMember', 'Takes everything from a member for now'], ['reinstatement', 'reinstate', 'reinstateMember', 'Gives a suspended member everything back'],
  ] as const) {
    app.post(`/members/:membershipId/${path}`, {
      schema: { operationId, summary, tags, params: MemberParams, response: { 204: Empty, '4xx': Problem } },
      config: { policy: 'org.member', audit: 'member.change' },
    }, async (request, reply) => {
      await members.move(request.access, request.params.membershipId, event)
      return reply.code(204).send(null)
    })
  }

  app.delete('/members/:membershipId', {
    schema: { operationId: 'removeMember', summary: 'Removes a member; an invitation brings him back', tags, params: MemberParams, response: { 204: Empty, '4xx': Problem } },
    config: { policy: 'org.member', audit: 'member.change' },
  }, async (request, reply) => {
    await members.move(request.access, request.params.membershipId, 'remove')
    return reply.code(204).send(null)
  })

  // ── Invitations ──────────────────────────────────────────────────────────────────────────────

  app.get('/invitations', {
    schema: { operationId: 'listInvitations', summary: 'Invitations of the organisation, the latest first', tags, querystring: PageQuery, response: { 200: InvitationPage, '4xx': Problem } },
    config: { policy: 'org.member', audit: 'member.read' },
  }, async ({ access, query }) => {
    const page = await invitations.list(access, { cursor: query.cursor, limit: query.limit ?? defaultPageSize })
    accessLog.accessed({ organisationId: access.organisationId, actor: actorOf(access), action: 'member.read' })
    return page
  })

  app.post('/invitations', {
    schema: { operationId: 'inviteMember', summary: 'Invites by phone number; the answer is the same whether or not somebody has it', tags, body: InvitationRequest, response: { 201: InvitationMade, '4xx': Problem } },
    config: { policy: 'org.member', audit: 'member.invite' },
  }, async (request, reply) => reply.code(201).send(await invitations.invite(request.access, request.body)))

  app.post('/invitations/:invitationId/renewal', {
    schema: { operationId: 'inviteMemberAgain', summary: 'Invites again, with another acceptance code', tags, params: InvitationParams, response: { 200: InvitationMade, '4xx': Problem } },
    config: { policy: 'org.member', audit: 'member.invite' },
  }, (request) => invitations.inviteAgain(request.access, request.params.invitationId))

  app.delete('/invitations/:invitationId', {
    schema: { operationId: 'withdrawInvitation', summary: 'Withdraws an invitation', tags, params: InvitationParams, response: { 204: Empty, '4xx': Problem } },
    config: { policy: 'org.member', audit: 'invitation.withdraw' },
  }, async (request, reply) => {
    await invitations.withdraw(request.access, request.params.invitationId)
    return reply.code(204).send(null)
  })

  // ── Roles ────────────────────────────────────────────────────────────────────────────────────

  app.get('/permissions', {
    schema: { operationId: 'listPermissions', summary: 'What roles of the organisation can be given', tags, response: { 200: PermissionList, '4xx': Problem } },
    config: { policy: 'organisation:read', audit: 'none' },
  }, (request) => roles.permissions(request.access))

  app.get('/roles', {
    schema: { operationId: 'listRoles', summary: 'Roles of the organisation', tags, response: { 200: RoleList, '4xx': Problem } },
    config: { policy: 'organisation:read', audit: 'none' },
  }, (request) => roles.list(request.access))

  app.get('/roles/:roleId', {
    schema: { operationId: 'getRole', summary: 'One role', tags, params: RoleParams, response: { 200: Role, '4xx': Problem } },
    config: { policy: 'organisation:read', audit: 'none' },
  }, async (request, reply) => {
    const role = await roles.find(request.access, request.params.roleId)
    return reply.header('etag', etagOf(role)).send(role)
  })

  app.post('/roles', {
    schema: { operationId: 'createRole', summary: 'Adds a role', tags, body: RoleRequest, response: { 201: Role, '4xx': Problem } },
    config: { policy: 'org.role', audit: 'role.change' },
  }, async (request, reply) => {
    const role = await roles.create(request.access, request.body)
    return reply.code(201).header('etag', etagOf(role)).send(role)
  })

  app.patch('/roles/:roleId', {
    schema: { operationId: 'changeRole', summary: 'Changes a role, for all who hold it and at once', tags, params: RoleParams, headers: IfMatch, body: RolePatch, response: { 200: Role, '4xx': Problem } },
    config: { policy: 'org.role', audit: 'role.change' },
  }, async (request, reply) => {
    const role = await roles.change(request.access, request.params.roleId, request.body, versionIn(request.headers))
    return reply.header('etag', etagOf(role)).send(role)
  })

  app.delete('/roles/:roleId', {
    schema: { operationId: 'deleteRole', summary: 'Deletes a role; who holds it gets another', tags, params: RoleParams, querystring: RoleDeletion, response: { 204: Empty, '4xx': Problem } },
    config: { policy: 'org.role', audit: 'role.change' },
  }, async (request, reply) => {
    await roles.remove(request.access, request.params.roleId, request.query.replacementId)
    return reply.code(204).send(null)
  })
}
