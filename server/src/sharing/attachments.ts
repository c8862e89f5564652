/**
 * Files of shared studies as visitors of a link have them: those that are shown to outside viewers, of studies that are still there. An anonymised link has none, whatever is
 * shown: a file names whom it is about, and nobody can take that away.
 */
import type { SharedAttachmentList } from '@isocenter/contracts'
import { noSuchAttachment, type Attachments } from '../attachments/index.ts'
import type { Access, SharedReach } from '../identity/index.ts'
import { noSuchResource } from '../platform/problem.ts'
import { asShared } from './shared-catalogue.ts'
import type { SharedStudy } from './store.ts'

/**
 * The link whose visitor asks.
 * @throws noSuchResource 404 for whoever asks without one, noSuchAttachment 404 where it is anonymised
 */
export function assertHasAttachments(access: Access, linkId: string): asserts access is Access & { readonly share: SharedReach } {
  asShared(access)
  if (access.share.linkId !== linkId) throw noSuchResource('Nothing is served at this path.')
  if (access.share.maskSecret !== undefined) throw noSuchAttachment('An anonymised link shows no attachments.')
}

/** Studies without a file to show are left out. */
export async function sharedAttachments(attachments: Pick<Attachments, 'list'>, access: Access, shown: readonly SharedStudy[]): Promise<SharedAttachmentList> {
  const studies: SharedAttachmentList['studies'] = []
  for (const study of shown) {
    const { items } = await attachments.list(access, study.StudyInstanceUID)
    if (items.length > 0) studies.push({ ...study, items: items.map(({ attachmentId, fileName, contentType, byteLength, addedAt }) => ({ attachmentId, fileName, contentType, byteLength, addedAt })) })
  }
  return { studies }
}
