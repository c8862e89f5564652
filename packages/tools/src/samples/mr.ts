import { uidOf, type Attributes } from './attributes.ts'
import { head } from './anatomy.ts'
import { paint, type Tissue } from './ellipsoids.ts'
import { createNoise } from './noise.ts'
import { bytesOf16, greyPixels, sample, type Sample } from './study.ts'

type Weighting = 'T1' | 'T2' | 'FLAIR'

/** Signal of each tissue, as a spin echo sequence of that weighting would show it. */
const signal: Readonly<Record<Weighting, Readonly<Record<Tissue, number>>>> = {
  T1: { air: 0, lung: 5, fat: 900, water: 120, fluid: 110, white: 640, grey: 470, muscle: 380, softTissue: 390, liver: 450, blood: 90, lesion: 320, marrow: 720, bone: 40 },
  T2: { air: 0, lung: 5, fat: 620, water: 1000, fluid: 980, white: 330, grey: 480, muscle: 230, softTissue: 300, liver: 270, blood: 60, lesion: 860, marrow: 420, bone: 30 },
  FLAIR: { air: 0, lung: 5, fat: 640, water: 60, fluid: 50, white: 360, grey: 470, muscle: 260, softTissue: 300, liver: 280, blood: 60, lesion: 940, marrow: 400, bone: 30 },
}
const timing: Readonly<Record<Weighting, { RepetitionTime: number; EchoTime: number; InversionTime?: number }>> = {
  T1: { RepetitionTime: 500, EchoTime: 12 }, T2: { RepetitionTime: 4200, EchoTime: 98 }, FLAIR: { RepetitionTime: 9000, EchoTime: 110, InversionTime: 2500 },
}

export interface MrSeries {
  readonly name: string
  readonly study: Attributes
  readonly SeriesNumber: number
  readonly weighting: Weighting
  readonly orientation: 'axial' | 'sagittal'
  readonly slices: number
  /** mm */
  readonly spacing: number
}

const size = 256
const fieldOfView = 230

/** MR slices of a head (PS3.3 §A.4): every series of a study shares the frame of reference, so that they can be linked. */
export function* mrSeries(series: MrSeries): Generator<Sample> {
  const step = fieldOfView / size
  const half = fieldOfView / 2 - step / 2
  const noise = createNoise(series.SeriesNumber * 104729)
  for (let index = 0; index < series.slices; index++) {
    const offset = (index - (series.slices - 1) / 2) * series.spacing
    const plane = series.orientation === 'axial'
      ? { origin: [-half, -half, offset] as const, columnStep: [step, 0, 0] as const, rowStep: [0, step, 0] as const, cosines: [1, 0, 0, 0, 1, 0] }
      : { origin: [offset, -half, half] as const, columnStep: [0, step, 0] as const, rowStep: [0, 0, -step] as const, cosines: [0, 1, 0, 0, 0, -1] }
    const picture = paint(head, (tissue) => signal[series.weighting][tissue], 0, { ...plane, rows: size, columns: size })
    const pixels = new Uint16Array(size * size)
    // The magnitude of a complex signal with noise in both parts: background is never below zero.
    for (let at = 0; at < pixels.length; at++) pixels[at] = Math.min(4095, Math.round(Math.hypot((picture[at] ?? 0) + noise.normal() * 18, noise.normal() * 18)))
    yield sample(uidOf('mr', series.name, series.SeriesNumber, index), {
      ...series.study,
      SOPClassUID: '1.2.840.10008.5.1.4.1.1.4',
      SeriesInstanceUID: uidOf('series', series.name, series.SeriesNumber), FrameOfReferenceUID: uidOf('frame of reference', series.name),
      Modality: 'MR', ImageType: ['ORIGINAL', 'PRIMARY', 'OTHER'], SeriesNumber: series.SeriesNumber, SeriesDescription: `${series.weighting} ${series.orientation}`,
      SeriesDate: series.study.StudyDate ?? '', SeriesTime: series.study.StudyTime ?? '', InstanceNumber: index + 1, BodyPartExamined: 'HEAD', PatientPosition: 'HFS',
      ScanningSequence: series.weighting === 'FLAIR' ? 'IR' : 'SE', SequenceVariant: 'NONE', ScanOptions: '', MRAcquisitionType: '2D', MagneticFieldStrength: 1.5, EchoTrainLength: 1,
      ...timing[series.weighting],
      ImagePositionPatient: plane.origin.map(rounded), ImageOrientationPatient: plane.cosines, PixelSpacing: [step, step].map(rounded),
      SliceThickness: series.spacing - 0.5, SpacingBetweenSlices: series.spacing, SliceLocation: rounded(offset), WindowCenter: 500, WindowWidth: 1000,
      ...greyPixels(size, size, 12),
    }, bytesOf16(pixels))
  }
}

const rounded = (value: number) => Math.round(value * 10_000) / 10_000
