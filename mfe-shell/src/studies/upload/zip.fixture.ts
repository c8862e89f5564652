import { crc32, deflateRawSync } from 'node:zlib'

export interface ZippedFile {
  readonly name: string
  readonly bytes: Uint8Array
  readonly isPacked?: boolean
}

/** A zip archive as APPNOTE.TXT has it: local entries, central directory, its end. */
export function zipped(files: readonly ZippedFile[], { comment = '', before = 0 }: { comment?: string; before?: number } = {}): Uint8Array<ArrayBuffer> {
  const parts: Buffer[] = [Buffer.alloc(before)]
  const directory: Buffer[] = []
  let at = before
  for (const { name, bytes, isPacked = true } of files) {
    const [data, path] = [isPacked ? deflateRawSync(bytes) : Buffer.from(bytes), Buffer.from(name)]
    const common = Buffer.alloc(26)
    common.writeUInt16LE(20, 0)
    common.writeUInt16LE(0x800, 2)
    common.writeUInt16LE(isPacked ? 8 : 0, 4)
    common.writeUInt32LE(crc32(bytes), 10)
    common.writeUInt32LE(data.length, 14)
    common.writeUInt32LE(bytes.length, 18)
    common.writeUInt16LE(path.length, 22)
    parts.push(Buffer.from([0x50, 0x4b, 3, 4]), common, path, data)
    const entry = Buffer.alloc(46)
    entry.writeUInt32LE(0x02014b50, 0)
    common.copy(entry, 6)
    entry.writeUInt32LE(at, 42)
    directory.push(entry, path)
    at += 30 + path.length + data.length
  }
  const central = Buffer.concat(directory)
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50, 0)
  end.writeUInt16LE(files.length, 8)
  end.writeUInt16LE(files.length, 10)
  end.writeUInt32LE(central.length, 12)
  end.writeUInt32LE(at, 16)
  end.writeUInt16LE(comment.length, 20)
  return new Uint8Array(Buffer.concat([...parts, central, end, Buffer.from(comment)]))
}
