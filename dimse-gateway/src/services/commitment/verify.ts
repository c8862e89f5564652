import { isReadableUID } from '@isocenter/dicom'
import { firstText } from '../first-text.ts'
import { UpstreamRefused, type Upstream } from '../upstream/upstream.ts'
import { search } from '../upstream/search.ts'
import type { FailedReference, Reference } from '@isocenter/dimse'

/** UIDs in one search: short of what fits into a request line. */
const referencesAtATime = 50

/** What the server holds of the references, in a study or apart from one, and what it does not. @throws UpstreamUnavailable, UpstreamRefused */
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
    const missing = some.filter(({ SOPInstanceUID, SOPClassUID }) => held.get(SOPInstanceUID)?.has(SOPClassUID) !== true)
    for (const [uid, SOPClassUID] of missing.length === 0 ? [] : await heldApart(upstream, missing, signal)) held.set(uid, (held.get(uid) ?? new Set()).add(SOPClassUID))
    for (const reference of some) {
      const classes = held.get(reference.SOPInstanceUID)
      if (classes?.has(reference.SOPClassUID)) committed.push(reference)
      else failed.push({ ...reference, FailureReason: classes ? 0x0119 : 0x0112 })
    }
  }
  return { committed, failed }
}

/**
 * What the server keeps although no search finds it, because its study is of another patient: UIDs with their classes. It took these objects and answers for them
 * until a person decides. A server that does not know the question holds nothing apart.
 */
async function heldApart(upstream: Upstream, references: readonly Reference[], signal: AbortSignal | undefined): Promise<(readonly [SOPInstanceUID: string, SOPClassUID: string])[]> {
  const query = new URLSearchParams({ SOPInstanceUID: references.map(({ SOPInstanceUID }) => SOPInstanceUID).join(',') })
  try {
    const answer = await upstream.ask({ path: `/api/quarantine/instances?${query.toString()}`, accept: 'application/json', signal })
    const { items = [] } = await answer.json() as { readonly items?: readonly { readonly SOPInstanceUID: string; readonly SOPClassUID: string }[] }
    return items.map(({ SOPInstanceUID, SOPClassUID }) => [SOPInstanceUID, SOPClassUID] as const)
  } catch (error) {
    if (error instanceof UpstreamRefused && error.status === 404) return []
    throw error
  }
}
