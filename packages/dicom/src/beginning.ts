/** The beginning of an object, read where the rest is not at hand yet: in a browser, before anything is sent. Asks for no module of Node's. */
import type { DataSet } from './data-set.ts'
import { DataSetParser } from './data-set-parser.ts'
import { FileStart, likeliestEncoding } from './file-start.ts'
import { DicomReadError } from './read-error.ts'
import { defaultReadLimits } from './read-limits.ts'
import { transferSyntax } from './transfer-syntax.ts'

/** Bytes by which the encoding of a data set is judged. */
const evidenceBytes = 132
const quiet = () => undefined

export interface Beginning {
  readonly fileMeta: DataSet | undefined
  /** Elements that are whole in the bytes given; the last ones of the object may be missing. */
  readonly dataSet: DataSet
}

/** Reads as much as there is; undefined where it is no DICOM object, or one whose data set is deflated. */
export function readBeginning(bytes: Uint8Array): Beginning | undefined {
  try {
    const start = new FileStart()
    start.add(bytes)
    const at = start.dataSetStart(true)
    if (at === undefined) return undefined
    const fileMeta = start.metaStart === undefined ? undefined : parsed(bytes.subarray(start.metaStart, at), { explicitVR: true, littleEndian: true }, start.metaStart)
    const uid = fileMeta?.string('TransferSyntaxUID')
    const declared = uid === undefined ? undefined : transferSyntax(uid)
    if (declared?.deflated === true) return undefined
    const encoding = likeliestEncoding(bytes.subarray(at, at + evidenceBytes), 0) ?? declared
    return encoding === undefined ? undefined : { fileMeta, dataSet: parsed(bytes.subarray(at), encoding, at) }
  } catch (error) {
    if (error instanceof DicomReadError) return undefined
    throw error
  }
}

function parsed(bytes: Uint8Array, { explicitVR, littleEndian }: { readonly explicitVR: boolean; readonly littleEndian: boolean }, offset: number): DataSet {
  const parser = new DataSetParser({ explicitVR, littleEndian }, { limits: defaultReadLimits, offset, warn: quiet })
  parser.push(bytes)
  return parser.soFar()
}
