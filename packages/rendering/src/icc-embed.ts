/** Puts an ICC profile into an encoded image. */
import { crc32, deflateSync } from 'node:zlib'

const maxSegmentBytes = 65_519
const identifier = Buffer.from('ICC_PROFILE\0', 'latin1')

/** Into a JPEG, as APP2 segments behind what names the file format (ICC.1 Annex B.4). */
export function jpegWithProfile(jpeg: Uint8Array, profile: Uint8Array): Uint8Array {
  const chunks = Math.ceil(profile.length / maxSegmentBytes)
  const segments = Array.from({ length: chunks }, (_, index) => {
    const part = profile.subarray(index * maxSegmentBytes, (index + 1) * maxSegmentBytes)
    const head = Buffer.from([0xff, 0xe2, 0, 0])
    head.writeUInt16BE(2 + identifier.length + 2 + part.length, 2)
    return Buffer.concat([head, identifier, Buffer.from([index + 1, chunks]), part])
  })
  const after = jpeg[2] === 0xff && jpeg[3] === 0xe0 ? 4 + Buffer.from(jpeg.buffer, jpeg.byteOffset).readUInt16BE(4) : 2
  return Buffer.concat([jpeg.subarray(0, after), ...segments, jpeg.subarray(after)])
}

/** Behind the signature and the IHDR chunk. */
const afterHeader = 8 + 25

/** Into a PNG, as its iCCP chunk (PNG §11.3.2.3). */
export function pngWithProfile(png: Uint8Array, profile: Uint8Array): Uint8Array {
  const content = Buffer.concat([Buffer.from('iCCPICC profile\0\0', 'latin1'), deflateSync(profile)])
  const length = Buffer.alloc(4)
  length.writeUInt32BE(content.length - 4)
  const check = Buffer.alloc(4)
  check.writeUInt32BE(crc32(content))
  return Buffer.concat([png.subarray(0, afterHeader), length, content, check, png.subarray(afterHeader)])
}
