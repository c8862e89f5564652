/** Share links: of those who make them, and of who holds one. */
import {
  sharedAttachmentsPath, type NewShareLink, type PageQuery, type SharedAttachmentList, type ShareLink, type ShareLinkPage, type ShareLinkRequest,
  type ShareRiskList, type ShareView, type ShareViewRequest,
} from '@isocenter/contracts'
import { createApiClient, part, type ApiClient } from './client.ts'

export const shareLinks = (api: ApiClient) => ({
  risks: (studies: readonly string[], signal?: AbortSignal) => api.request<ShareRiskList>('GET', '/share-risks', { query: { studies: studies.join(',') }, signal }),
  create: (body: ShareLinkRequest) => api.request<NewShareLink>('POST', '/share-links', { body }),
  list: (query: PageQuery, signal?: AbortSignal) => api.request<ShareLinkPage>('GET', '/share-links', { query, signal }),
  revoke: (linkId: string) => api.request<ShareLink>('DELETE', `/share-links/${part(linkId)}`),
})

/** By whoever holds the link; the browser keeps the cookie of the visit. */
export const openShareLink = (api: ApiClient, linkId: string, body: ShareViewRequest) => api.request<ShareView>('POST', `/shared/${part(linkId)}/views`, { body })

/** What a link that is open shows beside its images; the cookie of the visit is for the link's own addresses alone. @throws ApiProblem */
export const sharedAttachments = (linkId: string, signal: AbortSignal) => createApiClient({ root: '' }).request<SharedAttachmentList>('GET', sharedAttachmentsPath(part(linkId)), { signal })
