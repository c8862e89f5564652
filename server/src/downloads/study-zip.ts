/** Studies as one zip with a DICOMDIR: without what is hidden from outside, and de-identified by the code of share links where that was asked for. */
import { createHash } from 'node:crypto'
import { createPseudonyms, type DicomJson } from '@isocenter/dicom'
import type { Catalogue } from '../catalogue/index.ts'
import { zippedFileSet } from '../dicomweb/index.ts'
import type { Access } from '../identity/index.ts'
import type { Db } from '../platform/db.ts'
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

const numbered = (letters: string, number: number) => `${letters}${String(number).padStart(6, '0')}`

/**
 * The bytes of the zip. Objects stay in the form they are stored in where that may leave; one study's names are in memory at a time.
 * Whoever stops reading aborts `signal` too.
 * @param onLeftOut told of every object that can be had in no form
 */
export function studyZip({ db, catalogue, blobs, transcoding }: StudyZipDeps, access: Access, download: Pick<DownloadRow, 'download_id' | 'mask_secret' | 'studies' | 'created_at'>, { signal, onLeftOut }: { readonly signal: AbortSignal; readonly onLeftOut?: () => void }): AsyncGenerator<Buffer, void> {
  const { studies, mask_secret, download_id } = download
  return zippedFileSet(async ({ add }) => {
    const hiddenSeries = await hiddenSeriesOf(db, access.organisationId, studies)
    for (const [nth, StudyInstanceUID] of studies.entries()) {
      const view = createOutsideView({ db, catalogue, blobs })
      const outside: Access = { ...access, studies: [StudyInstanceUID], share: { linkId: `download ${download_id}`, hiddenSeries, maskSecret: mask_secret ?? undefined } }
      const shownAs = mask_secret === null ? StudyInstanceUID : createPseudonyms(mask_secret).uidFor(StudyInstanceUID)
      const series = new Map<string, { readonly number: number; instances: number }>()
      for await (const { record, json } of view.catalogue.metadata(outside, { StudyInstanceUID: shownAs })) {
        const [offer] = view.files.offers(outside, record, false)
        if (offer === undefined) {
          onLeftOut?.()
          continue
        }
        const place = series.get(record.SeriesInstanceUID) ?? { number: series.size + 1, instances: 0 }
        series.set(record.SeriesInstanceUID, place)
        place.instances++
        await add({
          // Names by number: safe on every system, and a File ID allows no UID (PS3.10 §8.2).
          fileID: ['DICOM', ...(studies.length > 1 ? [numbered('ST', nth + 1)] : []), numbered('SE', place.number), numbered('IM', place.instances)],
          transferSyntaxUID: offer.transferSyntaxUID, attributes: JSON.parse(json) as DicomJson,
          // When an object was stored says something of its patient.
          modifiedAt: mask_secret === null ? record.storedAt : download.created_at,
          open: () => view.files.open({ blobs: view.blobs, catalogue: view.catalogue, transcoding }, outside, record, offer, signal),
        })
      }
    }
    return { SOPInstanceUID: `2.25.${String(BigInt(`0x${createHash('sha256').update(`DICOMDIR ${download_id}`).digest('hex').slice(0, 32)}`))}`, modifiedAt: download.created_at }
  }, signal)
}
