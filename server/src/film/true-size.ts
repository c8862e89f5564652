/** How wide an image is in the body. */
import type { FilmView, Millimetres } from '@isocenter/contracts'
import { formatTag, tagOf, type DicomJson, type Keyword } from '@isocenter/dicom'
import { within } from '@isocenter/rendering'

/**
 * Width and height in mm of the image, or of the part of it that is seen, as it lies once it is turned: by Pixel Spacing (0028,0030), of the image, its frames' shared or own Pixel Measures, or else by
 * Imager Pixel Spacing (0018,1164), which is that at the detector. Undefined where the image does not say.
 */
export function sizeInBody(json: DicomJson, frame: number, { area, rotation = 0 }: Pick<FilmView, 'area' | 'rotation'> = {}): Millimetres | undefined {
  const [Rows, Columns] = [numbersOf(json, 'Rows')[0], numbersOf(json, 'Columns')[0]]
  const [between, beside] = spacingOf(json, frame)
  if (Rows === undefined || Columns === undefined || between === undefined || beside === undefined || !(between > 0) || !(beside > 0)) return undefined
  const whole = { width: Columns, height: Rows }
  const part = area ? within(area, whole) : whole
  if (!part) return undefined
  const [width, height] = [part.width * beside, part.height * between]
  return rotation % 180 === 0 ? { width, height } : { width: height, height: width }
}

function spacingOf(json: DicomJson, frame: number): readonly number[] {
  const groups = [json, itemsOf(json, 'SharedFunctionalGroupsSequence')[0], itemsOf(json, 'PerFrameFunctionalGroupsSequence')[frame - 1]]
  for (const group of groups) {
    if (!group) continue
    const spacing = numbersOf(itemsOf(group, 'PixelMeasuresSequence')[0] ?? group, 'PixelSpacing')
    if (spacing.length === 2) return spacing
  }
  return numbersOf(json, 'ImagerPixelSpacing')
}

const valuesOf = (json: DicomJson, keyword: Keyword): readonly unknown[] => json[formatTag(tagOf(keyword))]?.Value ?? []
const itemsOf = (json: DicomJson, keyword: Keyword): readonly DicomJson[] => valuesOf(json, keyword) as readonly DicomJson[]
const numbersOf = (json: DicomJson, keyword: Keyword): readonly number[] => valuesOf(json, keyword).map(Number).filter((value) => Number.isFinite(value))
