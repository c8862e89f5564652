/** What the maker of an anonymised link is warned of. */
import type { ShareRisk } from '@isocenter/contracts'
import { visibleRisks, type DicomJson } from '@isocenter/dicom'
import type { Catalogue } from '../catalogue/index.ts'
import type { Access } from '../identity/index.ts'
import { isShownMasked } from './names.ts'

export interface StudyRisks { readonly StudyInstanceUID: string; readonly risks: ShareRisk[] }

/** Instances of one series are of one kind; of a study with many so many are looked at. */
const maxLooked = 500

export async function risksOf(catalogue: Catalogue, access: Access, StudyInstanceUID: string): Promise<ShareRisk[]> {
  const found = new Set<ShareRisk>()
  let looked = 0
  for await (const { record, json } of catalogue.metadata(access, { StudyInstanceUID })) {
    if (!isShownMasked(record.SOPClassUID)) found.add('documentsLeftOut')
    for (const risk of visibleRisks(JSON.parse(json) as DicomJson)) found.add(risk)
    if (++looked >= maxLooked) break
  }
  return [...found]
}
