import { basename } from 'node:path'

/** Bytes needed to tell. */
export const sniffedBytes = 132

/**
 * Why a file is not worth sending, or undefined when it may be a DICOM object. The server judges in the end; this only keeps
 * photographs and installers off the line. Objects without preamble begin with a group 0002 or 0008 element (PS3.10 §7.1 is often ignored).
 */
export function notDicomReason(name: string, head: Uint8Array): string | undefined {
  if (/^DICOMDIR$/i.test(basename(name))) return 'is the directory of a medium, not an image'
  if (Buffer.from(head.buffer, head.byteOffset, head.length).toString('latin1', 128, 132) === 'DICM') return undefined
  const group = head.length < 8 ? -1 : (head[0] ?? 0) | (head[1] ?? 0) << 8
  const bigEndianGroup = head.length < 8 ? -1 : (head[0] ?? 0) << 8 | (head[1] ?? 0)
  if ([2, 8].includes(group) || bigEndianGroup === 8) return undefined
  return head.length === 0 ? 'is empty' : 'is not DICOM'
}
