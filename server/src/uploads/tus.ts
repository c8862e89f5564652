/** What tus 1.0.0 (https://tus.io/protocols/resumable-upload) says in headers. */
import { FileDescription, UploadCorrections, uploadKinds, type UploadKind } from '@isocenter/contracts'
import type { Static, TSchema } from 'typebox'
import { Check } from 'typebox/value'
import { invalidUpload, tusVersion } from './problems.ts'

export const tusResumable = '1.0.0'
export const tusExtensions = 'creation,creation-with-upload,checksum,expiration,termination'
/** Algorithms of Upload-Checksum, best first, as Node's crypto names them too. */
export const checksumAlgorithms = ['sha256', 'sha1'] as const
export const offsetOctetStream = 'application/offset+octet-stream'

type Headers = Readonly<Record<string, string | string[] | undefined>>

/** @throws tusVersion 412 */
export function requireVersion(headers: Headers): void {
  if (headers['tus-resumable'] === tusResumable) return
  throw tusVersion(`Tus-Resumable has to be ${tusResumable}.`, { supported: [tusResumable] }, { 'tus-version': tusResumable })
}

/** Bytes of the whole upload. @throws invalidUpload 400 */
export const uploadLengthOf = (headers: Headers): number => wholeNumber(headers, 'upload-length')

/** Where the bytes of a PATCH begin. @throws invalidUpload 400 */
export const uploadOffsetOf = (headers: Headers): number => wholeNumber(headers, 'upload-offset')

function wholeNumber(headers: Headers, name: 'upload-length' | 'upload-offset'): number {
  const text = headers[name]
  const number = typeof text === 'string' && /^\d{1,15}$/.test(text) ? Number(text) : undefined
  if (number === undefined) throw invalidUpload(`${name} is no whole number.`)
  return number
}

/** What the creator of an upload says of it. */
export interface UploadMetadata {
  readonly kind: UploadKind
  /** As the `Data-Set-Digest` header of a store says it. */
  readonly dataSetDigest: string | undefined
  /** Of the study it is of, for when it has arrived. */
  readonly corrections: UploadCorrections | undefined
  /** What becomes of a `file`. */
  readonly describes: FileDescription | undefined
  /** The header as it came. */
  readonly text: string
}

/** With room for what people correct, in any script; headers of a request have 16 KiB together. */
const maxMetadataCharacters = 8192

/** Reads Upload-Metadata: names and base64 values. What is not known is kept and means nothing. @throws invalidUpload 400 */
export function metadataOf(headers: Headers): UploadMetadata {
  const text = headers['upload-metadata'] ?? ''
  if (typeof text !== 'string' || text.length > maxMetadataCharacters) throw invalidUpload(`Upload-Metadata is longer than ${maxMetadataCharacters} characters.`)
  const values = new Map<string, string>()
  for (const pair of text.split(',').map((part) => part.trim()).filter((part) => part !== '')) {
    const [, name, base64 = ''] = /^([^\s,]+)(?: ([A-Za-z0-9+/]*={0,2}))?$/.exec(pair) ?? []
    if (name === undefined || values.has(name)) throw invalidUpload('Upload-Metadata is no list of different names, each with a value in base64.')
    values.set(name, Buffer.from(base64, 'base64').toString('utf8'))
  }
  const given = values.get('kind') ?? 'instance'
  const kind = uploadKinds.find((one) => one === given)
  if (kind === undefined) throw invalidUpload(`"kind" in Upload-Metadata is none of ${uploadKinds.join(', ')}.`)
  const describes = jsonOf(values, 'describes', FileDescription)
  if ((kind === 'file') !== (describes !== undefined)) throw invalidUpload('"describes" in Upload-Metadata comes with files, and with them only.')
  return { kind, describes, dataSetDigest: values.get('dataSetDigest'), corrections: jsonOf(values, 'corrections', UploadCorrections), text }
}

/** A value that is JSON. @throws invalidUpload 400 */
function jsonOf<Schema extends TSchema>(values: ReadonlyMap<string, string>, name: string, schema: Schema): Static<Schema> | undefined {
  const text = values.get(name)
  if (text === undefined) return undefined
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    value = undefined
  }
  if (!Check(schema, value)) throw invalidUpload(`"${name}" in Upload-Metadata is not the JSON it has to be.`)
  return value
}

export interface Checksum {
  readonly algorithm: typeof checksumAlgorithms[number]
  readonly digest: Buffer
}

/** The checksum the bytes of this request must have; undefined where none is given. @throws invalidUpload 400 */
export function checksumOf(headers: Headers): Checksum | undefined {
  const text = headers['upload-checksum']
  if (text === undefined) return undefined
  const [, name, base64 = ''] = /^(\S+) ([A-Za-z0-9+/]+={0,2})$/.exec(String(text)) ?? []
  const algorithm = checksumAlgorithms.find((one) => one === name)
  if (algorithm === undefined) throw invalidUpload(`Upload-Checksum is no checksum by ${checksumAlgorithms.join(' or ')}.`)
  return { algorithm, digest: Buffer.from(base64, 'base64') }
}
