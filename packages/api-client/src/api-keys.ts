/** API keys of the organisation's programs. */
import type { ApiKey, ApiKeyPage, ApiKeyPatch, ApiKeyQuery, ApiKeyRequest, ApiKeyRotation, ApiKeyScopeList, NewApiKey } from '@isocenter/contracts'
import { part, type ApiClient } from './client.ts'

export const apiKeys = (api: ApiClient) => ({
  list: (query: ApiKeyQuery = {}, signal?: AbortSignal) => api.request<ApiKeyPage>('GET', '/api-keys', { query, signal }),
  /** What can be given, and whether the caller may. */
  scopes: (signal?: AbortSignal) => api.request<ApiKeyScopeList>('GET', '/api-keys/scopes', { signal }),
  find: (apiKeyId: string, signal?: AbortSignal) => api.request<ApiKey>('GET', `/api-keys/${part(apiKeyId)}`, { signal }),
  /** The answer is the only one that tells the key. */
  create: (body: ApiKeyRequest) => api.request<NewApiKey>('POST', '/api-keys', { body }),
  change: (apiKeyId: string, body: ApiKeyPatch, version: number) => api.request<ApiKey>('PATCH', `/api-keys/${part(apiKeyId)}`, { body, ifMatch: version }),
  /** The answer is the only one that tells the new secret. */
  rotate: (apiKeyId: string, body: ApiKeyRotation = {}) => api.request<NewApiKey>('POST', `/api-keys/${part(apiKeyId)}/rotation`, { body }),
  revoke: (apiKeyId: string) => api.request('DELETE', `/api-keys/${part(apiKeyId)}`),
})
