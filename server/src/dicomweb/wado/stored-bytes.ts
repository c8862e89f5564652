/** Reading ranges of stored objects, which transcoding does as well. */
export { readRanges, readStored, type StoredObject } from '../../transcoding/index.ts'
