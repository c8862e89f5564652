import { chest } from './anatomy.ts'
import { uidOf, type Attributes } from './attributes.ts'
import { chordOf, type Tissue } from './ellipsoids.ts'
import { createNoise } from './noise.ts'
import { bytesOf16, greyPixels, sample, type Sample } from './study.ts'

/** Attenuation against air, per mm at about 100 kV. */
const attenuation: Readonly<Record<Tissue, number>> = {
  air: 0, lung: 0.003, fat: 0.0155, water: 0.0170, fluid: 0.0170, white: 0.0175, grey: 0.0175, muscle: 0.0178, softTissue: 0.0176, liver: 0.0180, blood: 0.0180, lesion: 0.0185, marrow: 0.024, bone: 0.040,
}

const rows = 1720
const columns = 1480
/** mm */
const pixelSize = 0.25

/** One chest radiograph (PS3.3 §A.26): parallel rays from back to front, the film's greys inverted (MONOCHROME1) as many detectors send them. */
export function* dxImage(name: string, study: Attributes): Generator<Sample> {
  const noise = createNoise(31)
  const pixels = new Uint16Array(rows * columns)
  const densities = densityGrid()
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const density = densities(row, column)
      // Logarithm of the dose that arrives, with its noise growing where little does.
      pixels[row * columns + column] = Math.max(0, Math.min(4095, Math.round(3900 - density * 820 + noise.normal() * (4 + density * 3))))
    }
  }
  yield sample(uidOf('dx', name), {
    ...study,
    SOPClassUID: '1.2.840.10008.5.1.4.1.1.1.1', SeriesInstanceUID: uidOf('series', name, 1),
    Modality: 'DX', ImageType: ['DERIVED', 'PRIMARY'], PresentationIntentType: 'FOR PRESENTATION', SeriesNumber: 1, SeriesDescription: 'Chest PA', InstanceNumber: 1,
    SeriesDate: study.StudyDate ?? '', SeriesTime: study.StudyTime ?? '', ContentDate: study.StudyDate ?? '', ContentTime: study.StudyTime ?? '',
    AcquisitionContextSequence: '', DetectorType: 'DIRECT', PositionerType: 'NONE', AnatomicRegionSequence: [{ CodeValue: '43799004', CodingSchemeDesignator: 'SCT', CodeMeaning: 'Thoracic cavity' }],
    FrameOfReferenceUID: uidOf('frame of reference', name),
    BodyPartExamined: 'CHEST',
    ViewPosition: 'PA',
    PatientOrientation: ['L', 'F'],
    ImageLaterality: 'U',
    ImagerPixelSpacing: [pixelSize, pixelSize],
    PixelSpacing: [pixelSize, pixelSize],
    BurnedInAnnotation: 'NO', LossyImageCompression: '00', PresentationLUTShape: 'INVERSE', PixelIntensityRelationship: 'LOG', PixelIntensityRelationshipSign: 1,
    RescaleIntercept: 0, RescaleSlope: 1, RescaleType: 'US', WindowCenter: 2300, WindowWidth: 2600, KVP: 110,
    ...greyPixels(rows, columns, 12, { PhotometricInterpretation: 'MONOCHROME1' }),
  }, bytesOf16(pixels))
}

const gridStep = 4

/** Densities on a grid coarser than the pixels, read between its points: the rim of an organ is as soft as a focal spot makes it. */
function densityGrid(): (row: number, column: number) => number {
  const width = Math.ceil(columns / gridStep) + 2
  const height = Math.ceil(rows / gridStep) + 2
  const grid = new Float32Array(width * height)
  for (let at = 0; at < grid.length; at++) {
    const [row, column] = [Math.floor(at / width) * gridStep, at % width * gridStep]
    grid[at] = densityAlong((column - columns / 2) * pixelSize, (rows / 2 - row) * pixelSize)
  }
  return (row, column) => {
    const at = Math.floor(row / gridStep) * width + Math.floor(column / gridStep)
    const [down, right] = [row % gridStep / gridStep, column % gridStep / gridStep]
    const between = (from: number) => (grid[from] ?? 0) * (1 - right) + (grid[from + 1] ?? 0) * right
    return between(at) * (1 - down) + between(at + width) * down
  }
}

/** Sum of attenuation along a ray through the chest: each solid replaces what it is painted over, half and half at its rim. */
function densityAlong(x: number, z: number): number {
  const crossings = chest.flatMap((solid) => {
    const chord = chordOf(solid, [x, 0, z], [0, 1, 0])
    return chord === undefined ? [] : [{ from: chord[0], to: chord[1], mu: attenuation[solid.tissue] }]
  })
  const edges = crossings.flatMap(({ from, to }) => [from, to]).sort((a, b) => a - b)
  let density = 0
  for (let index = 1; index < edges.length; index++) {
    const [from, to] = [edges[index - 1] ?? 0, edges[index] ?? 0]
    const middle = (from + to) / 2
    density += (to - from) * (crossings.findLast((crossing) => crossing.from < middle && middle < crossing.to)?.mu ?? 0)
  }
  return density
}
