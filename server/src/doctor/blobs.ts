/** Holds the blob store and the rows against each other, key by key, both ways. */
import { asideHolders, blobHolders, blobsAside, currentBlobs, derivedBlobs, forgetDerived, forgetObsoleteBlobs, formerBlobs, givenUpBlobs, unnamedBlobs, uploadedBlobs, type BlobHolder } from '../catalogue/index.ts'
import { isDigestOf, isSettled, longestStoreMs, minimumAgeMs, reread } from '../dicomweb/index.ts'
import { BlobStoreError, isFileBlobKey } from '../storage/index.ts'
import { examineBlobStore } from './connections.ts'
import type { Examination } from './examination.ts'
import type { Example } from './findings.ts'
import { examineOrphan } from './orphans.ts'
import { sideBySide } from './side-by-side.ts'

/** The sweep of a running server has had a day of tries. */
const overdueAfterMs = 26 * minimumAgeMs
const suspectsAtOnce = 100
const readAtOnce = 4
const blobsPerProgress = 10_000

/** Looks at every blob and at every row that names one. */
export async function examineBlobs(examination: Examination): Promise<void> {
  const { db, blobs, examined, now, deep } = examination
  const overdue = new Date(now().getTime() - overdueAfterMs)
  const suspects = new Batch(suspectsAtOnce, (keys) => examineNamed(examination, keys))
  const setAside = new Batch(suspectsAtOnce, (keys) => examineAside(examination, keys))
  const orphans = new Batch(suspectsAtOnce, (keys) => examineUnnamed(examination, keys))

  const lists = { blob: blobs.list(''), current: currentBlobs(db), former: formerBlobs(db), aside: blobsAside(db), derived: derivedBlobs(db), givenUp: givenUpBlobs(db), uploaded: uploadedBlobs(db) }
  for await (const { key, blob, current, former, aside, derived, givenUp, uploaded } of sideBySide(lists)) {
    if (blob) {
      examined.blobs++
      examined.blobBytes += blob.byteLength
      if (examined.blobs % blobsPerProgress === 0) examination.onProgress?.(examined)
    }
    if (current) examined.instances++
    if (former) examined.formerVersions++
    const named = current ?? former
    if (named) {
      if (givenUp) await examineGivenUpInUse(examination, key)
      if (deep || blob?.byteLength !== named.byteLength) await suspects.add(key)
    } else if (derived) {
      if (givenUp) await examineGivenUpInUse(examination, key)
      if (!blob) await examineLostDerived(examination, key)
    } else if (aside) {
      if (givenUp) await examineGivenUpInUse(examination, key)
      if (blob?.byteLength !== aside.byteLength) await setAside.add(key)
    } else if (uploaded) {
      // A piece of an upload on its way: one that is lost shows when the upload is done.
      if (givenUp) await examineGivenUpInUse(examination, key)
    } else if (givenUp) {
      if (givenUp.since < overdue) await examineOverdue(examination, key)
    } else if (blob && !isFileBlobKey(key) && isSettled(blob, now())) {
      await orphans.add(key)
    }
  }
  await suspects.flush()
  await setAside.flush()
  await orphans.flush()
}

/** Handles keys a batch at a time. */
class Batch {
  #keys: string[] = []
  readonly #size: number
  readonly #handle: (keys: readonly string[]) => Promise<void>

  constructor(size: number, handle: (keys: readonly string[]) => Promise<void>) {
    this.#size = size
    this.#handle = handle
  }

  async add(key: string): Promise<void> {
    this.#keys.push(key)
    if (this.#keys.length >= this.#size) await this.flush()
  }

  async flush(): Promise<void> {
    const keys = this.#keys
    this.#keys = []
    if (keys.length > 0) await this.#handle(keys)
  }
}

/** Looks again at blobs that rows name: the lists were read at different moments, and what has changed since is no finding. */
async function examineNamed(examination: Examination, keys: readonly string[]): Promise<void> {
  const waiting = (await blobHolders(examination.db, keys)).values()
  await Promise.all(Array.from({ length: readAtOnce }, async () => {
    for (const holder of waiting) await examineHolder(examination, holder)
  }))
}

/** The same for what is in no study: what may be restored, and what is held apart, which its sender counts on as on everything that is stored. */
async function examineAside({ db, blobs, findings }: Examination, keys: readonly string[]): Promise<void> {
  for (const { byteLength, ...holder } of await asideHolders(db, keys)) {
    const found = await blobs.stat(holder.blobKey)
    if (!found) findings.add('missingBlob', holder)
    else if (found.byteLength !== byteLength) findings.add('wrongLength', { ...holder, byteLength: found.byteLength, received: byteLength })
  }
}

async function examineHolder(examination: Examination, holder: BlobHolder): Promise<void> {
  const { blobs, findings, deep } = examination
  const found = await blobs.stat(holder.blobKey)
  if (!found) findings.add('missingBlob', exampleOf(holder))
  else if (found.byteLength !== holder.byteLength) findings.add('wrongLength', { ...exampleOf(holder), byteLength: found.byteLength, received: holder.byteLength })
  else if (deep) await examineBytes(examination, holder)
}

async function examineBytes(examination: Examination, holder: BlobHolder): Promise<void> {
  const { blobs, findings, examined } = examination
  try {
    const object = await reread(blobs, holder.blobKey)
    const { identity } = object
    examined.readWhole++
    if (!isDigestOf(holder.sha256, object)) findings.add('bytesChanged', exampleOf(holder))
    else if (
      identity?.SOPInstanceUID !== holder.SOPInstanceUID
      || identity.SeriesInstanceUID !== holder.SeriesInstanceUID
      || identity.StudyInstanceUID !== holder.StudyInstanceUID
    ) findings.add('objectUnreadable', exampleOf(holder))
  } catch (error) {
    if (!(error instanceof BlobStoreError)) throw error
    // One blob that cannot be read is a finding; a store that does not work at all ends the examination.
    await examineBlobStore(examination)
    findings.add('unreadableBlob', exampleOf(holder))
  }
}

async function examineLostDerived({ db, blobs, findings, mend }: Examination, blobKey: string): Promise<void> {
  // It may have been made after the store's list had passed its place.
  if (await blobs.stat(blobKey)) return
  if (mend) await forgetDerived(db, blobKey)
  findings.add('lostDerived', { blobKey }, { mended: mend })
}

async function examineGivenUpInUse({ db, findings, mend }: Examination, blobKey: string): Promise<void> {
  if (mend) await forgetObsoleteBlobs(db, [blobKey])
  findings.add('givenUpInUse', { blobKey }, { mended: mend })
}

async function examineOverdue({ db, blobs, findings, mend }: Examination, blobKey: string): Promise<void> {
  if (mend) {
    await blobs.delete(blobKey)
    await forgetObsoleteBlobs(db, [blobKey])
  }
  findings.add('overdueBlob', { blobKey }, { mended: mend })
}

async function examineUnnamed(examination: Examination, keys: readonly string[]): Promise<void> {
  for (const blobKey of await unnamedBlobs(examination.db, keys)) await examineOrphan(examination, blobKey)
}

/** Looks for what writers that were killed left behind. */
export async function examineUnfinished({ blobs, now, findings, mend }: Examination): Promise<void> {
  const before = new Date(now().getTime() - longestStoreMs)
  const times = mend ? await blobs.sweepUnfinished(before) : await blobs.countUnfinished(before)
  if (times > 0) findings.add('unfinishedWrites', { number: times }, { times, mended: mend })
}

/** How a holder of a blob is named in a report. */
export const exampleOf = ({ organisationId, StudyInstanceUID, SeriesInstanceUID, SOPInstanceUID, version, blobKey }: BlobHolder): Example =>
  ({ organisationId, StudyInstanceUID, SeriesInstanceUID, SOPInstanceUID, version, blobKey })
