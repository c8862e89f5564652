/** Reading a zip archive in the browser, one entry at a time, never more of it in memory than that entry. */

export interface ZipEntry {
  readonly name: string
  /** Bytes unpacked, as the archive claims. */
  readonly size: number
  /** Its bytes. @throws ZipBroken when it is damaged, encrypted, or larger than `most` */
  readonly read: (most: number) => Promise<Blob>
  /** Its first bytes. @throws ZipBroken */
  readonly peek: (bytes: number) => Promise<Blob>
}

/** The archive, or something in it, cannot be read. */
export class ZipBroken extends Error {
  override name = 'ZipBroken'
}

const endSignature = 0x06054b50
const entrySignature = 0x02014b50
const localSignature = 0x04034b50
const endBytes = 22
const longestComment = 0xffff
/** APPNOTE.TXT §4.4.4: bit 0, encrypted; bit 11, names in UTF-8. */
const isEncrypted = (flags: number): boolean => (flags & 1) !== 0
const isUTF8 = (flags: number): boolean => (flags & 0x800) !== 0

const view = async (blob: Blob): Promise<DataView> => new DataView(await blob.arrayBuffer())

/** Everything in an archive, folders left out. @throws ZipBroken */
export async function zipEntries(archive: Blob): Promise<ZipEntry[]> {
  const tailAt = Math.max(0, archive.size - endBytes - longestComment)
  const tail = await view(archive.slice(tailAt))
  let end = tail.byteLength - endBytes
  while (end >= 0 && tail.getUint32(end, true) !== endSignature) end--
  if (end < 0) throw new ZipBroken('no end of central directory')
  const [count, length, at] = [tail.getUint16(end + 10, true), tail.getUint32(end + 12, true), tail.getUint32(end + 16, true)]
  // Larger archives say so with these numbers (ZIP64); below the limit of uploads none has to.
  if (count === 0xffff || at === 0xffffffff || at + length > archive.size) throw new ZipBroken('central directory out of place')
  const directory = await view(archive.slice(at, at + length))
  const entries: ZipEntry[] = []
  let place = 0
  for (let nth = 0; nth < count; nth++) {
    if (place + 46 > directory.byteLength || directory.getUint32(place, true) !== entrySignature) throw new ZipBroken('central directory damaged')
    const [flags, method] = [directory.getUint16(place + 8, true), directory.getUint16(place + 10, true)]
    const [packed, size, localAt] = [directory.getUint32(place + 20, true), directory.getUint32(place + 24, true), directory.getUint32(place + 42, true)]
    const [nameLength, extraLength, commentLength] = [directory.getUint16(place + 28, true), directory.getUint16(place + 30, true), directory.getUint16(place + 32, true)]
    const bytes = new Uint8Array(directory.buffer, directory.byteOffset + place + 46, Math.min(nameLength, directory.byteLength - place - 46))
    const name = new TextDecoder(isUTF8(flags) ? 'utf-8' : 'gb18030').decode(bytes)
    if (!name.endsWith('/')) entries.push({ name, size, read: (most) => unpacked(archive, { flags, method, packed, localAt, most }), peek: (most) => unpacked(archive, { flags, method, packed, localAt, most, isPeek: true }) })
    place += 46 + nameLength + extraLength + commentLength
  }
  return entries
}

async function unpacked(archive: Blob, { flags, method, packed, localAt, most, isPeek = false }: { readonly flags: number; readonly method: number; readonly packed: number; readonly localAt: number; readonly most: number; readonly isPeek?: boolean }): Promise<Blob> {
  if (isEncrypted(flags)) throw new ZipBroken('encrypted')
  const local = await view(archive.slice(localAt, localAt + 30))
  if (local.byteLength < 30 || local.getUint32(0, true) !== localSignature) throw new ZipBroken('entry out of place')
  const start = localAt + 30 + local.getUint16(26, true) + local.getUint16(28, true)
  const bytes = archive.slice(start, start + packed)
  if (method === 0) {
    if (bytes.size > most && !isPeek) throw new ZipBroken('too large')
    return bytes.slice(0, most)
  }
  if (method !== 8) throw new ZipBroken(`packed by method ${String(method)}`)
  const reader = bytes.stream().pipeThrough(new DecompressionStream('deflate-raw')).getReader()
  const parts: Uint8Array<ArrayBuffer>[] = []
  let size = 0
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      size += next.value.byteLength
      if (size >= most && isPeek) {
        await reader.cancel()
        return new Blob([...parts, next.value]).slice(0, most)
      }
      // Whatever it claims to be: a few packed bytes may hold gigabytes.
      if (size > most) throw new ZipBroken('too large')
      parts.push(next.value)
    }
  } catch (error) {
    await reader.cancel().catch(() => undefined)
    throw error instanceof ZipBroken ? error : new ZipBroken('damaged')
  }
  return new Blob(parts)
}
