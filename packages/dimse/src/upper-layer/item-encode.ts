/** An item of A-ASSOCIATE-RQ or -AC: type, reserved byte, length of two bytes, value. */
export function item(type: number, parts: readonly Uint8Array[]): Buffer {
  const length = parts.reduce((sum, part) => sum + part.length, 0)
  if (length > 0xffff) throw new RangeError(`item ${type.toString(16)}H of ${length} bytes does not fit its length field`)
  return Buffer.concat([Buffer.from([type, 0]), uint16(length), ...parts])
}

/** UIDs and names, one byte a character, not padded (PS3.8 §F.1). */
export function textItem(type: number, text: string): Buffer {
  return item(type, [Buffer.from(text, 'latin1')])
}

export function uint16(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(2)
  bytes.writeUInt16BE(value)
  return bytes
}

export function uint32(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(4)
  bytes.writeUInt32BE(value)
  return bytes
}

/** Bytes behind their length of two bytes. */
export function prefixed(value: string | Uint8Array): Buffer {
  const bytes = typeof value === 'string' ? Buffer.from(value, 'latin1') : value
  return Buffer.concat([uint16(bytes.length), bytes])
}
