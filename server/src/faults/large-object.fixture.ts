/** A multi-frame object of any size, made while it is sent. */
import { anInstance, aUID, bytesOf } from '@isocenter/testkit'

const Rows = 512
const Columns = 512
export const frameBytes = Rows * Columns * 2

export interface LargeObject {
  readonly StudyInstanceUID: string
  /** `/studies/…/series/…/instances/…` */
  readonly path: string
  readonly numberOfFrames: number
  readonly byteLength: number
  /** Everything, a frame at a time. */
  readonly chunks: () => Generator<Uint8Array>
  /** What frame `frameNumber` (from 1) must come back as. */
  readonly frame: (frameNumber: number) => Buffer
}

/** A native 16-bit multi-frame object, in which every frame is of its own number. At most 8191 frames: PixelData's length has 32 bits. */
export function aLargeObject(numberOfFrames: number): LargeObject {
  const uids = { StudyInstanceUID: aUID(), SeriesInstanceUID: aUID(), SOPInstanceUID: aUID() }
  const whole = bytesOf(anInstance({ ...uids, kind: 'CT', SOPClassUID: '1.2.840.10008.5.1.4.1.1.7.3', Rows, Columns, NumberOfFrames: numberOfFrames, PixelData: undefined }))
  const pixelBytes = numberOfFrames * frameBytes
  const head = Buffer.concat([whole, Buffer.from([0xe0, 0x7f, 0x10, 0x00, 0x4f, 0x57, 0, 0, 0, 0, 0, 0])])
  head.writeUInt32LE(pixelBytes, head.length - 4)
  const frame = (frameNumber: number): Buffer => {
    const bytes = Buffer.alloc(frameBytes, frameNumber % 251)
    bytes.writeUInt32LE(frameNumber)
    return bytes
  }
  return {
    StudyInstanceUID: uids.StudyInstanceUID,
    path: `/studies/${uids.StudyInstanceUID}/series/${uids.SeriesInstanceUID}/instances/${uids.SOPInstanceUID}`,
    numberOfFrames,
    byteLength: head.length + pixelBytes,
    chunks: function* () {
      yield head
      for (let frameNumber = 1; frameNumber <= numberOfFrames; frameNumber++) yield frame(frameNumber)
    },
    frame,
  }
}
