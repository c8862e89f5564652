/** Downloads of the person signed in. The file itself a browser fetches from `downloadFilePath`. */
import type { Download, DownloadPage, DownloadQuery, DownloadRequest } from '@isocenter/contracts'
import { part, type ApiClient } from './client.ts'

export const downloads = (api: ApiClient) => ({
  create: (body: DownloadRequest) => api.request<Download>('POST', '/downloads', { body }),
  list: (query: DownloadQuery, signal?: AbortSignal) => api.request<DownloadPage>('GET', '/downloads', { query, signal }),
  find: (downloadId: string, signal?: AbortSignal) => api.request<Download>('GET', `/downloads/${part(downloadId)}`, { signal }),
  /** Without a person having asked for it: how far it is. */
  look: (query: DownloadQuery, signal?: AbortSignal) => api.request<DownloadPage>('GET', '/downloads', { query, signal, isBackground: true }),
  retry: (downloadId: string) => api.request<Download>('POST', `/downloads/${part(downloadId)}/retry`),
  remove: (downloadId: string) => api.request('DELETE', `/downloads/${part(downloadId)}`),
})
