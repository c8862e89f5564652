/** Holds the rows of the catalogue against each other. */
import { addMetadata, blobHolders, blobsWithoutMetadata, mendStudy, studiesHeldAgainstRows, unsoundSeries, type BlobHolder } from '../catalogue/index.ts'
import { isDigestOf, metadataTextOf, reread } from '../dicomweb/index.ts'
import { BlobStoreError } from '../storage/index.ts'
import { exampleOf } from './blobs.ts'
import type { Examination } from './examination.ts'

/** Looks at the kept counts of every study and series, and for those that hold nothing. */
export async function examineCounts(examination: Examination): Promise<void> {
  const { db, examined, findings, mend } = examination
  for await (const studies of studiesHeldAgainstRows(db)) {
    const series = await unsoundSeries(db, studies.map(({ studyKey }) => studyKey))
    const unsound = new Set<string>()
    const mended = mend
    for (const { studyKey, StudyInstanceUID, SeriesInstanceUID, instances, wrong } of series) {
      unsound.add(studyKey)
      if (instances === 0) findings.add('emptySeries', { StudyInstanceUID, SeriesInstanceUID }, { mended })
      else findings.add('wrongSeriesCounts', { StudyInstanceUID, SeriesInstanceUID, wrong: wrong.join(', ') }, { mended })
    }
    for (const study of studies) {
      examined.studies++
      examined.series += study.series
      if (study.instances > 0 && study.wrong.length === 0) continue
      unsound.add(study.studyKey)
      const { StudyInstanceUID, wrong } = study
      if (study.instances === 0) findings.add('emptyStudy', { StudyInstanceUID }, { mended })
      else findings.add('wrongStudyCounts', { StudyInstanceUID, wrong: wrong.join(', ') }, { mended })
    }
    if (mend) for (const studyKey of unsound) await mendStudy(db, studyKey)
    examination.onProgress?.(examined)
  }
}

/** Looks for instances that have no metadata. */
export async function examineMetadata(examination: Examination): Promise<void> {
  const { db, findings, mend } = examination
  for await (const blobKeys of blobsWithoutMetadata(db)) {
    for (const holder of await blobHolders(db, blobKeys)) {
      findings.add('missingMetadata', exampleOf(holder), { mended: mend && await makeMetadata(examination, holder) })
    }
  }
}

/** Makes metadata from the stored bytes; false when these are not what was received. */
async function makeMetadata({ db, blobs, catalogue }: Examination, holder: BlobHolder): Promise<boolean> {
  try {
    const fallbackCharset = await catalogue.fallbackCharset({ actor: { kind: 'command', id: 'doctor' }, organisationId: holder.organisationId, permissions: new Set(), studies: [] })
    const object = await reread(blobs, holder.blobKey, fallbackCharset)
    const { parsed, identity } = object
    if (!parsed || !identity || !isDigestOf(holder.sha256, object)) return false
    await addMetadata(db, holder, metadataTextOf(parsed, identity))
    return true
  } catch (error) {
    if (error instanceof BlobStoreError) return false
    throw error
  }
}
