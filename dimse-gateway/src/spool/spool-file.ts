/**
 * How an object lies in the spool: a DICOM file (PS3.10) with the data set's bytes exactly as they came behind a File Meta
 * Information of ours. All that is known of the object besides its bytes stands in there too, so that the files alone are the spool.
 */
import { encodeFileMeta, ImplementationClassUID, readInstance } from '@isocenter/dicom'
import type { Identity, Origin } from './spooled-object.ts'

/** Where a file's Private Information is from; its value is the JSON of `Arrival`. */
const privateInformationCreatorUID = `${ImplementationClassUID}.1`

interface Arrival {
  readonly receivedAt: string
  readonly remoteAddress: string
  /** Hex; all zero until the last byte has come, when it is written over. */
  readonly dataSetSha256: string
}

const digestCharacters = 64
const noDigest = '0'.repeat(digestCharacters)
/** Whether the last byte of an object had come when its header was written. */
export const hasEnded = (dataSetSha256: string): boolean => dataSetSha256 !== noDigest
const beforePrivateInformation = '{"dataSetSha256":"'

export interface SpoolFileHeader {
  readonly bytes: Uint8Array
  /** Where the digest's hex digits belong, bytes from the start of the file. */
  readonly digestOffset: number
  /** What of it reads otherwise once `count` spaces, an even number, are put at its end. */
  lengthened(count: number): readonly { readonly offset: number; readonly bytes: Uint8Array }[]
}

/** Everything that stands before the data set. */
export function spoolFileHeader(origin: Origin, identity: Identity, receivedAt: Date): SpoolFileHeader {
  const arrival: Arrival = { dataSetSha256: noDigest, receivedAt: receivedAt.toISOString(), remoteAddress: origin.remoteAddress }
  const text = Buffer.from(JSON.stringify(arrival))
  const value = Buffer.alloc(text.length + (text.length % 2), ' ')
  text.copy(value)
  const bytes = encodeFileMeta({
    MediaStorageSOPClassUID: identity.SOPClassUID,
    MediaStorageSOPInstanceUID: identity.SOPInstanceUID,
    TransferSyntaxUID: identity.transferSyntaxUID,
    SourceApplicationEntityTitle: origin.callingAETitle,
    SendingApplicationEntityTitle: origin.callingAETitle,
    ReceivingApplicationEntityTitle: origin.calledAETitle,
    PrivateInformation: { creatorUID: privateInformationCreatorUID, value },
  })
  const valueOffset = bytes.length - value.length
  return {
    bytes,
    digestOffset: valueOffset + beforePrivateInformation.length,
    // The group's length and that of its last value, which is JSON: spaces at its end say nothing.
    lengthened: (count) => [
      { offset: fewestHeaderBytes - 4, bytes: asUint32(bytes.length - fewestHeaderBytes + count) },
      { offset: valueOffset - 4, bytes: asUint32(value.length + count) },
    ],
  }
}

function asUint32(number: number): Uint8Array {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(number)
  return bytes
}

/** Bytes of a header that say how long it is: preamble, prefix and group length (PS3.10 §7.1). */
export const fewestHeaderBytes = 128 + 4 + 12
/** More than any header of ours has. */
export const maxHeaderBytes = 16 * 1024

/** Length of the header a file begins with; undefined when it is none of ours. */
export function headerLength(start: Buffer): number | undefined {
  if (start.length < fewestHeaderBytes || start.toString('latin1', 128, 132) !== 'DICM' || start.readUInt32LE(132) !== 0x0000_0002) return undefined
  const length = fewestHeaderBytes + start.readUInt32LE(fewestHeaderBytes - 4)
  return length <= maxHeaderBytes ? length : undefined
}

/** What a header says. */
export interface ReadHeader {
  readonly origin: Origin
  readonly identity: Identity
  readonly receivedAt: Date
  readonly dataSetSha256: string
}

/** Reads a header that `spoolFileHeader` made; undefined for any other bytes. */
export async function readSpoolFileHeader(bytes: Uint8Array): Promise<ReadHeader | undefined> {
  const { fileMeta } = await readInstance(bytes)
  const information = fileMeta?.get('PrivateInformation')?.value
  if (fileMeta?.string('PrivateInformationCreatorUID') !== privateInformationCreatorUID || information === undefined) return undefined
  const arrival = JSON.parse(Buffer.from(information).toString()) as Arrival
  return {
    origin: {
      callingAETitle: fileMeta.string('SendingApplicationEntityTitle') ?? '',
      calledAETitle: fileMeta.string('ReceivingApplicationEntityTitle') ?? '',
      remoteAddress: arrival.remoteAddress,
    },
    identity: {
      SOPClassUID: fileMeta.string('MediaStorageSOPClassUID') ?? '',
      SOPInstanceUID: fileMeta.string('MediaStorageSOPInstanceUID') ?? '',
      transferSyntaxUID: fileMeta.string('TransferSyntaxUID') ?? '',
    },
    receivedAt: new Date(arrival.receivedAt),
    dataSetSha256: arrival.dataSetSha256,
  }
}
