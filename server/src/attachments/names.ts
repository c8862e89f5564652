/** Names of files: as they came, and as they are kept. */
import { attachmentTypes, maxAttachmentNameLength, type AttachmentType } from '@isocenter/contracts'
import { harmlessName } from '../platform/file-names.ts'

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
  const clean = harmlessName(given)
  const ending = /\.([A-Za-z0-9]+)$/.exec(clean)?.[1]?.toLowerCase()
  const isEnded = ending !== undefined && endings.includes(ending)
  const suffix = isEnded ? `.${clean.slice(-ending.length)}` : `.${endings[0] ?? ''}`
  const stem = (isEnded ? clean.slice(0, -suffix.length) : clean).trim()
  return `${[...(stem === '' ? 'attachment' : stem)].slice(0, maxAttachmentNameLength - suffix.length).join('')}${suffix}`
}
