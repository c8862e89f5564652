/** Locks and deletions of studies, their restoration and removal for good, devices with what they made, and storage. */
import type {
  ConsortiumStorage, DeletedStudy, DeletedStudyFilter, DeletedStudyOfAnyFilter, DeletedStudyOfAnyPage, DeletedStudyPage, DeviceDeletion,
  DeviceDeletionPreview, PageQuery, Purge, PurgePage, PurgeRequest, QuarantineAcceptanceRequest, QuarantineFilter, QuarantineOutcome, QuarantinePage,
  StorageQuery, StorageUse,
  StudyDeletion, StudyLock, StudyLockList,
} from '@isocenter/contracts'
import { part, type ApiClient } from './client.ts'

export const maintenance = (api: ApiClient) => ({
  locks: (studies: readonly string[], signal?: AbortSignal) => api.request<StudyLockList>('POST', '/study-locks/search', { body: { studies }, signal }),
  lock: (StudyInstanceUID: string) => api.request<StudyLock>('PUT', `/studies/${part(StudyInstanceUID)}/lock`),
  unlock: (StudyInstanceUID: string) => api.request('DELETE', `/studies/${part(StudyInstanceUID)}/lock`),
  deleteStudy: (StudyInstanceUID: string, reason: string) => api.request<StudyDeletion>('POST', `/studies/${part(StudyInstanceUID)}/deletion`, { body: { reason } }),

  deletedStudies: (query: DeletedStudyFilter & PageQuery, signal?: AbortSignal) => api.request<DeletedStudyPage>('GET', '/deleted-studies', { query, signal }),
  restore: (deletedStudyId: string, reason: string) => api.request<DeletedStudy>('POST', `/deleted-studies/${part(deletedStudyId)}/restoration`, { body: { reason } }),

  /** What came for studies of other patients. */
  quarantine: (query: QuarantineFilter & PageQuery, signal?: AbortSignal) => api.request<QuarantinePage>('GET', '/quarantine', { query, signal }),
  /** Lot by lot, as the server takes them; what is left when a request fails is still held apart. `onLot` hears how many are in the study so far, and answers whether it goes on. */
  acceptQuarantine: async (quarantineId: string, reason: string, onLot: (instances: number) => boolean = () => true): Promise<QuarantineOutcome> => {
    let instances = 0
    for (let cursor: string | undefined; ;) {
      const body: QuarantineAcceptanceRequest = { reason, ...(cursor !== undefined && { cursor }) }
      const lot = await api.request<QuarantineOutcome>('POST', `/quarantine/${part(quarantineId)}/acceptance`, { body })
      instances += lot.instances
      cursor = lot.next
      if (cursor === undefined || !onLot(instances)) return { ...lot, instances }
    }
  },
  deleteQuarantine: (quarantineId: string, reason: string) => api.request<QuarantineOutcome>('POST', `/quarantine/${part(quarantineId)}/deletion`, { body: { reason } }),

  /** For the operator: of every organisation, without anything of the patient. */
  deletedOfAny: (query: DeletedStudyOfAnyFilter & PageQuery, signal?: AbortSignal) => api.request<DeletedStudyOfAnyPage>('GET', '/operator/deleted-studies', { query, signal }),
  purges: (query: PageQuery, signal?: AbortSignal) => api.request<PurgePage>('GET', '/operator/purges', { query, signal }),
  requestPurge: (body: PurgeRequest) => api.request<Purge>('POST', '/operator/purges', { body }),
  approvePurge: (purgeId: string) => api.request<Purge>('POST', `/operator/purges/${part(purgeId)}/approval`),
  declinePurge: (purgeId: string, reason: string) => api.request<Purge>('POST', `/operator/purges/${part(purgeId)}/declination`, { body: { reason } }),
  withdrawPurge: (purgeId: string) => api.request<Purge>('DELETE', `/operator/purges/${part(purgeId)}`),

  storage: (query: StorageQuery, signal?: AbortSignal) => api.request<StorageUse>('GET', '/storage', { query, signal }),
  consortiumStorage: (query: StorageQuery, signal?: AbortSignal) => api.request<ConsortiumStorage>('GET', '/consortium/storage', { query, signal }),

  previewDeviceDeletion: (deviceId: string, signal?: AbortSignal) => api.request<DeviceDeletionPreview>('GET', `/devices/${part(deviceId)}/deletion`, { signal }),
  deleteDevice: (deviceId: string, body: DeviceDeletion) => api.request<StudyDeletion>('POST', `/devices/${part(deviceId)}/deletion`, { body }),
})
