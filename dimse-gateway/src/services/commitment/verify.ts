import { isReadableUID } from '@isocenter/dicom'
import { firstText } from '../first-text.ts'
import type { Upstream } from '../upstream/upstream.ts'
import { search } from '../upstream/search.ts'
import type { FailedReference, Reference } from '@isocenter/dimse'

/** UIDs in one search: short of what fits into a request line. */
const referencesAtATime = 50

/** What the server holds of the references, and what it does not. @throws UpstreamUnavailable, UpstreamRefused */
export async function verify(upstream: Upstream, references: readonly Reference[], signal?: AbortSignal): Promise<{ committed: Reference[]; failed: FailedReference[] }> {
  const committed: Reference[] = []
  const failed: FailedReference[] = []
  const nameable = references.filter(({ SOPInstanceUID }) => isReadableUID(SOPInstanceUID))
  // Nobody can hold what has no UID, and a search for it would be refused with all that are in it.
  for (const reference of references) if (!isReadableUID(reference.SOPInstanceUID)) failed.push({ ...reference, FailureReason: 0x0112 })
  for (let at = 0; at < nameable.length; at += referencesAtATime) {
    const some = nameable.slice(at, at + referencesAtATime)
    const held = new Map<string, Set<string>>()
    const query = new URLSearchParams({ SOPInstanceUID: some.map(({ SOPInstanceUID }) => SOPInstanceUID).join(',') })
    for await (const { attributes } of search(upstream, '/instances', query, signal)) {
      const uid = firstText(attributes, '00080018') ?? ''
      held.set(uid, (held.get(uid) ?? new Set()).add(firstText(attributes, '00080016') ?? ''))
    }
    for (const reference of some) {
      const classes = held.get(reference.SOPInstanceUID)
      if (classes?.has(reference.SOPClassUID)) committed.push(reference)
      else failed.push({ ...reference, FailureReason: classes ? 0x0119 : 0x0112 })
    }
  }
  return { committed, failed }
}
