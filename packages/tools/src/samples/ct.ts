import type { Attributes } from './attributes.ts'
import { uidOf } from './attributes.ts'
import { paint, type Ellipsoid, type Tissue } from './ellipsoids.ts'
import { createNoise } from './noise.ts'
import { bytesOf16, greyPixels, sample, type Sample } from './study.ts'

/** Hounsfield units. */
const hounsfield: Readonly<Record<Tissue, number>> = {
  air: -1000, lung: -850, fat: -95, water: 0, fluid: 8, white: 28, grey: 38, muscle: 52, softTissue: 40, liver: 60, blood: 160, lesion: 72, marrow: 280, bone: 950,
}

export interface CtSeries {
  readonly name: string
  readonly study: Attributes
  readonly solids: readonly Ellipsoid[]
  readonly SeriesNumber: number
  readonly SeriesDescription: string
  readonly BodyPartExamined: string
  readonly ConvolutionKernel: string
  readonly WindowCenter: number
  readonly WindowWidth: number
  /** mm */
  readonly fieldOfView: number
  readonly spacing: number
  readonly from: number
  readonly slices: number
  /** Hounsfield units, one standard deviation */
  readonly noise: number
}

const size = 512
const RescaleIntercept = -1024

/** Axial CT slices (PS3.3 §A.3), evenly spaced from foot to head, one frame of reference. */
export function* ctSeries(series: CtSeries): Generator<Sample> {
  const pixelSpacing = series.fieldOfView / size
  const corner = -series.fieldOfView / 2 + pixelSpacing / 2
  const noise = createNoise(series.SeriesNumber * 7919 + series.slices)
  for (let index = 0; index < series.slices; index++) {
    const z = series.from + index * series.spacing
    const picture = paint(series.solids, (tissue) => hounsfield[tissue], hounsfield.air, {
      origin: [corner, corner, z], columnStep: [pixelSpacing, 0, 0], rowStep: [0, pixelSpacing, 0], rows: size, columns: size,
    })
    const pixels = new Uint16Array(size * size)
    for (let at = 0; at < pixels.length; at++) pixels[at] = Math.max(0, Math.min(4095, Math.round((picture[at] ?? 0) + noise.normal() * series.noise) - RescaleIntercept))
    yield sample(uidOf('ct', series.name, series.SeriesNumber, index), {
      ...series.study,
      SOPClassUID: '1.2.840.10008.5.1.4.1.1.2',
      SeriesInstanceUID: uidOf('series', series.name, series.SeriesNumber), FrameOfReferenceUID: uidOf('frame of reference', series.name),
      Modality: 'CT', ImageType: ['ORIGINAL', 'PRIMARY', 'AXIAL'], SeriesNumber: series.SeriesNumber, SeriesDescription: series.SeriesDescription,
      SeriesDate: series.study.StudyDate ?? '', SeriesTime: series.study.StudyTime ?? '', ContentDate: series.study.StudyDate ?? '', ContentTime: series.study.StudyTime ?? '',
      AcquisitionNumber: 1, InstanceNumber: index + 1, BodyPartExamined: series.BodyPartExamined, PatientPosition: 'HFS',
      ImagePositionPatient: [corner, corner, z].map(rounded), ImageOrientationPatient: [1, 0, 0, 0, 1, 0], PixelSpacing: [pixelSpacing, pixelSpacing].map(rounded),
      SliceThickness: series.spacing, SliceLocation: rounded(z), KVP: 120, XRayTubeCurrent: 210, ConvolutionKernel: series.ConvolutionKernel,
      RescaleIntercept, RescaleSlope: 1, RescaleType: 'HU', WindowCenter: series.WindowCenter, WindowWidth: series.WindowWidth,
      ...greyPixels(size, size, 12),
    }, bytesOf16(pixels))
  }
}

/** Four decimals: a DS value has at most 16 characters. */
const rounded = (value: number) => Math.round(value * 10_000) / 10_000
