/** HTTP face of credential documents: of their holder, and of who verifies them. */
import {
  Credential, CredentialFileParams, credentialFileTypes, CredentialList, CredentialParams, CredentialPatch, CredentialRejection, CredentialRequest, defaultPageSize, maxCredentialFileBytes,
  MemberCredential, MemberCredentialFileParams, MemberCredentialList, MemberCredentialParams, MemberParams, PageQuery, Problem, WaitingCredentialPage,
} from '@isocenter/contracts'
import { Readable } from 'node:stream'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { etagOf, IfMatch, versionIn } from '../organisations/index.ts'
import { noStore } from '../platform/answer-headers.ts'
import { badRequest, unsupportedMediaType } from '../platform/problem.ts'
import type { ApiRoutes } from '../platform/typed-routes.ts'
import { isCredentialFileType } from './credential-files.ts'
import type { OpenedFile } from './credentials.ts'
import type { People } from './people.ts'

const bodyLimit = 16 * 1024
const Empty = Type.Null()
/** Documentation only: what comes is a stream. */
const DocumentFile = Type.Unsafe<unknown>({ description: 'the bytes of the file: JPEG, PNG, WebP or PDF' })
/** A decision is about what was looked at. */
const Looked = Type.Object({ 'if-match': Type.String({ pattern: '^"\\d{1,9}"$', description: 'ETag of the version that was looked at' }) })
const own = ['Personal centre']
const tags = ['Credentials']

export const credentialRoutes: ApiRoutes<{ people: Pick<People, 'credentials' | 'verification'> }> = async (app, { people: { credentials, verification } }) => {
  app.addContentTypeParser([...credentialFileTypes], (_request, body, done) => { done(null, body) })
  app.addHook('onSend', noStore)

  // ── One's own ────────────────────────────────────────────────────────────────────────────────

  app.get('/account/credentials', {
    schema: { operationId: 'listOwnCredentials', summary: 'Documents of the person who is signed in, the latest first', tags: own, response: { 200: CredentialList, '4xx': Problem } },
    config: { policy: 'signedIn', audit: 'none' },
  }, async (request) => ({ items: await credentials.list(request.session) }))

  app.get('/account/credentials/:credentialId', {
    schema: { operationId: 'getOwnCredential', summary: 'One document of one\'s own', tags: own, params: CredentialParams, response: { 200: Credential, '4xx': Problem } },
    config: { policy: 'signedIn', audit: 'none' },
  }, async (request, reply) => {
    const credential = await credentials.find(request.session, request.params.credentialId)
    return reply.header('etag', etagOf(credential)).send(credential)
  })

  app.post('/account/credentials', {
    bodyLimit,
    schema: { operationId: 'createCredential', summary: 'Begins a document; files are added next, then it is submitted', tags: own, body: CredentialRequest, response: { 201: Credential, '4xx': Problem } },
    config: { policy: 'signedIn', audit: 'credential.change' },
  }, async (request, reply) => {
    const credential = await credentials.create(request.session, request.body)
    return reply.code(201).header('etag', etagOf(credential)).send(credential)
  })

  app.patch('/account/credentials/:credentialId', {
    bodyLimit,
    schema: {
      operationId: 'changeCredential',
      summary: 'Changes number, title or end of a document that is not submitted',
      tags: own,
      params: CredentialParams,
      headers: IfMatch,
      body: CredentialPatch,
      response: { 200: Credential, '4xx': Problem },
    },
    config: { policy: 'signedIn', audit: 'credential.change' },
  }, async (request, reply) => {
    const credential = await credentials.change(request.session, request.params.credentialId, request.body, versionIn(request.headers))
    return reply.header('etag', etagOf(credential)).send(credential)
  })

  app.delete('/account/credentials/:credentialId', {
    schema: { operationId: 'discardCredential', summary: 'Discards a document with its files, for good', tags: own, params: CredentialParams, response: { 204: Empty, '4xx': Problem } },
    config: { policy: 'signedIn', audit: 'credential.change' },
  }, async (request, reply) => {
    await credentials.move(request.session, request.params.credentialId, 'discard')
    return reply.code(204).send(null)
  })

  for (const [path, event, operationId, summary] of [
    ['submission', 'submit', 'submitCredential', 'Submits a document to be verified'], ['recall', 'recall', 'recallCredential', 'Takes a document back that was not looked at yet'],
  ] as const) {
    app.post(`/account/credentials/:credentialId/${path}`, {
      schema: { operationId, summary, tags: own, params: CredentialParams, response: { 204: Empty, '4xx': Problem } },
      config: { policy: 'signedIn', audit: 'credential.change' },
    }, async (request, reply) => {
      await credentials.move(request.session, request.params.credentialId, event)
      return reply.code(204).send(null)
    })
  }

  app.post('/account/credentials/:credentialId/files', {
    // As it comes, a stream, which counts for itself; the bound here is on what the request says of its length.
    bodyLimit: maxCredentialFileBytes,
    schema: {
      operationId: 'addCredentialFile',
      summary: 'Adds a picture or PDF of the document; it is kept encrypted',
      tags: own,
      params: CredentialParams,
      consumes: 'application/pdf',
      body: DocumentFile,
      response: { 201: Credential, '4xx': Problem },
    },
    config: { policy: 'signedIn', audit: 'credential.change' },
  }, async (request, reply) => {
    const credential = await credentials.addFile(request.session, request.params.credentialId, typeOf(request), streamIn(request.body))
    return reply.code(201).header('etag', etagOf(credential)).send(credential)
  })

  app.get('/account/credentials/:credentialId/files/:fileId', {
    schema: { operationId: 'getOwnCredentialFile', summary: 'A file of one\'s own document', tags: own, params: CredentialFileParams },
    config: { policy: 'signedIn', audit: 'credential.view' },
  }, async (request, reply) => sendFile(reply, await credentials.openFile(request.session, request.params.credentialId, request.params.fileId)))

  app.delete('/account/credentials/:credentialId/files/:fileId', {
    schema: { operationId: 'removeCredentialFile', summary: 'Removes a file of a document that is not submitted', tags: own, params: CredentialFileParams, response: { 204: Empty, '4xx': Problem } },
    config: { policy: 'signedIn', audit: 'credential.change' },
  }, async (request, reply) => {
    await credentials.removeFile(request.session, request.params.credentialId, request.params.fileId)
    return reply.code(204).send(null)
  })

  // ── Members' ─────────────────────────────────────────────────────────────────────────────────

  app.get('/credentials/waiting', {
    schema: {
      operationId: 'listWaitingCredentials',
      summary: 'Documents of members that wait to be verified, the longest waiting first',
      tags,
      querystring: PageQuery,
      response: { 200: WaitingCredentialPage, '4xx': Problem },
    },
    config: { policy: 'org.member', audit: 'credential.read' },
  }, (request) => verification.waiting(request.access, { cursor: request.query.cursor, limit: request.query.limit ?? defaultPageSize }))

  app.get('/members/:membershipId/credentials', {
    schema: { operationId: 'listMemberCredentials', summary: 'Documents of one member; what is in them only to who verifies them', tags, params: MemberParams, response: { 200: MemberCredentialList, '4xx': Problem } },
    config: { policy: 'org.member', audit: 'credential.read' },
  }, async (request) => ({ items: await verification.list(request.access, request.params.membershipId) }))

  app.get('/members/:membershipId/credentials/:credentialId/files/:fileId', {
    schema: { operationId: 'getMemberCredentialFile', summary: 'A file of a document, to who verifies it', tags, params: MemberCredentialFileParams },
    config: { policy: 'org.member', audit: 'credential.view' },
  }, async ({ access, params }, reply) => sendFile(reply, await verification.openFile(access, params.membershipId, params.credentialId, params.fileId)))

  app.post('/members/:membershipId/credentials/:credentialId/verification', {
    schema: { operationId: 'verifyCredential', summary: 'Says that a document is what it says', tags, params: MemberCredentialParams, headers: Looked, response: { 200: MemberCredential, '4xx': Problem } },
    config: { policy: 'org.member', audit: 'credential.decide' },
  }, ({ access, params, headers }) => verification.decide(access, params.membershipId, params.credentialId, { event: 'verify' }, versionIn(headers) ?? 0))

  app.post('/members/:membershipId/credentials/:credentialId/rejection', {
    bodyLimit,
    schema: {
      operationId: 'rejectCredential',
      summary: 'Sends a document back with the reason',
      tags,
      params: MemberCredentialParams,
      headers: Looked,
      body: CredentialRejection,
      response: { 200: MemberCredential, '4xx': Problem },
    },
    config: { policy: 'org.member', audit: 'credential.decide' },
  }, ({ access, params, headers, body }) => verification.decide(access, params.membershipId, params.credentialId, { event: 'reject', reason: body.reason }, versionIn(headers) ?? 0))
}

function typeOf({ headers }: FastifyRequest): (typeof credentialFileTypes)[number] {
  const type = (headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? ''
  if (!isCredentialFileType(type)) throw unsupportedMediaType('Send a picture or a PDF.', { accepted: credentialFileTypes })
  return type
}

function streamIn(body: unknown): Readable {
  if (!(body instanceof Readable)) throw badRequest('The body must be a picture or a PDF.')
  return body
}

/** For a person to look at, never for a page of ours to run. */
function sendFile(reply: FastifyReply, { contentType, byteLength, bytes }: OpenedFile): FastifyReply {
  return reply.type(contentType).headers({
    'content-length': byteLength, 'content-disposition': 'inline', 'x-content-type-options': 'nosniff', 'content-security-policy': "sandbox; default-src 'none'; frame-ancestors 'self'",
  }).send(bytes)
}
