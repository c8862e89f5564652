/**
 * The digest of a data set on the wire, both ways: what a sender announces in `Data-Set-Digest` and what a store's answer says is held.
 * It is of the data set's bytes alone, without preamble and File Meta Information, so that it stays the same where a gateway writes a header of its own.
 */

/** Header of a part of application/dicom, or of a request with one object; a dictionary of digests as in RFC 9530 §2. */
export const dataSetDigestHeader = 'data-set-digest'

const sha256Bytes = 32
/** One member of a dictionary whose values are byte sequences (RFC 8941 §3.2 and §3.3.5), parameters left aside. */
const memberForm = /^([a-z*][a-z0-9_.*-]*)=:([A-Za-z0-9+/]*={0,2}):(?:;.*)?$/

/**
 * The SHA-256 a sender announces. Digests by other algorithms are left aside, as RFC 9530 §2 allows: the answer tells SHA-256 in any case.
 * @returns undefined where none is announced; `unreadable` where the header is not such a dictionary, which must not pass for a checked one
 */
export function announcedDigest(header: string | undefined): Buffer | 'unreadable' | undefined {
  if (header === undefined) return undefined
  let announced: Buffer | undefined
  for (const member of header.split(',')) {
    const [, algorithm, base64 = ''] = memberForm.exec(member.trim()) ?? []
    if (algorithm === undefined) return 'unreadable'
    if (algorithm !== 'sha-256') continue
    announced = Buffer.from(base64, 'base64')
    if (announced.length !== sha256Bytes) return 'unreadable'
  }
  return announced
}

/** A SHA-256 as `Data-Set-Digest` and receipts write it. */
export const digestText = (sha256: Uint8Array): string => `sha-256=:${Buffer.from(sha256).toString('base64')}:`
