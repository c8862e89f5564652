/** What an object says of losses, its own and those of transcoding (PS3.3 §C.7.6.1.1.5). */
import { createHash } from 'node:crypto'
import { transferSyntax, type DataSet, type DicomJson, type ObjectChanges } from '@isocenter/dicom'
import { jpeg2000Header, jpegHeader } from '@isocenter/codecs'

type Attributes = ObjectChanges['attributes']

const lossyImageCompression = '00282110'
const lossyImageCompressionRatio = '00282112'
const lossyImageCompressionMethod = '00282114'

/** Defined terms of Lossy Image Compression Method (PS3.3 §C.7.6.1.1.5.1). */
function methodOf(transferSyntaxUID: string): string | undefined {
  switch (transferSyntax(transferSyntaxUID)?.codec) {
    case 'jpeg': return 'ISO_10918_1'
    case 'jpeg-ls': return 'ISO_14495_1'
    case 'jpeg-2000': return 'ISO_15444_1'
    case 'htj2k': return 'ISO_15444_15'
    default: return undefined
  }
}

/** One more compression with losses behind those the object tells of. */
function withLoss(dataSet: DataSet, transferSyntaxUID: string, ratio: number): Attributes {
  const method = methodOf(transferSyntaxUID)
  return {
    [lossyImageCompression]: { vr: 'CS', Value: ['01'] },
    [lossyImageCompressionRatio]: { vr: 'DS', Value: [...dataSet.strings('LossyImageCompressionRatio'), ratio.toFixed(2)] },
    ...(method === undefined ? {} : { [lossyImageCompressionMethod]: { vr: 'CS', Value: [...dataSet.strings('LossyImageCompressionMethod'), method] } }),
  }
}

/**
 * What must be added when an object leaves the transfer syntax that alone told of its losses: nothing, where it says of
 * itself that it lost, or where its first frame shows that it did not.
 */
export function untoldLoss(dataSet: DataSet, transferSyntaxUID: string, firstFrame: Uint8Array, ratio: number): Attributes {
  if (dataSet.string('LossyImageCompression') === '01' || !hasLost(transferSyntaxUID, firstFrame)) return {}
  return withLoss(dataSet, transferSyntaxUID, ratio)
}

/** The lossy syntaxes of JPEG-LS and JPEG 2000 also hold streams that lost nothing. */
function hasLost(transferSyntaxUID: string, stream: Uint8Array): boolean {
  const syntax = transferSyntax(transferSyntaxUID)
  if (!syntax?.lossy) return false
  switch (syntax.codec) {
    case 'jpeg-ls': return !jpegHeader(stream).isReversible
    case 'jpeg-2000':
    case 'htj2k': return !jpeg2000Header(stream).isReversible
    default: return true
  }
}

/** A derived object (PS3.3 §C.7.6.1.1.2): what loses is another instance than what it was made of. */
export interface DerivedObject {
  readonly SOPInstanceUID: string
  readonly attributes: Attributes
  readonly appendedItems: Readonly<Record<string, readonly DicomJson[]>>
}

/**
 * The object that losing makes of another: a SOP Instance UID of its own, always the same for the same received bytes and transfer
 * syntax, ImageType DERIVED, what was lost, and which instance it came from. `ratio` is that of uncompressed to compressed bytes.
 */
export function derivedObject(dataSet: DataSet, source: { SOPClassUID: string; SOPInstanceUID: string; sha256: Uint8Array }, transferSyntaxUID: string, ratio: number): DerivedObject {
  const SOPInstanceUID = derivedUID(source.sha256, transferSyntaxUID)
  const [, ...imageType] = dataSet.strings('ImageType')
  return {
    SOPInstanceUID,
    attributes: {
      '00080008': { vr: 'CS', Value: ['DERIVED', ...(imageType.length === 0 ? ['PRIMARY'] : imageType)] },
      '00080018': { vr: 'UI', Value: [SOPInstanceUID] },
      ...withLoss(dataSet, transferSyntaxUID, ratio),
      // Extremes of the pixels as they were; optional, and no longer true.
      '00280106': undefined,
      '00280107': undefined,
    },
    appendedItems: {
      '00082112': [{
        '00081150': { vr: 'UI', Value: [source.SOPClassUID] },
        '00081155': { vr: 'UI', Value: [source.SOPInstanceUID] },
        '0040A170': { vr: 'SQ', Value: [code('121320', 'Uncompressed predecessor')] },
      }],
      '00089215': [code('113040', 'Lossy Compression')],
    },
  }
}

const code = (CodeValue: string, CodeMeaning: string): DicomJson => ({
  '00080100': { vr: 'SH', Value: [CodeValue] }, '00080102': { vr: 'SH', Value: ['DCM'] }, '00080104': { vr: 'LO', Value: [CodeMeaning] },
})

/** A UID from a UUID (PS3.5 §B.2) made of what decides the pixels: version 8, the one for such names of one's own (RFC 9562 §5.8). */
function derivedUID(sha256: Uint8Array, transferSyntaxUID: string): string {
  const uuid = createHash('sha256').update(sha256).update(transferSyntaxUID).digest().subarray(0, 16)
  uuid[6] = ((uuid[6] ?? 0) & 0x0f) | 0x80
  uuid[8] = ((uuid[8] ?? 0) & 0x3f) | 0x80
  return `2.25.${BigInt(`0x${uuid.toString('hex')}`)}`
}
