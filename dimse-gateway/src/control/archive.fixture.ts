import type { ArchiveFilter, ArchiveStudy, FetchedStudy } from './wire/fetches.ts'

/** What the pretended archive has. Synthetic: nobody has these names and numbers. */
export const archiveOf = (): ArchiveStudy[] => [
  { StudyInstanceUID: '2.25.7001', PatientName: 'ZHANG^WEI=张^伟', PatientID: 'P000184', StudyDate: '20190311', StudyTime: '0915', StudyDescription: 'CT ABDOMEN', AccessionNumber: 'A1903110', ModalitiesInStudy: ['CT', 'SR'], NumberOfStudyRelatedInstances: 412, received: 412 },
  { StudyInstanceUID: '2.25.7002', PatientName: 'LINDQVIST^ASTRID', PatientID: 'P000231', StudyDate: '20190311', StudyDescription: 'MR KNEE LEFT', AccessionNumber: 'A1903117', ModalitiesInStudy: ['MR'], NumberOfStudyRelatedInstances: 186, received: 0 },
  { StudyInstanceUID: '2.25.7003', PatientID: 'P000377', StudyDate: '20190312', ModalitiesInStudy: ['CR'], received: 0 },
]

export const fetchesOf = (ago: (minutes: number) => string): FetchedStudy[] => [
  { id: 4, nodeId: 'archive', nodeName: 'Archive', StudyInstanceUID: '2.25.7104', PatientName: 'OKAFOR^CHIDI', PatientID: 'P000402', StudyDate: '20190309', StudyDescription: 'CT CHEST', askedAt: ago(3), state: 'waiting', attempts: 0, completed: 0, failed: 0 },
  { id: 3, nodeId: 'archive', nodeName: 'Archive', StudyInstanceUID: '2.25.7103', PatientName: 'TANAKA^YUI=田中^結衣', PatientID: 'P000377', StudyDate: '20190309', StudyDescription: 'MR BRAIN', askedAt: ago(3), state: 'moving', attempts: 1, completed: 120, failed: 0, remaining: 280 },
  { id: 2, nodeId: 'archive', nodeName: 'Archive', StudyInstanceUID: '2.25.7102', askedAt: ago(40), state: 'failed', attempts: 5, completed: 30, failed: 2, settledAt: ago(9), reason: '2 of 32 instances were not sent' },
  { id: 1, nodeId: 'archive', nodeName: 'Archive', StudyInstanceUID: '2.25.7101', PatientName: 'ZHANG^WEI=张^伟', PatientID: 'P000184', StudyDate: '20190308', askedAt: ago(60), state: 'done', attempts: 1, completed: 96, failed: 0, settledAt: ago(55) },
]

/** As an archive matches, of what the tests ask. */
export function matchesArchiveFilter({ PatientName = '', PatientID, StudyDate = '', ModalitiesInStudy }: ArchiveStudy, filter: ArchiveFilter): boolean {
  const [from = '', until = from] = (filter.StudyDate ?? '').split('-')
  return (filter.PatientID === undefined || PatientID === filter.PatientID)
    && (filter.PatientName === undefined || PatientName.toLowerCase().startsWith(filter.PatientName.replace(/\*$/, '').toLowerCase()))
    && (filter.ModalitiesInStudy === undefined || ModalitiesInStudy.includes(filter.ModalitiesInStudy))
    && (filter.StudyDate === undefined || (StudyDate >= from && (until === '' || StudyDate <= until)))
}
