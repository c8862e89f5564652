/** Value representations of PS3.5 Table 6.2-1 and what reading and writing need to know of each. */

const vrNames = [
  'AE', 'AS', 'AT', 'CS', 'DA', 'DS', 'DT', 'FD', 'FL', 'IS', 'LO', 'LT', 'OB', 'OD', 'OF', 'OL', 'OV', 'OW', 'PN',
  'SH', 'SL', 'SQ', 'SS', 'ST', 'SV', 'TM', 'UC', 'UI', 'UL', 'UN', 'UR', 'US', 'UT', 'UV',
] as const

export type VR = (typeof vrNames)[number]

/** All 34 value representations, in alphabetical order. */
export const allVRs: readonly VR[] = vrNames

export interface VRTraits {
  /** The value field holds characters. */
  readonly isText: boolean
  /** Characters are in the Specific Character Set; other text is in the default repertoire (PS3.5 §6.1.2.2). */
  readonly usesCharset: boolean
  /** A backslash separates values (PS3.5 §6.4); ST, LT, UT and UR hold a single value in which it is a character. */
  readonly splitsOnBackslash: boolean
  /** Explicit VR encodings give it a reserved field and a 32-bit length (PS3.5 Table 7.1-1). */
  readonly hasLongLength: boolean
  /** Bytes of one binary value, which is also the unit of byte swapping; 1 for text and for bytes. */
  readonly bytesPerValue: 1 | 2 | 4 | 8
  /** The byte that makes a value's length even (PS3.5 §6.2). */
  readonly padding: 0x00 | 0x20
  /** A metadata response may carry a BulkDataURI in its place (PS3.18 §F.2.2). */
  readonly mayBeBulkdata: boolean
}

const charsetVRs = new Set<VR>(['LO', 'LT', 'PN', 'SH', 'ST', 'UC', 'UT'])
const textVRs = new Set<VR>([...charsetVRs, 'AE', 'AS', 'CS', 'DA', 'DS', 'DT', 'IS', 'TM', 'UI', 'UR'])
const singleTextVRs = new Set<VR>(['LT', 'ST', 'UR', 'UT'])
const longLengthVRs = new Set<VR>(['OB', 'OD', 'OF', 'OL', 'OV', 'OW', 'SQ', 'SV', 'UC', 'UN', 'UR', 'UT', 'UV'])
const bulkdataVRs = new Set<VR>([
  'DS', 'FL', 'FD', 'IS', 'LT', 'OB', 'OD', 'OF', 'OL', 'OV', 'OW', 'SL', 'SS', 'ST', 'SV', 'UC', 'UL', 'UN', 'US', 'UT', 'UV',
])
const widths: Partial<Record<VR, 2 | 4 | 8>> = {
  AT: 2, FD: 8, FL: 4, OD: 8, OF: 4, OL: 4, OV: 8, OW: 2, SL: 4, SS: 2, SV: 8, UL: 4, US: 2, UV: 8,
}

const traits = Object.fromEntries(allVRs.map((vr): [VR, VRTraits] => [vr, {
  isText: textVRs.has(vr),
  usesCharset: charsetVRs.has(vr),
  splitsOnBackslash: textVRs.has(vr) && !singleTextVRs.has(vr),
  hasLongLength: longLengthVRs.has(vr),
  bytesPerValue: widths[vr] ?? 1,
  padding: textVRs.has(vr) && vr !== 'UI' ? 0x20 : 0x00,
  mayBeBulkdata: bulkdataVRs.has(vr),
}])) as Record<VR, VRTraits>

/** What PS3.5 says of a value representation. AT's `bytesPerValue` is 2: a tag is swapped as two 16-bit numbers. */
export function vrTraits(vr: VR): VRTraits {
  return traits[vr]
}

/** VRs by their two letters, 32 × 32, so that a reader finds one without building a string. */
const byLetters: (VR | undefined)[] = new Array<VR | undefined>(1024).fill(undefined)
/** 1 where `byLetters` has a VR with the 32-bit length form. */
const longByLetters = new Uint8Array(1024)
for (const vr of allVRs) {
  const index = lettersIndex(vr.charCodeAt(0), vr.charCodeAt(1))
  byLetters[index] = vr
  longByLetters[index] = traits[vr].hasLongLength ? 1 : 0
}

function lettersIndex(first: number, second: number): number {
  return ((first & 0x1f) << 5) | (second & 0x1f)
}

/** The VR whose two characters these bytes are; undefined when they are not one of PS3.5 Table 6.2-1. */
export function vrOfBytes(first: number, second: number): VR | undefined {
  if (first < 0x41 || first > 0x5a || second < 0x41 || second > 0x5a) return undefined
  return byLetters[lettersIndex(first, second)]
}

/** Whether the VR that `vrOfBytes` finds for these bytes has the 32-bit length form. */
export function hasLongLengthBytes(first: number, second: number): boolean {
  return longByLetters[lettersIndex(first, second)] === 1
}

/** Whether a text is one of the 34 VRs. */
export function isVR(text: string): text is VR {
  return Object.hasOwn(traits, text)
}
