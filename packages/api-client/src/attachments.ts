/** Files people add to a study. */
import type { Attachment, AttachmentList } from '@isocenter/contracts'
import { part, type ApiClient } from './client.ts'

export const attachments = (api: ApiClient) => {
  const of = (StudyInstanceUID: string, attachmentId?: string) => `/studies/${part(StudyInstanceUID)}/attachments${attachmentId === undefined ? '' : `/${part(attachmentId)}`}`
  return {
    list: (StudyInstanceUID: string, withDeleted: boolean, signal?: AbortSignal) => api.request<AttachmentList>('GET', of(StudyInstanceUID), { query: withDeleted ? { deleted: true } : {}, signal }),
    show: (StudyInstanceUID: string, attachmentId: string, isShown: boolean) => api.request<Attachment>('PUT', `${of(StudyInstanceUID, attachmentId)}/visibility`, { body: { isShown } }),
    remove: (StudyInstanceUID: string, attachmentId: string) => api.request('DELETE', of(StudyInstanceUID, attachmentId)),
    restore: (StudyInstanceUID: string, attachmentId: string) => api.request<Attachment>('POST', `${of(StudyInstanceUID, attachmentId)}/restoration`),
  }
}
