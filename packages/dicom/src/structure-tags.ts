/** Tags that make the structure of a data set, and those its reader must know. */

/** (FFFE,E000) begins an item of a sequence, or a fragment. */
export const itemTag = 0xfffe_e000
export const itemDelimitationTag = 0xfffe_e00d
export const sequenceDelimitationTag = 0xfffe_e0dd
/** Bytes of each of the three: tag and 32-bit length, without a VR in every encoding (PS3.5 §7.5). */
export const itemHeaderBytes = 8

export const dataSetTrailingPaddingTag = 0xfffc_fffc
export const pixelDataTag = 0x7fe0_0010
export const pixelRepresentationTag = 0x0028_0103
export const extendedOffsetTableTag = 0x7fe0_0001
export const extendedOffsetTableLengthsTag = 0x7fe0_0002
