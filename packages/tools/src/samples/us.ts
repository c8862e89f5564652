import { uidOf, type Attributes } from './attributes.ts'
import { createNoise } from './noise.ts'
import { greyPixels, sample, type Sample } from './study.ts'

const rows = 480
const columns = 640
const frames = 48
const frameTimeMs = 33.3
/** pixels */
const apex = { x: columns / 2, y: 24 }
const depth = 430
const halfAngle = 0.72
/** mm a pixel */
const pixelSize = 0.38

/** An ultrasound cine of a beating heart in four chambers (PS3.3 §A.7): a sector of speckle with regions calibrated in cm. */
export function* usCine(name: string, study: Attributes): Generator<Sample> {
  const speckle = speckleTexture()
  const cine = new Uint8Array(rows * columns * frames)
  for (let frame = 0; frame < frames; frame++) paintFrame(cine.subarray(frame * rows * columns, (frame + 1) * rows * columns), speckle, frame / frames)
  yield sample(uidOf('us', name), {
    ...study,
    SOPClassUID: '1.2.840.10008.5.1.4.1.1.3.1', SeriesInstanceUID: uidOf('series', name, 1),
    Modality: 'US',
    ImageType: ['ORIGINAL', 'PRIMARY', '', '0001'],
    SeriesNumber: 1,
    SeriesDescription: 'Four chambers',
    InstanceNumber: 1,
    BodyPartExamined: 'HEART',
    FrameOfReferenceUID: uidOf('frame of reference', name),
    SeriesDate: study.StudyDate ?? '', SeriesTime: study.StudyTime ?? '', ContentDate: study.StudyDate ?? '', ContentTime: study.StudyTime ?? '',
    NumberOfFrames: frames, FrameTime: frameTimeMs, FrameIncrementPointer: '00181063', CineRate: 30, RecommendedDisplayFrameRate: 30, LossyImageCompression: '00', BurnedInAnnotation: 'NO',
    SequenceOfUltrasoundRegions: [{
      RegionSpatialFormat: 1, RegionDataType: 1, RegionFlags: 0, RegionLocationMinX0: 0, RegionLocationMinY0: 0, RegionLocationMaxX1: columns - 1, RegionLocationMaxY1: rows - 1,
      ReferencePixelX0: apex.x, ReferencePixelY0: apex.y, PhysicalUnitsXDirection: 3, PhysicalUnitsYDirection: 3, PhysicalDeltaX: pixelSize / 10, PhysicalDeltaY: pixelSize / 10,
    }],
    ...greyPixels(rows, columns, 8),
  }, cine)
}

/** Rayleigh-like speckle that moves little between frames: one texture, read at places that shift with the beat. */
function speckleTexture(): Float32Array {
  const noise = createNoise(4242)
  const texture = new Float32Array(rows * columns)
  for (let at = 0; at < texture.length; at++) texture[at] = Math.hypot(noise.normal(), noise.normal()) * 0.7
  return texture
}

interface Chamber { readonly x: number; readonly y: number; readonly rx: number; readonly ry: number; readonly beat: number }

/** Centres and radii in pixels from the apex; ventricles and atria beat against each other. */
const chambers: readonly Chamber[] = [
  { x: 52, y: 150, rx: 42, ry: 88, beat: -0.22 }, { x: -58, y: 155, rx: 36, ry: 78, beat: -0.18 },
  { x: 50, y: 308, rx: 46, ry: 48, beat: 0.14 }, { x: -54, y: 306, rx: 44, ry: 46, beat: 0.14 },
]

function paintFrame(frame: Uint8Array, speckle: Float32Array, phase: number): void {
  const squeeze = Math.sin(phase * 4 * Math.PI)
  const shift = Math.round(squeeze * 3)
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++) {
      const [dx, dy] = [x - apex.x, y - apex.y]
      const distance = Math.hypot(dx, dy)
      if (distance > depth || distance < 12 || Math.abs(Math.atan2(dx, dy)) > halfAngle) continue
      const texture = speckle[((y + shift + rows) % rows) * columns + x] ?? 0
      frame[y * columns + x] = Math.min(255, Math.round(echo(dx, dy, squeeze) * texture * (1 - distance / depth * 0.35)))
    }
  }
}

/** Brightness of the tissue at a place: dark blood, bright walls, muscle between. */
function echo(dx: number, dy: number, squeeze: number): number {
  let brightness = 105
  for (const { x, y, rx, ry, beat } of chambers) {
    const size = 1 + beat * squeeze
    const away = Math.hypot((dx - x) / (rx * size), (dy - y) / (ry * size))
    if (away < 1) return 10
    if (away < 1.12) brightness = 190
  }
  return brightness
}
