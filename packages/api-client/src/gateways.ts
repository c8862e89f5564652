/** Gateways of a hospital, what they are told to do, and the code that enrols them. */
import type { Command, CommandRequest, GatewayDetail, GatewayPage, GatewaySummary, PageQuery, UploadCode } from '@isocenter/contracts'
import { part, type ApiClient } from './client.ts'

export const gateways = (api: ApiClient) => ({
  list: (query: PageQuery = {}, signal?: AbortSignal) => api.request<GatewayPage>('GET', '/gateways', { query, signal }),
  find: (gatewayId: string, signal?: AbortSignal) => api.request<GatewayDetail>('GET', `/gateways/${part(gatewayId)}`, { signal }),
  rename: (gatewayId: string, name: string) => api.request<GatewaySummary>('PATCH', `/gateways/${part(gatewayId)}`, { body: { name } }),
  revoke: (gatewayId: string) => api.request('DELETE', `/gateways/${part(gatewayId)}`),
  /** @param idempotencyKey the same for every try of one order */
  command: (gatewayId: string, body: CommandRequest, idempotencyKey?: string) => api.request<Command>('POST', `/gateways/${part(gatewayId)}/commands`, { body, idempotencyKey }),
  uploadCode: (signal?: AbortSignal) => api.request<UploadCode>('GET', '/upload-code', { signal }),
  rotateUploadCode: () => api.request<UploadCode>('POST', '/upload-code/rotation'),
})
