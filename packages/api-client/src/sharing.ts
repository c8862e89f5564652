/** Share links: of those who make them, and of who holds one. */
import type { NewShareLink, PageQuery, ShareLink, ShareLinkPage, ShareLinkRequest, ShareRiskList, ShareView, ShareViewRequest } from '@isocenter/contracts'
import { part, type ApiClient } from './client.ts'

export const shareLinks = (api: ApiClient) => ({
  risks: (studies: readonly string[], signal?: AbortSignal) => api.request<ShareRiskList>('GET', '/share-risks', { query: { studies: studies.join(',') }, signal }),
  create: (body: ShareLinkRequest) => api.request<NewShareLink>('POST', '/share-links', { body }),
  list: (query: PageQuery, signal?: AbortSignal) => api.request<ShareLinkPage>('GET', '/share-links', { query, signal }),
  revoke: (linkId: string) => api.request<ShareLink>('DELETE', `/share-links/${part(linkId)}`),
})

/** By whoever holds the link; the browser keeps the cookie of the visit. */
export const openShareLink = (api: ApiClient, linkId: string, body: ShareViewRequest) => api.request<ShareView>('POST', `/shared/${part(linkId)}/views`, { body })
