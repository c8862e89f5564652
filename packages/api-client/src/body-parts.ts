/** Body parts, their tags and spreadsheets, and what is recognised of a study. */
import type {
  BodyPart, BodyPartRequest, PartCategory, PartCategoryList, PartCategoryRequest, PartExportQuery, PartImport, PartTag, PartTagList, PartTagRequest, StudyParts, StudyTagList, TagTest, TagTestRequest,
} from '@isocenter/contracts'
import { part, type ApiClient } from './client.ts'

export const bodyParts = (api: ApiClient) => ({
  list: (signal?: AbortSignal) => api.request<PartCategoryList>('GET', '/body-parts', { signal }),
  addCategory: (body: PartCategoryRequest) => api.request<PartCategory>('POST', '/part-categories', { body }),
  renameCategory: (categoryId: string, name: string, version: number) => api.request<PartCategory>('PATCH', `/part-categories/${part(categoryId)}`, { body: { name }, ifMatch: version }),
  removeCategory: (categoryId: string) => api.request('DELETE', `/part-categories/${part(categoryId)}`),
  /** Deletes all its parts, where they are as many as `parts`. */
  emptyCategory: (categoryId: string, parts: number) => api.request<PartCategory>('POST', `/part-categories/${part(categoryId)}/emptying`, { body: { parts } }),
  add: (categoryId: string, body: BodyPartRequest) => api.request<BodyPart>('POST', `/part-categories/${part(categoryId)}/parts`, { body }),
  replace: (partId: string, body: BodyPartRequest, version: number) => api.request<BodyPart>('PUT', `/body-parts/${part(partId)}`, { body, ifMatch: version }),
  remove: (partId: string) => api.request('DELETE', `/body-parts/${part(partId)}`),
  /** A spreadsheet that can be imported again. */
  export: (query: PartExportQuery) => api.request<Blob>('GET', '/body-parts/export', { query, answer: 'blob' }),
  checkImport: (file: Blob) => api.request<PartImport>('POST', '/body-parts/import/check', { body: file }),
  import: (file: Blob) => api.request<PartImport>('POST', '/body-parts/import', { body: file }),
  ofStudy: (StudyInstanceUID: string, signal?: AbortSignal) => api.request<StudyParts>('GET', `/studies/${part(StudyInstanceUID)}/parts`, { signal }),
})

export const partTags = (api: ApiClient) => ({
  /** Their names, for whoever looks for studies. */
  names: (signal?: AbortSignal) => api.request<StudyTagList>('GET', '/study-tags', { signal }),
  list: (signal?: AbortSignal) => api.request<PartTagList>('GET', '/part-tags', { signal }),
  create: (body: PartTagRequest) => api.request<PartTag>('POST', '/part-tags', { body }),
  replace: (tagId: string, body: PartTagRequest, version: number) => api.request<PartTag>('PUT', `/part-tags/${part(tagId)}`, { body, ifMatch: version }),
  remove: (tagId: string) => api.request('DELETE', `/part-tags/${part(tagId)}`),
  order: (tagIds: string[]) => api.request<PartTagList>('PUT', '/part-tags/order', { body: { tagIds } }),
  test: (body: TagTestRequest) => api.request<TagTest>('POST', '/part-tags/test', { body }),
})
