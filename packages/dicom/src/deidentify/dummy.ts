/** Values that stand where one must be (PS3.15 §E.1.1): of the right form, the same for everybody. */
import type { DicomJsonAttribute } from '../json.ts'
import type { VR } from '../vr.ts'

const texts: Partial<Record<VR, string>> = {
  AE: 'ANONYMOUS',
  AS: '000Y',
  CS: 'ANONYMOUS',
  DA: '19000101',
  DT: '19000101000000',
  LO: 'ANONYMOUS',
  LT: 'ANONYMOUS',
  SH: 'ANONYMOUS',
  ST: 'ANONYMOUS',
  TM: '000000',
  UC: 'ANONYMOUS',
  UR: 'urn:anonymous',
  UT: 'ANONYMOUS',
}

/** A dummy value. A sequence has no item instead: an item made up would be a statement about the patient. */
export function dummyOf(vr: VR): DicomJsonAttribute {
  const text = texts[vr]
  if (text !== undefined) return { vr, Value: [text] }
  if (vr === 'PN') return { vr, Value: [{ Alphabetic: 'ANONYMOUS' }] }
  return /^(SQ|AT|UI|O.|UN)$/.test(vr) ? { vr } : { vr, Value: [0] }
}
