import { DicomWriteError } from './write-error.ts'

/** Names this implementation in every object it writes (PS3.7 §D.3.3.2); one UID for as long as the writer's behaviour is compatible. */
export const ImplementationClassUID = '2.25.85906349381717249058718356820007581593'
export const ImplementationVersionName = 'ISOCENTER_1'

/** What differs between the File Meta Information of two objects (PS3.10 Table 7.1-1). */
export interface FileMeta {
  readonly MediaStorageSOPClassUID: string
  readonly MediaStorageSOPInstanceUID: string
  readonly TransferSyntaxUID: string
  readonly SourceApplicationEntityTitle?: string
  readonly SendingApplicationEntityTitle?: string
  readonly ReceivingApplicationEntityTitle?: string
  /** What the writer keeps with the object for itself; last in the group, so that it ends where the data set begins. */
  readonly PrivateInformation?: { readonly creatorUID: string; readonly value: Uint8Array }
}

const PREAMBLE_BYTES = 128

/**
 * Everything that stands before the data set in a DICOM file: preamble, prefix and group 0002, always Explicit VR
 * Little Endian whatever the data set's transfer syntax (PS3.10 §7.1).
 * @throws DicomWriteError when a Type 1 element has no value
 */
export function encodeFileMeta(meta: FileMeta): Uint8Array {
  for (const keyword of ['MediaStorageSOPClassUID', 'MediaStorageSOPInstanceUID', 'TransferSyntaxUID'] as const) {
    if (!meta[keyword]) throw new DicomWriteError('badValue', undefined, `${keyword} of the File Meta Information has no value`)
  }
  const elements = Buffer.concat([
    longElement(0x0001, 'OB', Buffer.from([0x00, 0x01])),
    shortElement(0x0002, 'UI', uidBytes(meta.MediaStorageSOPClassUID)),
    shortElement(0x0003, 'UI', uidBytes(meta.MediaStorageSOPInstanceUID)),
    shortElement(0x0010, 'UI', uidBytes(meta.TransferSyntaxUID)),
    shortElement(0x0012, 'UI', uidBytes(ImplementationClassUID)),
    shortElement(0x0013, 'SH', textBytes(ImplementationVersionName)),
    ...titleElement(0x0016, meta.SourceApplicationEntityTitle),
    ...titleElement(0x0017, meta.SendingApplicationEntityTitle),
    ...titleElement(0x0018, meta.ReceivingApplicationEntityTitle),
    ...privateInformation(meta.PrivateInformation),
  ])
  const groupLength = Buffer.alloc(4)
  groupLength.writeUInt32LE(elements.length)
  return Buffer.concat([Buffer.alloc(PREAMBLE_BYTES), Buffer.from('DICM', 'latin1'), shortElement(0x0000, 'UL', groupLength), elements])
}

function shortElement(element: number, vr: string, value: Buffer): Buffer {
  const header = Buffer.alloc(8)
  header.writeUInt16LE(0x0002, 0)
  header.writeUInt16LE(element, 2)
  header.write(vr, 4, 'latin1')
  header.writeUInt16LE(value.length, 6)
  return Buffer.concat([header, value])
}

function longElement(element: number, vr: string, value: Buffer): Buffer {
  const header = Buffer.alloc(12)
  header.writeUInt16LE(0x0002, 0)
  header.writeUInt16LE(element, 2)
  header.write(vr, 4, 'latin1')
  header.writeUInt32LE(value.length, 8)
  return Buffer.concat([header, value])
}

function titleElement(element: number, title: string | undefined): Buffer[] {
  return title === undefined ? [] : [shortElement(element, 'AE', textBytes(title))]
}

function privateInformation(information: FileMeta['PrivateInformation']): Buffer[] {
  if (information === undefined) return []
  const { creatorUID, value } = information
  if (value.byteLength % 2 !== 0) throw new DicomWriteError('badValue', undefined, 'the private information of the File Meta Information has an odd length')
  return [shortElement(0x0100, 'UI', uidBytes(creatorUID)), longElement(0x0102, 'OB', Buffer.from(value.buffer, value.byteOffset, value.byteLength))]
}

const uidBytes = (uid: string): Buffer => Buffer.from(uid.length % 2 === 0 ? uid : `${uid}\0`, 'latin1')
const textBytes = (text: string): Buffer => Buffer.from(text.length % 2 === 0 ? text : `${text} `, 'latin1')
