/**
 * `charset=source`, an extension of ours: metadata whose (0008,0005) says what it says in the stored object. The text is UTF-8 all the same,
 * which is why it says ISO_IR 192 otherwise (PS3.18 §F.2.2, its note since 2025).
 */
import { decodeLayout, transferSyntax } from '@isocenter/dicom'
import type { FastifyRequest } from 'fastify'
import type { InstanceRecord } from '../../catalogue/index.ts'
import type { BlobStore } from '../../storage/index.ts'
import { readStored } from './stored-bytes.ts'

/** What stands before (0008,0005), and itself: a group length, (0008,0001), and all the repertoires there are. */
const headBytes = 1024

/** Whether a request asks for it. */
export function wantsSourceCharset(request: FastifyRequest): boolean {
  return /[?&]charset=source(&|$)/i.test(request.url)
}

/** The text of one data set with its own (0008,0005); those of items stay as they are told. */
export async function withSourceCharset(blobs: BlobStore, record: InstanceRecord, json: string, signal: AbortSignal): Promise<string> {
  const told = /^\{(?:"00080001":\{[^}]*\},)?"00080005":/.exec(json)
  if (!told) return json
  const terms = await sourceCharset(blobs, record, signal)
  const value = JSON.stringify({ vr: 'CS', ...(terms.length > 0 && { Value: terms.map((term) => (term === '' ? null : term)) }) })
  return told[0] + value + json.slice(json.indexOf('}', told[0].length) + 1)
}

/** The values of (0008,0005) at the beginning of the stored data set; none where it cannot be found there. */
async function sourceCharset(blobs: BlobStore, record: InstanceRecord, signal: AbortSignal): Promise<string[]> {
  const layout = decodeLayout(record.layout)
  const chunks: Uint8Array[] = []
  const length = Math.min(headBytes, layout.inflated ? headBytes : record.byteLength - layout.dataSetOffset)
  for await (const chunk of await readStored(blobs, { ...record, layout }, { offset: layout.dataSetOffset, length }, signal)) chunks.push(chunk)
  return charsetIn(Buffer.concat(chunks), transferSyntax(record.transferSyntaxUID)?.explicitVR ?? true, layout.littleEndian)
}

/** Elements before (0008,0005) are short and few, so that a header of eight bytes is all there is to read. */
export function charsetIn(head: Buffer, explicitVR: boolean, littleEndian: boolean): string[] {
  const word = (at: number) => (littleEndian ? head.readUInt16LE(at) : head.readUInt16BE(at))
  for (let at = 0; at + 8 <= head.length;) {
    const [group, element] = [word(at), word(at + 2)]
    if (group > 0x0008 || (group === 0x0008 && element > 0x0005)) return []
    const length = explicitVR ? word(at + 6) : littleEndian ? head.readUInt32LE(at + 4) : head.readUInt32BE(at + 4)
    if (group === 0x0008 && element === 0x0005) {
      const text = head.toString('latin1', at + 8, at + 8 + length).replace(/[\0 ]+$/, '')
      return text === '' ? [] : text.split('\\').map((term) => term.trim())
    }
    at += 8 + length
  }
  return []
}
