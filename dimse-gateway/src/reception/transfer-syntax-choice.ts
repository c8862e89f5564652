import { ExplicitVRBigEndian, ExplicitVRLittleEndian, ImplicitVRLittleEndian, transferSyntax } from '@isocenter/dicom'

/** Uncompressed syntaxes, the one that loses least of a private attribute first. */
const native = [ExplicitVRLittleEndian, ImplicitVRLittleEndian, ExplicitVRBigEndian]

/**
 * Which of the sender's transfer syntaxes an object is taken in: compressed before uncompressed, so that what a modality has
 * compressed travels and is kept as it is. A lossy one is taken only when the sender names it first or nothing else: a sender that
 * keeps its pixels whole must not be made to lose some. A private or later one is taken when nothing known is offered.
 */
export function chooseStorageSyntax(offered: readonly string[]): string | undefined {
  const [first] = offered
  if (first !== undefined && transferSyntax(first)?.encapsulated) return first
  return offered.find(isLosslessCompressed) ?? native.find((uid) => offered.includes(uid))
    ?? offered.find((uid) => transferSyntax(uid) !== undefined) ?? first
}

/** The transfer syntax of services whose data sets have no pixels; undefined when none of the three is offered. */
export function chooseServiceSyntax(offered: readonly string[]): string | undefined {
  return native.find((uid) => offered.includes(uid))
}

function isLosslessCompressed(uid: string): boolean {
  const known = transferSyntax(uid)
  return known !== undefined && known.encapsulated && !known.lossy
}
