/** Names of files: as they came, made harmless, and as a header carries them. */
import { attachmentTypes, maxAttachmentNameLength, type AttachmentType } from '@isocenter/contracts'

/** What no file system or reader takes well: path separators, controls, and marks that turn the direction of writing. */
const harmful = /[\u0000-\u001f\u007f-\u009f/\\:*?"<>|\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu

/** The name of `Content-Disposition: attachment; filename*=UTF-8''…` (RFC 6266, RFC 8187); undefined where there is none. */
export function fileNameIn(disposition: string | undefined): string | undefined {
  const encoded = /;\s*filename\*=UTF-8''([^;\s]+)/i.exec(disposition ?? '')?.[1]
  if (encoded === undefined) return undefined
  try {
    return decodeURIComponent(encoded)
  } catch {
    return undefined
  }
}

/** The name as it was given, without what is harmful, with the ending of what the file is. */
export function keptName(given: string, type: AttachmentType): string {
  const endings: readonly string[] = attachmentTypes[type]
  const clean = given.replace(harmful, ' ').replace(/\s+/g, ' ').replace(/^[. ]+/, '').trim()
  const ending = /\.([A-Za-z0-9]+)$/.exec(clean)?.[1]?.toLowerCase()
  const isEnded = ending !== undefined && endings.includes(ending)
  const suffix = isEnded ? `.${clean.slice(-ending.length)}` : `.${endings[0] ?? ''}`
  const stem = (isEnded ? clean.slice(0, -suffix.length) : clean).trim()
  return `${[...(stem === '' ? 'attachment' : stem)].slice(0, maxAttachmentNameLength - suffix.length).join('')}${suffix}`
}

/** The header that gives a file its name. */
export const disposition = (as: 'inline' | 'attachment', fileName: string): string =>
  `${as}; filename*=UTF-8''${encodeURIComponent(fileName).replace(/['()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)}`
