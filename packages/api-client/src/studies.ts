/** The study list, a study's page, and what belongs together. Locks and deletions: maintenance.ts; favourites: people.ts. */
import type { CaseCorrections, ColleagueShare, SavedView, SavedViewList, SavedViewRequest, SimilarStudyList, StudyDetail, StudyListQuery, StudyPage } from '@isocenter/contracts'
import { part, type ApiClient } from './client.ts'

export const studies = (api: ApiClient) => ({
  list: (query: StudyListQuery, signal?: AbortSignal) => api.request<StudyPage>('GET', '/studies', { query, signal }),
  /** Without a person having asked for it: whether there is something new. */
  look: (query: StudyListQuery, signal?: AbortSignal) => api.request<StudyPage>('GET', '/studies', { query, signal, isBackground: true }),
  find: (StudyInstanceUID: string, signal?: AbortSignal) => api.request<StudyDetail>('GET', `/studies/${part(StudyInstanceUID)}`, { signal }),
  /** @param version `caseVersion` of what was looked at */
  correct: (StudyInstanceUID: string, corrections: CaseCorrections['corrections'], version: number) =>
    api.request<StudyDetail>('PATCH', `/studies/${part(StudyInstanceUID)}/case`, { body: { corrections }, ifMatch: version }),
  similar: (StudyInstanceUID: string, signal?: AbortSignal) => api.request<SimilarStudyList>('GET', `/studies/${part(StudyInstanceUID)}/similar`, { signal }),
  shareWithColleagues: (StudyInstanceUID: string, share: ColleagueShare) => api.request('POST', `/studies/${part(StudyInstanceUID)}/colleague-shares`, { body: share }),
  views: (signal?: AbortSignal) => api.request<SavedViewList>('GET', '/study-views', { signal }),
  createView: (view: SavedViewRequest) => api.request<SavedView>('POST', '/study-views', { body: view }),
  replaceView: (viewId: string, view: SavedViewRequest) => api.request<SavedView>('PUT', `/study-views/${part(viewId)}`, { body: view }),
  deleteView: (viewId: string) => api.request('DELETE', `/study-views/${part(viewId)}`),
  showSeries: (StudyInstanceUID: string, SeriesInstanceUID: string, isShown: boolean) =>
    api.request('PUT', `/studies/${part(StudyInstanceUID)}/series/${part(SeriesInstanceUID)}/visibility`, { body: { isShown } }),
  relate: (StudyInstanceUID: string, related: string) => api.request('PUT', `/studies/${part(StudyInstanceUID)}/related/${part(related)}`),
  unrelate: (StudyInstanceUID: string, related: string) => api.request('DELETE', `/studies/${part(StudyInstanceUID)}/related/${part(related)}`),
})
