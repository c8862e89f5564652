/** Blobs that no row names: what each is, and what may be done with it. */
import { heldObjects, organisationById, renameBlob, versionsOf, type BlobHolder } from '../catalogue/index.ts'
import { isDigestOf, reread, storeAgain, type Reread } from '../dicomweb/index.ts'
import { permissions, type Access } from '../identity/index.ts'
import { receivedAgain } from '../recompression/index.ts'
import { BlobNotFound, isDerivedBlobKey, isUploadBlobKey, organisationOfBlobKey } from '../storage/index.ts'
import type { Examination } from './examination.ts'
import type { Example } from './findings.ts'

/** Says what an orphan is. It is removed only when its very bytes are held elsewhere, its object was deleted, or it is no DICOM object at all. */
export async function examineOrphan(examination: Examination, blobKey: string): Promise<void> {
  const { db, blobs, catalogue, findings, mend } = examination
  if (isDerivedBlobKey(blobKey)) {
    if (mend) await blobs.delete(blobKey)
    findings.add('orphan', { blobKey, reason: 'derived, and can be made again' }, { mended: mend })
    return
  }
  if (isUploadBlobKey(blobKey)) {
    if (mend) await blobs.delete(blobKey)
    findings.add('orphan', { blobKey, reason: 'a piece of an upload that is over' }, { mended: mend })
    return
  }
  const organisationId = organisationOfBlobKey(blobKey)
  const organisation = organisationId === undefined ? undefined : await organisationById(db, organisationId)
  if (!organisation) {
    findings.add('foreignBlob', { blobKey })
    return
  }
  const object = await reread(blobs, blobKey, organisation.fallbackCharset).catch(absent)
  if (!object) return
  const { identity } = object
  const access = accessTo(organisation.organisationId)
  const remove = async (reason: string) => {
    if (mend) await blobs.delete(blobKey)
    findings.add('orphan', { blobKey, reason }, { mended: mend })
  }
  if (!identity) {
    await remove('not a DICOM object that could be stored')
    return
  }
  const { StudyInstanceUID, SeriesInstanceUID, SOPInstanceUID } = identity
  const example: Example = { organisationId: organisation.organisationId, StudyInstanceUID, SeriesInstanceUID, SOPInstanceUID, blobKey }
  const stored = await catalogue.findInstance(access, identity)
  if (stored) {
    const lost = await lostVersions(examination, stored.instanceKey)
    const same = lost.find((version) => isDigestOf(version.sha256, object))
    if (same) findings.add('misplacedBlob', { ...example, lostBlobKey: same.blobKey }, { mended: mend && await renameBlob(db, same, blobKey) })
    else if (lost.length > 0) findings.add('copyOfLost', example, { mended: mend && await giveBack(examination, organisation.organisationId, blobKey, lost) })
    else if ((await heldObjects(db, organisation.organisationId, identity)).some(({ sha256 }) => isDigestOf(sha256, object))) await remove('its instance is in the catalogue with these bytes')
    // Other bytes: of a store that was never acknowledged, or a correction that the database is older than.
    else findings.add('recoverable', example, { mended: mend && await recover(examination, access, blobKey, object) })
  } else if (await catalogue.wasDeleted(access, identity)) {
    await remove('its instance was deleted')
  } else if (await isHeld(examination, organisation.organisationId, object)) {
    await remove('its bytes are held apart from its study')
  } else {
    findings.add('recoverable', example, { mended: mend && await recover(examination, access, blobKey, object) })
  }
}

/** Whether these bytes are held by rows, and are there. */
async function isHeld({ db, blobs }: Examination, organisationId: string, object: Reread): Promise<boolean> {
  if (!object.identity) return false
  for (const { blobKey, sha256 } of await heldObjects(db, organisationId, object.identity)) if (isDigestOf(sha256, object) && await blobs.stat(blobKey)) return true
  return false
}

/** A sweep was there first. */
function absent(error: unknown): undefined {
  if (!(error instanceof BlobNotFound)) throw error
}

/** Of an instance's versions those whose blobs are missing or of another length. */
async function lostVersions({ db, blobs }: Examination, instanceKey: string): Promise<BlobHolder[]> {
  const lost: BlobHolder[] = []
  for (const version of await versionsOf(db, instanceKey)) {
    const found = await blobs.stat(version.blobKey)
    if (found?.byteLength !== version.byteLength) lost.push(version)
  }
  return lost
}

/** Stores the object of an orphan again, by the way every object comes; the orphan goes once that is done. */
async function recover(examination: Examination, access: Access, blobKey: string, object: Reread): Promise<boolean> {
  const { recover: isAllowed, blobs, catalogue, log, metrics } = examination
  if (!isAllowed) return false
  const fallbackCharset = await catalogue.fallbackCharset(access)
  if (!await storeAgain(blobKey, { blobs, catalogue, access, fallbackCharset, log, metrics })) return false
  // In its study, or apart from it. Somebody may have sent other bytes of the same instance in between; then this blob stays to be looked at again.
  if (!await isHeld(examination, access.organisationId, object)) return false
  await blobs.delete(blobKey)
  return true
}

/**
 * Gives a lost version its very bytes again, made of the compressed copy that carries them: an hour after an object was compressed only that copy is
 * there, and a database from before names the blob it had. The copy goes, for all that it says is held again.
 */
async function giveBack({ recover: isAllowed, db, blobs, transcoding }: Examination, organisationId: string, copyKey: string, lost: readonly BlobHolder[]): Promise<boolean> {
  if (!isAllowed) return false
  const made = await receivedAgain({ blobs, transcoding }, organisationId, copyKey, new AbortController().signal)
  if (!made) return false
  const holder = lost.find(({ sha256 }) => isDigestOf(sha256, made))
  if (!holder || !await renameBlob(db, holder, made.blobKey)) {
    await blobs.delete(made.blobKey)
    return false
  }
  await blobs.delete(copyKey)
  return true
}

/** The doctor acts for every organisation, and the audit trail says that it was the doctor. */
const accessTo = (organisationId: string): Access => ({ actor: { kind: 'command', id: 'doctor' }, organisationId, permissions: new Set(permissions), studies: 'all' })
