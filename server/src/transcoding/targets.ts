/** Which transfer syntaxes the frames of an instance can be had in. */
import { ExplicitVRLittleEndian } from '@isocenter/dicom'
import { canDecode, canEncode, isLossyTarget, type FrameFormat } from '@isocenter/codecs'
import { formatOf, frameSyntaxOf, type StoredInstance } from './stored-frame.ts'

/** Native first, which costs a decode alone; then by the time an encoder takes, those that lose last. */
const inOrder = [
  '1', '4.201', '4.202', '4.70', '4.57', '4.80', '5', '8.1', '4.90',
  '4.50', '4.203', '4.81', '4.51', '4.91',
].map((suffix) => suffix === '1' ? ExplicitVRLittleEndian : `1.2.840.10008.1.2.${suffix}`)

/** The format of the decoded frames, as far as the attributes tell (PS3.5 §8.2): colours come out of JPEG in full, of JPEG 2000 as RGB. */
export function decodedFormat(format: FrameFormat, transferSyntaxUID: string): FrameFormat {
  const { PhotometricInterpretation } = format
  if (transferSyntaxUID === ExplicitVRLittleEndian) return { ...format, PlanarConfiguration: 0 }
  if (PhotometricInterpretation === 'YBR_RCT' || PhotometricInterpretation === 'YBR_ICT') return { ...format, PhotometricInterpretation: 'RGB', PlanarConfiguration: 0 }
  const isFull = PhotometricInterpretation === 'YBR_FULL_422' || PhotometricInterpretation === 'YBR_PARTIAL_422'
  return { ...format, PhotometricInterpretation: isFull ? 'YBR_FULL' : PhotometricInterpretation, PlanarConfiguration: 0 }
}

/** Transfer syntaxes besides the stored one, least work first; none where the stored frames have no codec. */
export function targetsOf(instance: StoredInstance): readonly string[] {
  const format = formatOf(instance.layout)
  const from = frameSyntaxOf(instance)
  if (!format || !canDecode(from, format)) return []
  const decoded = decodedFormat(format, from)
  return inOrder.filter((uid) => uid !== from && canEncode(uid, decoded))
}

/** Whether frames in this transfer syntax have lost something the stored ones still have. */
export const losesMore = (instance: StoredInstance, transferSyntaxUID: string): boolean => frameSyntaxOf(instance) !== transferSyntaxUID && isLossyTarget(transferSyntaxUID)
