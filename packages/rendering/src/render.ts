/** The whole way from frames to one encoded image, as a rendered resource is asked for (PS3.18 §8.3.5.1). */
import sharp from 'sharp'
import { type DicomJson } from '@isocenter/dicom'
import { annotated, legible } from './annotation.ts'
import { patientLines, techniqueLines, viewLine, type AnnotationKind, type AnnotationLanguage } from './annotation-lines.ts'
import { attributeOf, bytesOf, itemsOf, numberOf, numbersOf, textOf } from './attributes.ts'
import { edgeLetters } from './edge-letters.ts'
import { encodeImage, gifOf, resized, type ProfileWish, type RenderedMediaType } from './encode.ts'
import { cut, turned, turnedPoint, within, type Turn } from './geometry.ts'
import { graphicsSvg } from './graphics.ts'
import { coloured } from './icc.ts'
import { NotRenderable } from './not-renderable.ts'
import { drawOverlays, overlaysOf } from './overlay.ts'
import { pixelAspectOf } from './pixel-aspect.ts'
import { activeOverlays, displayedArea, presentedGreys, spatialTransform } from './presentation-state.ts'
import { rasterOf, type FrameSource, type Raster } from './raster.ts'
import { shuttered } from './shutter.ts'
import type { View } from './view.ts'
import { fitted, placementOf, type Viewport } from './viewport.ts'
import type { Window } from './window.ts'

export interface RenderOptions {
  readonly mediaType: RenderedMediaType
  readonly window?: Window | undefined
  readonly viewport?: Viewport | undefined
  /** Only ever makes smaller; for thumbnails. */
  readonly shrinkInto?: { readonly width: number; readonly height: number } | undefined
  /** 1 to 100; for JPEG. */
  readonly quality?: number | undefined
  readonly annotation?: readonly AnnotationKind[] | undefined
  /** Of the words that are written; English where absent. */
  readonly language?: AnnotationLanguage | undefined
  /** Says how the view differs from the image, and which way of the body lies at which edge; enlarges an image on which that could not be read. Not with a presentation state. */
  readonly saysHowItLies?: boolean | undefined
  /** As a reader has it before him; in its own size, whatever `viewport` and `shrinkInto` say. Not with a presentation state, which says so itself. */
  readonly view?: View | undefined
  readonly profile?: ProfileWish | undefined
  /** Draw the instance's own overlays. */
  readonly overlays?: boolean | undefined
  /** Frames of the instance for each one given: frames left out make the others stay longer. */
  readonly frameStep?: number | undefined
  /** Metadata of a presentation state, its values in place: the frames are shown as it says. */
  readonly presentationState?: DicomJson | undefined
}

/** The region of a viewport shows nothing of the image: the request is wrong, not the instance. */
export class ViewportOutside extends Error {
  override readonly name = 'ViewportOutside'
}

const defaultQuality = 90

/**
 * One image; more than one frame makes an animation, for image/gif only.
 * @throws NotRenderable, ViewportOutside
 */
export async function renderImage(frames: readonly FrameSource[], options: RenderOptions): Promise<Uint8Array> {
  const [first] = frames
  if (!first) throw new NotRenderable('The instance has no frames.')
  if (options.mediaType === 'image/gif') {
    const rasters: Raster[] = []
    for (const frame of frames) rasters.push(await finished(frame, options))
    return gifOf(rasters, delaysOf(first.metadata, frames.map(({ frameNumber }) => frameNumber), options.frameStep ?? 1))
  }
  const raster = await finished(first, options)
  const { mediaType, quality = defaultQuality, profile = 'no' } = options
  return encodeImage(raster, { mediaType, quality, profile, ownProfile: ownProfileOf(first.metadata) })
}

async function finished(frame: FrameSource, options: RenderOptions): Promise<Raster> {
  const shown = options.presentationState ? await presented(frame, options.presentationState, options) : await plain(frame, options)
  const annotation = options.annotation ?? []
  const has = (kind: AnnotationKind) => annotation.includes(kind)
  const { language, view = {} } = options
  const saysHowItLies = options.saysHowItLies === true && !options.presentationState
  const note = saysHowItLies ? viewLine(view, language) : undefined
  const edges = saysHowItLies ? edgeLetters(frame.metadata, frame.frameNumber, view) : undefined
  if (annotation.length === 0 && note === undefined && !edges) return shown
  return annotated(note !== undefined || edges ? await legible(shown) : shown, {
    top: has('patient') ? patientLines(frame.metadata, language) : [],
    bottom: has('technique') ? techniqueLines(frame.metadata, options.window) : [],
    note, edges,
  })
}

async function plain(frame: FrameSource, { window, overlays, viewport, shrinkInto, view }: RenderOptions): Promise<Raster> {
  const drawn = rasterOf(frame, { window, overlays: overlays === true ? 'all' : undefined })
  const raster = shuttered(view?.isInverted === true ? inverted(drawn) : drawn, frame.metadata)
  if (view) return arranged(raster, view)
  const pixelAspect = pixelAspectOf(frame.metadata, frame.frameNumber)
  const placement = placementOf(viewport, raster, pixelAspect)
  if (!placement) throw new ViewportOutside('The region of the viewport shows nothing of the image.')
  const part = turned(cut(raster, placement.cut), { degrees: 0, ...placement })
  return scaled(part, shrinkInto ? shrunk(part, pixelAspect, shrinkInto) : placement)
}

function arranged(raster: Raster, { rotation = 0, isFlipped = false, area }: View): Raster {
  const part = area ? within(area, raster) : { left: 0, top: 0, width: raster.width, height: raster.height }
  if (!part) throw new ViewportOutside('The part that was seen is none of the image.')
  return turned(cut(raster, part), { degrees: rotation, flipsHorizontally: isFlipped, flipsVertically: false })
}

/** Black for white. What a shutter hides is drawn after it, and stays black. */
const inverted = (raster: Raster): Raster => ({ ...raster, data: raster.data.map((value) => 255 - value) })

const scaled = (raster: Raster, { width, height }: { width: number; height: number }) => resized(raster, width, height)

function shrunk(raster: Raster, pixelAspect: number, into: { width: number; height: number }): { width: number; height: number } {
  const [width, height] = pixelAspect > 1 ? [raster.width, raster.height * pixelAspect] : [raster.width / pixelAspect, raster.height]
  return fitted(raster, pixelAspect, { width: Math.min(into.width, Math.round(width)), height: Math.min(into.height, Math.round(height)) })
}

async function presented(frame: FrameSource, state: DicomJson, { viewport, shrinkInto }: RenderOptions): Promise<Raster> {
  const { metadata, frameNumber } = frame
  const SOPInstanceUID = textOf(metadata, 'SOPInstanceUID') ?? ''
  const groups = activeOverlays(state)
  const raw = rasterOf(frame, { presented: presentedGreys(state, SOPInstanceUID, frameNumber), overlays: groups })
  const raster = shuttered(raw, state)
  if (groups.size > 0) drawOverlays(overlaysOf(state, frameNumber, undefined, groups), raster)

  const area = displayedArea(state, SOPInstanceUID, frameNumber) ?? { left: 0, top: 0, width: raster.width, height: raster.height, pixelAspect: undefined }
  const turn = spatialTransform(state)
  const part = turned(cut(raster, area), turn)
  const upright = area.pixelAspect ?? pixelAspectOf(metadata, frameNumber)
  const pixelAspect = turn.degrees % 180 === 0 ? upright : 1 / upright
  const size = viewport ? fitted(part, pixelAspect, viewport) : shrinkInto ? shrunk(part, pixelAspect, shrinkInto) : { width: part.width, height: part.height }
  const image = await resized(part, size.width, size.height)
  return withGraphics(image, graphicsSvg(state, SOPInstanceUID, frameNumber, { ...size, toOutput: toOutput(area, turn, part, size) }))
}

/** From a place in the image to one in the output: cut, turned, scaled. */
function toOutput(area: { left: number; top: number; width: number; height: number }, turn: Turn, part: Raster, size: { width: number; height: number }) {
  return ([x, y]: readonly [number, number]): readonly [number, number] => {
    const [turnedX, turnedY] = turnedPoint([x - area.left, y - area.top], area, turn, 0)
    return [(turnedX * size.width) / part.width, (turnedY * size.height) / part.height]
  }
}

async function withGraphics(raster: Raster, svg: string | undefined): Promise<Raster> {
  if (svg === undefined) return raster
  const base = coloured(raster)
  const { data, info } = await sharp(base.data, { raw: { width: base.width, height: base.height, channels: 3 }, limitInputPixels: false })
    .composite([{ input: Buffer.from(svg) }]).removeAlpha().raw().toBuffer({ resolveWithObject: true })
  return { width: info.width, height: info.height, channels: 3, data }
}

/** ICC Profile of the image, or of the optical path of a microscope (PS3.3 §C.11.15, §C.8.12.5). */
function ownProfileOf(json: DicomJson): Uint8Array | undefined {
  const [path] = itemsOf(json, 'OpticalPathSequence')
  return bytesOf(attributeOf(json, 'ICCProfile')) ?? (path && bytesOf(attributeOf(path, 'ICCProfile')))
}

/** Where nothing is said of the time between frames. */
const defaultDelayMs = 100
/** Browsers show shorter ones as 100 ms. */
const leastDelayMs = 20

/** How long each frame is shown (PS3.3 §C.7.6.5). */
function delaysOf(json: DicomJson, frameNumbers: readonly number[], frameStep: number): number[] {
  const vector = numbersOf(json, 'FrameTimeVector')
  const rate = numberOf(json, 'RecommendedDisplayFrameRate') ?? numberOf(json, 'CineRate')
  const steady = rate !== undefined && rate > 0 ? 1000 / rate : numberOf(json, 'FrameTime') ?? defaultDelayMs
  return frameNumbers.map((frameNumber) => {
    const next = vector[frameNumber]
    const delay = next !== undefined && next > 0 ? next : steady > 0 ? steady : defaultDelayMs
    return Math.max(leastDelayMs, Math.min(10_000, Math.round(delay * frameStep)))
  })
}
