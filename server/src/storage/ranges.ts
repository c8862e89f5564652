import { BlobRangeInvalid, type ByteRange } from './blob-store.ts'

/**
 * Refuses a range that no blob has; whether this one has it only the store can tell.
 * @throws BlobRangeInvalid when offset or length is not a whole number from 0 up
 */
export function assertRange(key: string, range: ByteRange): void {
  const { offset, length } = range
  if (!(Number.isSafeInteger(offset) && Number.isSafeInteger(length) && Number.isSafeInteger(offset + length) && offset >= 0 && length >= 0)) throw new BlobRangeInvalid(key, range)
}
