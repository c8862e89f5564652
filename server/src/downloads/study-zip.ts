/** Studies as one zip with a DICOMDIR: without what is hidden from outside, and de-identified by the code of share links where that was asked for. */
import { createPseudonyms, type DicomJson } from '@isocenter/dicom'
import type { Catalogue } from '../catalogue/index.ts'
import { directoryUID, fileIDs, numbered, zippedFileSet } from '../dicomweb/index.ts'
import type { Access } from '../identity/index.ts'
import type { Db } from '../platform/db.ts'
import { ProblemError } from '../platform/problem.ts'
import { createOutsideView } from '../sharing/index.ts'
import type { BlobStore } from '../storage/index.ts'
import type { Transcoding } from '../transcoding/index.ts'
import type { DownloadRow } from './store.ts'
import { hiddenSeriesOf } from './store.ts'

export interface StudyZipDeps {
  readonly db: Db
  readonly catalogue: Catalogue
  readonly blobs: BlobStore
  readonly transcoding: Transcoding
}

/** So many objects that are left out are named in the zip. */
const mostNamed = 1_000

/** What a codec or a store cannot do now it may be able to do later; the rest is the object's own fault. */
const isOfObject = (error: unknown): boolean => error instanceof ProblemError && error.kind.status < 500

/**
 * The bytes of the zip. Objects stay in the form they are stored in where that may leave; one study's names are in memory at a time.
 * Whoever stops reading aborts `signal` too.
 * @param onLeftOut told of every object that can be had in no form, and by its fault; a file in the zip names them
 */
export function studyZip(
  { db, catalogue, blobs, transcoding }: StudyZipDeps,
  access: Access,
  download: Pick<DownloadRow, 'download_id' | 'mask_secret' | 'studies' | 'created_at'>,
  { signal, onLeftOut }: { readonly signal: AbortSignal; readonly onLeftOut?: () => void },
): AsyncGenerator<Buffer, void> {
  const { studies, mask_secret, download_id } = download
  const leftOut: LeftOut = { count: 0, named: [] }
  return zippedFileSet(async ({ add }) => {
    const hiddenSeries = await hiddenSeriesOf(db, access.organisationId, studies)
    for (const [nth, StudyInstanceUID] of studies.entries()) {
      const view = createOutsideView({ db, catalogue, blobs })
      const outside: Access = { ...access, studies: [StudyInstanceUID], share: { linkId: `download ${download_id}`, hiddenSeries, maskSecret: mask_secret ?? undefined } }
      const shownAs = mask_secret === null ? StudyInstanceUID : createPseudonyms(mask_secret).uidFor(StudyInstanceUID)
      const fileIDOf = fileIDs(...(studies.length > 1 ? [numbered('ST', nth + 1)] : []))
      for await (const { record, json } of view.catalogue.metadata(outside, { StudyInstanceUID: shownAs })) {
        const [offer] = view.files.offers(outside, record, false)
        const isAdded = offer !== undefined && await add({
          fileID: fileIDOf(record.SeriesInstanceUID), transferSyntaxUID: offer.transferSyntaxUID, attributes: JSON.parse(json) as DicomJson,
          // When an object was stored says something of its patient.
          modifiedAt: mask_secret === null ? record.storedAt : download.created_at,
          open: () => view.files.open({ blobs: view.blobs, catalogue: view.catalogue, transcoding }, outside, record, offer, signal).catch((error: unknown) => {
            if (isOfObject(error)) return undefined
            throw error
          }),
        })
        if (isAdded) continue
        leftOut.count++
        if (leftOut.named.length < mostNamed) leftOut.named.push(record.SOPInstanceUID)
        onLeftOut?.()
      }
    }
    return { note: leftOut.count === 0 ? undefined : { name: 'LEFT-OUT.TXT', text: wordsOf(leftOut) }, SOPInstanceUID: directoryUID(download_id), modifiedAt: download.created_at }
  }, signal)
}

interface LeftOut {
  count: number
  /** SOPInstanceUIDs, as they are shown outside. */
  readonly named: string[]
}

function wordsOf({ count, named }: LeftOut): string {
  const more = count - named.length
  return [
    `${String(count)} object(s) could not be put into this file. They are kept as they were received.`, `有 ${String(count)} 个对象无法放入此文件，原始数据仍按接收时的样子保存。`, '',
    ...named, ...(more > 0 ? [`… ${String(more)}`] : []), '',
  ].join('\r\n')
}
