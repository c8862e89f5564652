import type { DataElement } from './data-set.ts'
import { vrTraits } from './vr.ts'

/** Longest value of OB, OD, OF, OL, OV, OW and UN that metadata carries as InlineBinary, bytes. */
export const maxInlineBinaryBytes = 1024
/**
 * Longest value of other VRs that metadata carries as Value, bytes. Wide enough for what viewers read from metadata without asking
 * again (frame time vectors, graphic data, most contours), narrow enough that a look-up table or a deformation field stays out.
 */
export const maxInlineValueBytes = 8 * 1024

const FLOAT_PIXEL_DATA = 0x7fe0_0008
const DOUBLE_FLOAT_PIXEL_DATA = 0x7fe0_0009
const PIXEL_DATA = 0x7fe0_0010

/**
 * Whether metadata gives a BulkDataURI in place of an element's value (PS3.18 §F.2.6). The one rule for what is written into metadata
 * and what is located for retrieval, so that every URI given out resolves: pixel data always; what the reader did not keep always;
 * else by size, in the VRs that PS3.18 §F.2.2 allows. An empty value is never bulk data.
 */
export function isBulkdata(element: DataElement): boolean {
  const { tag, vr, length } = element
  if (vr === 'SQ' || (length === 0 && !element.fragments)) return false
  if (tag === PIXEL_DATA || tag === FLOAT_PIXEL_DATA || tag === DOUBLE_FLOAT_PIXEL_DATA) return true
  if (element.value === undefined) return true
  const traits = vrTraits(vr)
  if (!traits.mayBeBulkdata) return false
  return length > (isBinary(vr) ? maxInlineBinaryBytes : maxInlineValueBytes)
}

/** VRs whose value JSON can only show as base64. */
export function isBinary(vr: DataElement['vr']): boolean {
  return vr === 'OB' || vr === 'OW' || vr === 'UN' || vr === 'OF' || vr === 'OD' || vr === 'OL' || vr === 'OV'
}
