/** What a store answer says of each instance (PS3.18 §10.5.3, Table I.1-1). */
import type { DicomJson } from '@isocenter/dicom'

export type InstanceAnswer =
  /** `sha256`: hex, of the data set the server holds, where it says so. */
  | { readonly kind: 'stored'; readonly sha256?: string | undefined }
  | { readonly kind: 'failed'; readonly reason: number; readonly comment?: string | undefined }

/** By SOP Instance UID. */
export interface StoreAnswer {
  readonly instances: ReadonlyMap<string, InstanceAnswer>
  /** Failures of parts the server could not name. */
  readonly others: readonly { readonly reason: number; readonly comment?: string | undefined }[]
}

const tags = { referenced: '00081199', failed: '00081198', others: '0008119A', SOPInstanceUID: '00081155', failureReason: '00081197' } as const
/** The private block of our server, in whatever element of group 0009 its creator reserved it (PS3.5 §7.8.1). */
const creator = 'ISOCENTER'
const blockElements = { receipt: '01', comment: '02' } as const

/** Reads a store answer; undefined when the body is none. A server in trouble puts it in `response` of a problem. */
export function readStoreAnswer(body: Buffer): StoreAnswer | undefined {
  const json = objectIn(body)
  const result = isStoreAnswer(json) ? json : isStoreAnswer(json?.['response']) ? json['response'] : undefined
  if (!result) return undefined
  const instances = new Map<string, InstanceAnswer>()
  for (const item of itemsOf(result, tags.referenced)) {
    const uid = firstText(item, tags.SOPInstanceUID)
    if (uid !== undefined) instances.set(uid, { kind: 'stored', sha256: sha256In(privateText(item, 'receipt')) })
  }
  const others: { reason: number; comment?: string | undefined }[] = []
  for (const item of [...itemsOf(result, tags.failed), ...itemsOf(result, tags.others)]) {
    const uid = firstText(item, tags.SOPInstanceUID)
    const failure = { reason: Number(item[tags.failureReason]?.Value?.[0] ?? 0), comment: privateText(item, 'comment') }
    if (uid === undefined) others.push(failure)
    else if (!instances.has(uid)) instances.set(uid, { kind: 'failed', ...failure })
  }
  return { instances, others }
}

function objectIn(body: Buffer): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(body.toString('utf8'))
    return typeof value === 'object' && value !== null ? value as Record<string, unknown> : undefined
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

const isStoreAnswer = (value: unknown): value is DicomJson =>
  typeof value === 'object' && value !== null && [tags.referenced, tags.failed, tags.others].some((tag) => tag in value)

const itemsOf = (json: DicomJson, tag: string): DicomJson[] => {
  const items = json[tag]?.Value
  return Array.isArray(items) ? items.filter((item): item is DicomJson => typeof item === 'object' && item !== null) : []
}

function firstText(json: DicomJson, tag: string): string | undefined {
  const value = json[tag]?.Value?.[0]
  return typeof value === 'string' ? value : undefined
}

function privateText(item: DicomJson, name: keyof typeof blockElements): string | undefined {
  const reservation = Object.keys(item).find((tag) => /^000900[1-9A-F][0-9A-F]$/i.test(tag) && firstText(item, tag) === creator)
  return reservation === undefined ? undefined : firstText(item, `0009${reservation.slice(6)}${blockElements[name]}`)
}

/** Hex of `sha-256=:BASE64:` (RFC 9530 §2). */
function sha256In(text: string | undefined): string | undefined {
  const base64 = /(?:^|,)\s*sha-256=:([A-Za-z0-9+/=]{44}):/.exec(text ?? '')?.[1]
  return base64 === undefined ? undefined : Buffer.from(base64, 'base64').toString('hex')
}
