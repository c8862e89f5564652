import { type DicomJson, type Keyword } from '@isocenter/dicom'
import { itemsOf, numbersOf } from './attributes.ts'
import { functionalGroup } from './functional-groups.ts'

/** In this order; each is vertical, then horizontal (PS3.3 §C.7.6.3.1.7). */
const keywords: readonly Keyword[] = ['PixelAspectRatio', 'PixelSpacing', 'ImagerPixelSpacing', 'NominalScannedPixelSpacing']
/** Beyond these something else than a pixel's shape was written. */
const [least, most] = [0.05, 20]

/** Height of a frame's pixels divided by their width; 1 where nothing usable is said. */
export function pixelAspectOf(json: DicomJson, frameNumber: number): number {
  const measures = functionalGroup(json, frameNumber, 'PixelMeasuresSequence')
  for (const item of [json, ...(measures ? [measures] : [])]) {
    for (const keyword of keywords) {
      const aspect = ratioOf(item, keyword)
      if (aspect !== undefined) return aspect
    }
    for (const region of itemsOf(item, 'SequenceOfUltrasoundRegions').slice(0, 1)) {
      const [x, y] = [Math.abs(numbersOf(region, 'PhysicalDeltaX')[0] ?? 0), Math.abs(numbersOf(region, 'PhysicalDeltaY')[0] ?? 0)]
      const isLength = numbersOf(region, 'PhysicalUnitsXDirection')[0] === centimetres && numbersOf(region, 'PhysicalUnitsYDirection')[0] === centimetres
      if (isLength && x > 0 && y > 0 && y / x >= least && y / x <= most) return y / x
    }
  }
  return 1
}

/** PS3.3 §C.8.5.5.1.15 */
const centimetres = 3

function ratioOf(item: DicomJson, keyword: Keyword): number | undefined {
  const [vertical = 0, horizontal = 0] = numbersOf(item, keyword)
  const ratio = vertical / horizontal
  return vertical > 0 && horizontal > 0 && ratio >= least && ratio <= most ? ratio : undefined
}
