/** Lists as spreadsheets; each answers a download. */
import type { Download, ExportFields, StudyExportRequest } from '@isocenter/contracts'
import type { ApiClient } from './client.ts'

export const studyExport = (api: ApiClient) => ({
  fields: (signal?: AbortSignal) => api.request<ExportFields>('GET', '/exports/studies/fields', { signal }),
  create: (body: StudyExportRequest) => api.request<Download>('POST', '/exports/studies', { body }),
})
