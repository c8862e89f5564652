/** HTTP face of API keys. */
import { ApiKey, ApiKeyPage, ApiKeyParams, ApiKeyPatch, ApiKeyQuery, ApiKeyRequest, ApiKeyRotation, ApiKeyScopeList, NewApiKey, Problem, defaultPageSize } from '@isocenter/contracts'
import { Type } from 'typebox'
import { etagOf, IfMatch, versionIn } from '../organisations/index.ts'
import { noStore } from '../platform/answer-headers.ts'
import type { ApiRoutes } from '../platform/typed-routes.ts'
import type { ApiKeys } from './api-keys.ts'

const bodyLimit = 16 * 1024
const Empty = Type.Null()
const tags = ['API keys']

export const apiKeyRoutes: ApiRoutes<{ apiKeys: ApiKeys }> = async (app, { apiKeys }) => {
  // Keys that are told once are nobody's to keep.
  app.addHook('onSend', noStore)

  app.get('/api-keys', {
    schema: { operationId: 'listApiKeys', summary: 'API keys of the organisation, the latest first', tags, querystring: ApiKeyQuery, response: { 200: ApiKeyPage, '4xx': Problem } },
    config: { policy: 'org.api_key', audit: 'none' },
  }, ({ access, query: { state, cursor, limit = defaultPageSize } }) => apiKeys.list(access, { state, cursor, limit }))

  app.get('/api-keys/scopes', {
    schema: {
      operationId: 'listApiKeyScopes',
      summary: 'What a key can be given, by SMART scope; letters on one resource may be joined (system/ImagingStudy.rs)',
      tags,
      response: { 200: ApiKeyScopeList, '4xx': Problem },
    },
    config: { policy: 'org.api_key', audit: 'none' },
  }, ({ access }) => apiKeys.scopes(access))

  app.post('/api-keys', {
    bodyLimit,
    schema: { operationId: 'createApiKey', summary: 'Makes a key, which this answer alone tells', tags, body: ApiKeyRequest, response: { 201: NewApiKey, '4xx': Problem } },
    config: { policy: 'org.api_key', audit: 'api-key.create' },
  }, async ({ access, body }, reply) => {
    const made = await apiKeys.create(access, body)
    return reply.code(201).header('etag', etagOf(made)).send(made)
  })

  app.get('/api-keys/:apiKeyId', {
    schema: { operationId: 'getApiKey', summary: 'One key, without what it is', tags, params: ApiKeyParams, response: { 200: ApiKey, '4xx': Problem } },
    config: { policy: 'org.api_key', audit: 'none' },
  }, async ({ access, params }, reply) => {
    const key = await apiKeys.find(access, params.apiKeyId)
    return reply.header('etag', etagOf(key)).send(key)
  })

  app.patch('/api-keys/:apiKeyId', {
    bodyLimit,
    schema: { operationId: 'changeApiKey', summary: 'Changes name, end or addresses', tags, params: ApiKeyParams, headers: IfMatch, body: ApiKeyPatch, response: { 200: ApiKey, '4xx': Problem } },
    config: { policy: 'org.api_key', audit: 'api-key.change' },
  }, async ({ access, params, body, headers }, reply) => {
    const key = await apiKeys.change(access, params.apiKeyId, body, versionIn(headers))
    return reply.header('etag', etagOf(key)).send(key)
  })

  app.post('/api-keys/:apiKeyId/rotation', {
    bodyLimit,
    schema: {
      operationId: 'rotateApiKey',
      summary: 'A new secret, which this answer alone tells; the former one goes on for the overlap',
      tags,
      params: ApiKeyParams,
      body: ApiKeyRotation,
      response: { 201: NewApiKey, '4xx': Problem },
    },
    config: { policy: 'org.api_key', audit: 'api-key.rotate' },
  }, async ({ access, params, body }, reply) => {
    const key = await apiKeys.rotate(access, params.apiKeyId, body)
    return reply.code(201).header('etag', etagOf(key)).send(key)
  })

  app.delete('/api-keys/:apiKeyId', {
    schema: { operationId: 'revokeApiKey', summary: 'Ends a key at once', tags, params: ApiKeyParams, response: { 204: Empty, '4xx': Problem } },
    config: { policy: 'org.api_key', audit: 'api-key.revoke' },
  }, async ({ access, params }, reply) => {
    await apiKeys.revoke(access, params.apiKeyId)
    return reply.code(204).send(null)
  })
}
