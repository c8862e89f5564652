/** How elements are encoded, and the evidence for it in the bytes. */
import { attribute } from './dictionary.ts'
import { isGroupLength, isPrivate, type Tag } from './tag.ts'
import { ExplicitVRBigEndian, ExplicitVRLittleEndian, ImplicitVRLittleEndian } from './transfer-syntax.ts'
import { hasLongLengthBytes, vrOfBytes } from './vr.ts'

export interface Encoding {
  readonly explicitVR: boolean
  readonly littleEndian: boolean
}

export const undefinedLength = 0xffff_ffff

/** The byte at `at`, which the caller knows is there. */
export function byteAt(bytes: Uint8Array, at: number): number {
  return bytes[at] ?? 0
}

/** A tag at `at`. */
export function tagAt(bytes: Uint8Array, at: number, littleEndian: boolean): Tag {
  return ((uint16At(bytes, at, littleEndian) << 16) | uint16At(bytes, at + 2, littleEndian)) >>> 0
}

export function uint16At(bytes: Uint8Array, at: number, littleEndian: boolean): number {
  return littleEndian ? (byteAt(bytes, at + 1) << 8) | byteAt(bytes, at) : (byteAt(bytes, at) << 8) | byteAt(bytes, at + 1)
}

export function uint32At(bytes: Uint8Array, at: number, littleEndian: boolean): number {
  const first = uint16At(bytes, at, littleEndian)
  const second = uint16At(bytes, at + 2, littleEndian)
  return (littleEndian ? (second << 16) | first : (first << 16) | second) >>> 0
}

/** Encodings a data set may have, likelier first, each with the transfer syntax that means it and nothing more. */
export const plainEncodings: readonly (Encoding & { readonly uid: string })[] = [
  { explicitVR: true, littleEndian: true, uid: ExplicitVRLittleEndian },
  { explicitVR: false, littleEndian: true, uid: ImplicitVRLittleEndian },
  { explicitVR: true, littleEndian: false, uid: ExplicitVRBigEndian },
]

/** The longest value that evidence is drawn from: longer ones do not begin a data set. */
const longestLikelyBytes = 0x10_0000

/**
 * How many elements in a row, from `at` to the end of `bytes`, look as this encoding would have them: tags of the
 * dictionary (or private) that ascend, VRs that exist, lengths that can be. An element that does not fit ends the
 * count; 0 means that not even the first one fits.
 */
export function evidenceFor(bytes: Uint8Array, at: number, { explicitVR, littleEndian }: Encoding): number {
  let count = 0
  let lastTag = -1
  for (let pos = at; pos + 8 <= bytes.length;) {
    const tag = tagAt(bytes, pos, littleEndian)
    // Group 0000 is the command set's; a tag of zeros is padding.
    if (tag <= lastTag || tag < 0x0001_0000 || !(isPrivate(tag) || isGroupLength(tag) || attribute(tag))) break
    let header = 8
    let length: number
    if (explicitVR) {
      const first = byteAt(bytes, pos + 4)
      const second = byteAt(bytes, pos + 5)
      if (vrOfBytes(first, second) === undefined) break
      if (hasLongLengthBytes(first, second)) {
        header = 12
        if (pos + header > bytes.length) return count + 1
        length = uint32At(bytes, pos + 8, littleEndian)
      } else {
        length = uint16At(bytes, pos + 6, littleEndian)
      }
    } else {
      length = uint32At(bytes, pos + 4, littleEndian)
    }
    if (length === undefinedLength) return count + 1
    if (length > longestLikelyBytes) break
    count++
    lastTag = tag
    pos += header + length
  }
  return count
}

/**
 * Whether an element at `at`, in a place where Implicit VR is due, carries a VR all the same: one that exists, and
 * that the dictionary allows for its tag or that a private tag may have.
 */
export function looksExplicit(bytes: Uint8Array, at: number, littleEndian: boolean): boolean {
  const vr = vrOfBytes(byteAt(bytes, at + 4), byteAt(bytes, at + 5))
  if (vr === undefined) return false
  const tag = tagAt(bytes, at, littleEndian)
  return isPrivate(tag) || (attribute(tag)?.vr.includes(vr) ?? false)
}
