/** The study list, a study's page, and what belongs together. Locks and deletions: maintenance.ts; favourites: people.ts. */
import type { StudyDetail, StudyListQuery, StudyPage } from '@isocenter/contracts'
import { part, type ApiClient } from './client.ts'

export const studies = (api: ApiClient) => ({
  list: (query: StudyListQuery, signal?: AbortSignal) => api.request<StudyPage>('GET', '/studies', { query, signal }),
  /** Without a person having asked for it: whether there is something new. */
  look: (query: StudyListQuery, signal?: AbortSignal) => api.request<StudyPage>('GET', '/studies', { query, signal, isBackground: true }),
  find: (StudyInstanceUID: string, signal?: AbortSignal) => api.request<StudyDetail>('GET', `/studies/${part(StudyInstanceUID)}`, { signal }),
  showSeries: (StudyInstanceUID: string, SeriesInstanceUID: string, isShown: boolean) =>
    api.request('PUT', `/studies/${part(StudyInstanceUID)}/series/${part(SeriesInstanceUID)}/visibility`, { body: { isShown } }),
  relate: (StudyInstanceUID: string, related: string) => api.request('PUT', `/studies/${part(StudyInstanceUID)}/related/${part(related)}`),
  unrelate: (StudyInstanceUID: string, related: string) => api.request('DELETE', `/studies/${part(StudyInstanceUID)}/related/${part(related)}`),
})
