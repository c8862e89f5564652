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
const beforePrivateInformation = '{"dataSetSha256":"'

export interface SpoolFileHeader {
  readonly bytes: Uint8Array
  /** Where the digest's hex digits belong, bytes from the start of the file. */
  readonly digestOffset: number
}

/** Everything that stands before the data set. */
export function spoolFileHeader(origin: Origin, identity: Identity, receivedAt: Date): SpoolFileHeader {
  const arrival: Arrival = { dataSetSha256: '0'.repeat(digestCharacters), receivedAt: receivedAt.toISOString(), remoteAddress: origin.remoteAddress }
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
  return { bytes, digestOffset: bytes.length - value.length + beforePrivateInformation.length }
}

/** Bytes of a header that say how long it is: preamble, prefix and group length (PS3.10 §7.1). */
const lengthBytes = 128 + 4 + 12
/** More than any header of ours has. */
const maxHeaderBytes = 16 * 1024

/** Length of the header a file begins with; undefined when it is none of ours. */
export function headerLength(start: Buffer): number | undefined {
  if (start.length < lengthBytes || start.toString('latin1', 128, 132) !== 'DICM' || start.readUInt32LE(132) !== 0x0000_0002) return undefined
  const length = lengthBytes + start.readUInt32LE(lengthBytes - 4)
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
