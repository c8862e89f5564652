/** The home log, the audit trail, and the logs made of it. */
import type { AuditExportQuery, AuditFilter, AuditHead, AuditPage, HomeLogFilter, HomeLogPage, PageQuery, StudyLogFilter, StudyLogPage } from '@isocenter/contracts'
import type { ApiClient } from './client.ts'

export const auditLogs = (api: ApiClient) => ({
  home: (query: HomeLogFilter & PageQuery, signal?: AbortSignal) => api.request<HomeLogPage>('GET', '/home-log', { query, signal }),
  search: (query: AuditFilter & PageQuery, signal?: AbortSignal) => api.request<AuditPage>('GET', '/audit/entries', { query, signal }),
  /** The entries the filter finds, as a file. */
  export: (query: AuditExportQuery, signal?: AbortSignal) => api.request<Blob>('GET', '/audit/export', { query, signal, answer: 'blob' }),
  users: (query: AuditFilter & PageQuery, signal?: AbortSignal) => api.request<AuditPage>('GET', '/audit/user-log', { query, signal }),
  studies: (query: StudyLogFilter & PageQuery, signal?: AbortSignal) => api.request<StudyLogPage>('GET', '/audit/study-log', { query, signal }),
  head: (signal?: AbortSignal) => api.request<AuditHead>('GET', '/audit/head', { signal }),
})
