/** Video: which objects are one (PS3.5 §8.2.5 and following), and where its stream is had. */
import { dicomwebRootOf } from '../../root.ts'
import type { Naturalized } from './kinds.ts'

const videoClasses = ['1.2.840.10008.5.1.4.1.1.77.1.1.1', '1.2.840.10008.5.1.4.1.1.77.1.2.1', '1.2.840.10008.5.1.4.1.1.77.1.4.1']
/** Classes whose frames may be stored as a video, or one by one. */
const oftenVideo = ['1.2.840.10008.5.1.4.1.1.3.1', '1.2.840.10008.5.1.4.1.1.7', '1.2.840.10008.5.1.4.1.1.7.4', '1.2.840.10008.5.1.4.1.1.77.1.1', '1.2.840.10008.5.1.4.1.1.77.1.4']
export const maybeVideo = [...videoClasses, ...oftenVideo]

/** Methods of (0028,2114) that compress a video as a whole: MPEG-2, H.264, HEVC. Metadata name no transfer syntax. */
const videoMethods = ['ISO_13818_2', 'ISO_14496_10', 'ISO_23008_2']

export function isVideo({ SOPClassUID, LossyImageCompressionMethod }: Naturalized): boolean {
  const methods = Array.isArray(LossyImageCompressionMethod) ? LossyImageCompressionMethod as readonly unknown[] : [LossyImageCompressionMethod]
  return videoClasses.some((uid) => uid === SOPClassUID) || methods.some((method) => videoMethods.some((one) => one === method))
}

/** Where the stream itself is, of an instance that is one. */
export const streamOf = ({ StudyInstanceUID, SeriesInstanceUID, SOPInstanceUID }: Naturalized, search: string): string =>
  `${dicomwebRootOf(search) ?? ''}/studies/${String(StudyInstanceUID)}/series/${String(SeriesInstanceUID)}/instances/${String(SOPInstanceUID)}/bulkdata/7FE00010`
