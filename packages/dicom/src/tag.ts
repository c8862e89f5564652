/** An attribute's tag (PS3.5 §7.1): group << 16 | element, as an unsigned 32-bit number. */
export type Tag = number

/** `GGGGEEEE` in upper case, as in DICOM JSON (PS3.18 §F.2.1). */
export function formatTag(tag: Tag): string {
  return tag.toString(16).toUpperCase().padStart(8, '0')
}

/** The tag that eight hexadecimal digits name; undefined for any other text. */
export function parseTag(text: string): Tag | undefined {
  return /^[0-9A-Fa-f]{8}$/.test(text) ? Number.parseInt(text, 16) : undefined
}

/** Whether the tag has an odd group number, so that a vendor gives it its meaning (PS3.5 §7.8). */
export function isPrivate(tag: Tag): boolean {
  return (tag & 0x0001_0000) !== 0
}

/** Whether the tag is (gggg,0010-00FF) of an odd group: it reserves a block of private elements (PS3.5 §7.8.1). */
export function isPrivateCreator(tag: Tag): boolean {
  const element = tag & 0xffff
  return isPrivate(tag) && element >= 0x10 && element <= 0xff
}

/** Whether the tag is (gggg,0000), the retired length of its group (PS3.5 §7.2). */
export function isGroupLength(tag: Tag): boolean {
  return (tag & 0xffff) === 0
}
