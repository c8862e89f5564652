/** Identifiers and lists of attributes: the small data sets that queries and the N-services carry. */
import { encodeDataSet, InstanceReader, type DataSet, type DicomJson } from '@isocenter/dicom'
import { DimseStatusError } from '../message/dimse-error.ts'
import { dimseStatus } from '../message/status.ts'

/** What the identifier of a query may cost; ten thousand UIDs to retrieve fit. Whoever may associate may ask, and often. */
export const queryLimits = { maxBytes: 1024 * 1024, maxElements: 20_000 } as const
/** Elements of any data set that is read whole, some two hundred bytes of memory each: 100,000 references of a Storage Commitment request are three each. */
const mostElements = 400_000

/** A data set for the wire: bytes that are already in the transfer syntax of the presentation context, or DICOM JSON to be written in it. */
export type SmallDataSet = Uint8Array | DicomJson

/**
 * A data set as the peer sent it, in the transfer syntax of its presentation context.
 * @throws DimseStatusError cannotUnderstand when the bytes are no data set, or one of more elements than may be
 */
export async function readDataSet(bytes: Uint8Array, transferSyntaxUID: string, maxElements: number = mostElements): Promise<DataSet> {
  try {
    const reader = new InstanceReader({ transferSyntaxUID, limits: { maxElements } })
    await reader.write(bytes)
    return (await reader.end()).dataSet
  } catch (error) {
    throw new DimseStatusError(dimseStatus.cannotUnderstand.code, { ErrorComment: 'the data set cannot be read' }, { cause: error })
  }
}

/**
 * The bytes of a data set in a transfer syntax, its text in the caller's character set where that can say it, else in UTF-8.
 * @param SpecificCharacterSet values of (0008,0005) of the request being answered; none means that only UTF-8 says what ASCII cannot
 * @throws DicomWriteError when the JSON is no data set
 */
export function encodeSmallDataSet(dataSet: SmallDataSet, transferSyntaxUID: string, SpecificCharacterSet: readonly string[] = []): Uint8Array {
  if (dataSet instanceof Uint8Array) return dataSet
  return encodeDataSet(dataSet, { transferSyntaxUID, ...(SpecificCharacterSet.length > 0 && { SpecificCharacterSet }) })
}
