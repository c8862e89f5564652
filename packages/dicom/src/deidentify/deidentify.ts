/** The Basic Application Level Confidentiality Profile (PS3.15 Annex E) over a data set in the DICOM JSON Model. */
import type { DicomJson, DicomJsonAttribute, DicomJsonValue } from '../json.ts'
import { parseTag } from '../tag.ts'
import { isVR, vrTraits, type VR } from '../vr.ts'
import { dummyOf } from './dummy.ts'
import { identifiersOf, tells } from './identifiers.ts'
import { actionFor } from './profile.ts'
import type { Pseudonyms } from './pseudonyms.ts'

export interface DeidentifyOptions {
  readonly pseudonyms: Pseudonyms
  /** The new address of bulk data that stay, by their path: tags and 1-based item numbers joined by dots. Without it the addresses are left out. */
  readonly bulkdataURI?: ((path: string) => string) | undefined
}

/** PS3.16 CID 7050. */
const method: DicomJson = { '00080100': { vr: 'SH', Value: ['113100'] }, '00080102': { vr: 'SH', Value: ['DCM'] }, '00080104': { vr: 'LO', Value: ['Basic Application Confidentiality Profile'] } }

/** What a de-identified data set says of itself (PS3.15 §E.1.1, PS3.3 §C.7.1.1 and §C.12.1). */
const statement: DicomJson = {
  '00120062': { vr: 'CS', Value: ['YES'] },
  '00120063': { vr: 'LO', Value: ['DICOM PS3.15 Annex E Basic Application Confidentiality Profile'] },
  '00120064': { vr: 'SQ', Value: [method] },
  '00280303': { vr: 'CS', Value: ['REMOVED'] },
}

const PATIENT_ID = 0x0010_0020

/**
 * The data set without what tells of whom it is: every attribute as PS3.15 Table E.1-1 says for the basic profile, private ones gone, what the table does not
 * list judged by its VR, and any text that stays emptied where it repeats a name or number of the patient or the institution. Items keep their places, so that paths of bulk data stay true.
 * Pixel values are not looked at: see `visibleRisks`.
 */
export function deidentify(dataSet: DicomJson, options: DeidentifyOptions): DicomJson {
  return { ...cleaned(dataSet, '', { ...options, identifiers: identifiersOf(dataSet) }), ...statement }
}

type Cleaning = DeidentifyOptions & { readonly identifiers: ReadonlySet<string> }

function cleaned(dataSet: DicomJson, parentPath: string, cleaning: Cleaning): DicomJson {
  const kept: DicomJson = {}
  for (const [key, element] of Object.entries(dataSet)) {
    const tag = parseTag(key)
    const result = tag === undefined || !isVR(element.vr) ? undefined : treated(tag, element, `${parentPath}${key}`, cleaning)
    if (result) kept[key] = result
  }
  return kept
}

function treated(tag: number, element: DicomJsonAttribute, path: string, cleaning: Cleaning): DicomJsonAttribute | undefined {
  const { vr } = element
  switch (actionFor(tag, vr)) {
    case 'X': return undefined
    case 'Z': return { vr }
    case 'D': return tag === PATIENT_ID ? pseudonym(element, cleaning) : dummyOf(vr)
    case 'U': return vr === 'UI' ? withUIDs(element, cleaning) : { vr }
    case 'keep': return keptElement(element, path, cleaning)
  }
}

function pseudonym({ vr, Value: [id] = [] }: DicomJsonAttribute, { pseudonyms }: Cleaning): DicomJsonAttribute {
  return typeof id === 'string' && id !== '' ? { vr, Value: [pseudonyms.patientIDFor(id)] } : { vr }
}

function withUIDs({ vr, Value = [] }: DicomJsonAttribute, { pseudonyms }: Cleaning): DicomJsonAttribute {
  return Value.length === 0 ? { vr } : { vr, Value: Value.map((uid) => (typeof uid === 'string' ? pseudonyms.uidFor(uid) : null)) }
}

function keptElement(element: DicomJsonAttribute, path: string, cleaning: Cleaning): DicomJsonAttribute {
  const { vr, Value, BulkDataURI } = element
  if (vr === 'SQ') return Value === undefined ? { vr } : { vr, Value: Value.map((item: DicomJsonValue, index) => cleaned(item as DicomJson, `${path}.${index + 1}.`, cleaning)) }
  if (BulkDataURI !== undefined) return bulkdata(vr, path, cleaning)
  return tells(element, cleaning.identifiers) ? { vr } : element
}

/** Long text is not at hand to be looked through. */
const mayStay = (vr: VR) => !vrTraits(vr).usesCharset

function bulkdata(vr: VR, path: string, { bulkdataURI }: Cleaning): DicomJsonAttribute {
  return bulkdataURI === undefined || !mayStay(vr) ? { vr } : { vr, BulkDataURI: bulkdataURI(path) }
}

/** Whether `deidentify` leaves bulk data at this path: any other was taken away and must not be given out. */
export function keepsBulkdata(path: string, vr: VR): boolean {
  const steps = path.split('.')
  return mayStay(vr) && steps.every((step, index) => index % 2 === 1 || actionFor(Number.parseInt(step, 16), index === steps.length - 1 ? vr : 'SQ') === 'keep')
}
