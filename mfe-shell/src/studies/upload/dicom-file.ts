/** What a file is, by its first bytes (PS3.10 §7.1): preamble, DICM, file meta information. */

export type FileKind = 'instance' | 'directory' | 'other'

/** MediaStorageSOPClassUID of a DICOMDIR, Media Storage Directory Storage. */
const directoryClass = '1.2.840.10008.1.3.10'
const headBytes = 1024

export async function kindOfFile(file: Blob): Promise<FileKind> {
  const bytes = new Uint8Array(await file.slice(0, headBytes).arrayBuffer())
  if (String.fromCharCode(...bytes.subarray(128, 132)) !== 'DICM') return 'other'
  // Explicit VR little endian, always: tag (0002,0002), `UI`, two bytes of length.
  for (let at = 132; at + 8 <= bytes.length; at++) {
    if (bytes[at] === 2 && bytes[at + 1] === 0 && bytes[at + 2] === 2 && bytes[at + 3] === 0 && bytes[at + 4] === 0x55 && bytes[at + 5] === 0x49) {
      const length = (bytes[at + 6] ?? 0) + 256 * (bytes[at + 7] ?? 0)
      const uid = String.fromCharCode(...bytes.subarray(at + 8, at + 8 + length)).replace(/[\0 ]+$/, '')
      return uid === directoryClass ? 'directory' : 'instance'
    }
  }
  return 'instance'
}
