import { randomBytes } from 'node:crypto'
import { InvalidBlobKey } from './blob-store.ts'

/** Segments begin with a letter or digit, so that no key can say `.` or `..`, hide a file, or leave the store's folder. */
const KEY = /^[a-z0-9][a-z0-9.-]*(?:\/[a-z0-9][a-z0-9.-]*)*$/
/** S3 allows 1,024 bytes with the prefix before it; file systems 255 a segment. */
const maxKeyLength = 512
const maxSegmentLength = 200

/** True when `key` is one a store accepts: lower-case letters, digits, `.` and `-` in segments parted by `/`. */
export function isBlobKey(key: string): boolean {
  return key.length <= maxKeyLength && KEY.test(key) && key.split('/').every((segment) => segment.length <= maxSegmentLength)
}

/**
 * Answers the key as it was given.
 * @throws InvalidBlobKey when no store would accept it
 */
export function checkedBlobKey(key: string): string {
  if (!isBlobKey(key)) throw new InvalidBlobKey('A blob key is made of lower-case letters, digits, "." and "-", in segments parted by "/".')
  return key
}

/**
 * A key no blob has had: `organisation/yyyy/mm/dd/hh/uuid` in UTC. It says when, not what: nothing of the content, and never changes.
 * The hour keeps the blobs written together in one folder, so that one directory flush makes many of them durable.
 */
export function newBlobKey(organisationId: string, now: Date): string {
  const [date = '', time = ''] = now.toISOString().split('T')
  return checkedBlobKey(`${organisationId}/${date.replaceAll('-', '/')}/${time.slice(0, 2)}/${uuidv7(now.getTime())}`)
}

/** A version 7 UUID (RFC 9562 §5.7): 48 bits of milliseconds since 1970, then random ones, so that keys sort by age. */
export function uuidv7(milliseconds: number): string {
  const bytes = randomBytes(16)
  bytes.writeUIntBE(milliseconds, 0, 6)
  bytes.writeUInt8(0x70 | (bytes.readUInt8(6) & 0x0f), 6)
  bytes.writeUInt8(0x80 | (bytes.readUInt8(8) & 0x3f), 8)
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
}
