/** What a file is, and what it says of patient and study, by its first bytes (PS3.10 §7.1). */
import type { Beginning } from '@isocenter/dicom/beginning'

/** What the form shows and lets correct, in its order. */
export const shownKeywords = ['PatientName', 'PatientID', 'PatientSex', 'PatientBirthDate', 'AccessionNumber', 'StudyDescription'] as const
export type ShownKeyword = typeof shownKeywords[number]

export interface Header {
  readonly StudyInstanceUID: string
  readonly Modality: string | undefined
  readonly StudyDate: string | undefined
  readonly values: Readonly<Partial<Record<ShownKeyword, string>>>
}

export type FileKind = { readonly kind: 'instance'; readonly header: Header | undefined } | { readonly kind: 'directory' | 'file' | 'other' }

/** MediaStorageSOPClassUID of a DICOMDIR, Media Storage Directory Storage. */
const directoryClass = '1.2.840.10008.1.3.10'
/** Patient and study stand before anything long; some senders put pictures of it before them. */
export const headBytes = 64 * 1024
const prefixEnd = 132

/** A beginning of up to `headBytes`. A header that cannot be read yet is the server's business: the file is sent as it is. */
export async function kindOfFile(head: Blob): Promise<FileKind> {
  const bytes = new Uint8Array(await head.arrayBuffer())
  if (String.fromCharCode(...bytes.subarray(prefixEnd - 4, prefixEnd)) !== 'DICM') return { kind: isMadeAnObject(bytes) ? 'file' : 'other' }
  // Dictionary and character sets come only when somebody uploads.
  const { readBeginning } = await import('@isocenter/dicom/beginning')
  const beginning = readBeginning(bytes)
  if (beginning?.fileMeta?.string('MediaStorageSOPClassUID') === directoryClass) return { kind: 'directory' }
  return { kind: 'instance', header: beginning && headerOf(beginning) }
}

/** JPEG, PNG, PDF and MP4 begin so; the server looks closer. */
function isMadeAnObject(bytes: Uint8Array): boolean {
  const text = String.fromCharCode(...bytes.subarray(0, 12))
  return text.startsWith('\u00ff\u00d8\u00ff') || text.startsWith('\u0089PNG\r\n') || text.startsWith('%PDF-') || text.slice(4, 8) === 'ftyp'
}

function headerOf({ dataSet }: Beginning): Header | undefined {
  const StudyInstanceUID = dataSet.string('StudyInstanceUID')
  if (StudyInstanceUID === undefined) return undefined
  const values = Object.fromEntries(shownKeywords.flatMap((keyword) => {
    const value = dataSet.string(keyword)?.trim()
    return value === undefined || value === '' ? [] : [[keyword, value]]
  }))
  return { StudyInstanceUID, Modality: dataSet.string('Modality'), StudyDate: dataSet.string('StudyDate'), values }
}
