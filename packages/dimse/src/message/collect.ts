import { DimseProtocolError } from './dimse-error.ts'

/**
 * All bytes of a data set that has to be looked at as a whole: identifiers, attribute lists.
 * @throws DimseProtocolError dataSetTooLong
 */
export async function collect(dataSet: AsyncIterable<Uint8Array>, maxBytes: number): Promise<Uint8Array> {
  const pieces: Uint8Array[] = []
  let length = 0
  for await (const piece of dataSet) {
    length += piece.length
    if (length > maxBytes) throw new DimseProtocolError('dataSetTooLong', `a data set that is taken whole is longer than ${maxBytes} bytes`)
    pieces.push(piece)
  }
  return pieces.length === 1 && pieces[0] ? pieces[0] : Buffer.concat(pieces)
}
