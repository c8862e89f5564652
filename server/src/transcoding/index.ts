/** Stored frames and whole instances in other transfer syntaxes. */
export { asDescribed, describedFrameBytes } from './as-described.ts'
export { createTranscodingMetrics } from './metrics.ts'
export { transcodedObject, transcodesWhole } from './object.ts'
export { readRanges, readStored, type StoredObject } from './stored-bytes.ts'
export { parseStored, sentPieces, swapped } from './stored-object.ts'
export { formatOf, type StoredInstance } from './stored-frame.ts'
export { targetsOf } from './targets.ts'
export { createTranscoding, type Transcoding } from './transcoding.ts'
