/** Objects byte by byte, as senders really make them: what the writer of this package would refuse to write. */
import { hasLongLengthBytes } from './vr.ts'

const ascii = new TextEncoder()

export type Bytes = Uint8Array | string | readonly number[]

export function bytesOf(value: Bytes): Uint8Array {
  return typeof value === 'string' ? ascii.encode(value) : Uint8Array.from(value)
}

export function join(...parts: readonly Bytes[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts.map(bytesOf)))
}

export function u16(value: number): Uint8Array {
  return Uint8Array.of(value & 0xff, value >>> 8)
}

export function u32(value: number): Uint8Array {
  return Uint8Array.of(value & 0xff, (value >>> 8) & 0xff, (value >>> 16) & 0xff, value >>> 24)
}

export function tagBytes(tag: number): Uint8Array {
  return join(u16(tag >>> 16), u16(tag & 0xffff))
}

export const undefinedLength = 0xffff_ffff

/** An Explicit VR Little Endian element; `length` may differ from what follows. */
export function explicit(tag: number, vr: string, value: Bytes = [], length = bytesOf(value).length): Uint8Array {
  const isLong = hasLongLengthBytes(vr.charCodeAt(0), vr.charCodeAt(1))
  return join(tagBytes(tag), vr, isLong ? join(u16(0), u32(length)) : u16(length), value)
}

/** An Implicit VR Little Endian element. */
export function implicit(tag: number, value: Bytes = [], length = bytesOf(value).length): Uint8Array {
  return join(tagBytes(tag), u32(length), value)
}

/** An Explicit VR Big Endian element; the value as it stands. */
export function bigEndian(tag: number, vr: string, value: Bytes = []): Uint8Array {
  const element = explicit(tag, vr, value)
  const swapped = (from: number, to: number): Uint8Array => element.slice(from, to).reverse()
  const isLong = element.length - bytesOf(value).length === 12
  return join(swapped(0, 2), swapped(2, 4), vr, isLong ? join([0, 0], swapped(8, 12)) : swapped(6, 8), value)
}

/** An item of defined length, or of the length said. */
export function item(content: Bytes = [], length = bytesOf(content).length): Uint8Array {
  return join(tagBytes(0xfffe_e000), u32(length), content)
}

export const itemDelimiter = join(tagBytes(0xfffe_e00d), u32(0))
export const sequenceDelimiter = join(tagBytes(0xfffe_e0dd), u32(0))

/** An item of undefined length, with its delimiter. */
export function openItem(content: Bytes = []): Uint8Array {
  return join(item(content, undefinedLength), itemDelimiter)
}

/** Preamble, prefix and a File Meta Information of group length and transfer syntax. */
export function fileHead(transferSyntaxUID: string): Uint8Array {
  const padded = transferSyntaxUID.length % 2 === 0 ? transferSyntaxUID : `${transferSyntaxUID}\0`
  const meta = explicit(0x0002_0010, 'UI', padded)
  return join(new Uint8Array(128), 'DICM', explicit(0x0002_0000, 'UL', u32(meta.length)), meta)
}

/** A Part 10 file in Explicit VR Little Endian. */
export function explicitFile(...dataSet: readonly Bytes[]): Uint8Array {
  return join(fileHead('1.2.840.10008.1.2.1'), ...dataSet)
}

/** A Part 10 file in Implicit VR Little Endian. */
export function implicitFile(...dataSet: readonly Bytes[]): Uint8Array {
  return join(fileHead('1.2.840.10008.1.2'), ...dataSet)
}
