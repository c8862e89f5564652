/** What a file is, told by its bytes as they pass. */
import type { AttachmentType } from '@isocenter/contracts'

/** Looks at a file as it comes. */
export interface TypeTeller {
  /** Takes the next bytes; false as soon as it is known to be none that is taken. */
  readonly take: (bytes: Uint8Array) => boolean
  /** At the end: what it is; undefined where it is none that is taken. */
  readonly end: () => AttachmentType | undefined
}

const headBytes = 12
const docx = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'
const zipLocalHeader = Buffer.from([0x50, 0x4b, 0x03, 0x04])
/** ISO/IEC 14496-12 §4.3 and the registered brands browsers play; QuickTime's own is another format. */
const mp4Brand = /^(iso[m2-9]|mp4[12]|avc1|M4V |M4VP|MSNV|dash)$/
/** Names of parts (ISO/IEC 29500-2): a package that has the second is a Word document, with the third one that brings macros. */
const [partList, mainPart, macros] = [Buffer.from('[Content_Types].xml'), Buffer.from('word/document.xml'), Buffer.from('vbaProject.bin')]
const longestName = Math.max(partList.length, mainPart.length, macros.length)

function beginningOf(head: Buffer): AttachmentType | 'zip' | undefined {
  if (head.toString('latin1', 0, 5) === '%PDF-') return 'application/pdf'
  if (head.subarray(0, 3).equals(Buffer.from([0xff, 0xd8, 0xff]))) return 'image/jpeg'
  if (head.subarray(0, 8).equals(Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]))) return 'image/png'
  if (head.toString('latin1', 4, 8) === 'ftyp' && mp4Brand.test(head.toString('latin1', 8, 12))) return 'video/mp4'
  return head.subarray(0, 4).equals(zipLocalHeader) ? 'zip' : undefined
}

/** Keeps no more than a few bytes, however long the file is. */
export function createTypeTeller(): TypeTeller {
  let head = Buffer.alloc(0)
  let beginning: AttachmentType | 'zip' | undefined
  let tail = Buffer.alloc(0)
  const seen = { partList: false, mainPart: false, macros: false }
  const lookForNames = (bytes: Uint8Array) => {
    const window = Buffer.concat([tail, bytes])
    seen.partList ||= window.includes(partList)
    seen.mainPart ||= window.includes(mainPart)
    seen.macros ||= window.includes(macros)
    tail = window.subarray(Math.max(0, window.length - longestName + 1))
  }
  return {
    take: (bytes) => {
      if (beginning === undefined) {
        head = Buffer.concat([head, bytes])
        if (head.length < headBytes) return true
        beginning = beginningOf(head)
        if (beginning === 'zip') lookForNames(head)
        return beginning !== undefined
      }
      if (beginning === 'zip') lookForNames(bytes)
      return !seen.macros
    },
    end: () => (beginning === 'zip' ? seen.partList && seen.mainPart && !seen.macros ? docx : undefined : beginning),
  }
}
