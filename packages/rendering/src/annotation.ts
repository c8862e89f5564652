/** Text burned into rendered images: `annotation=patient,technique` (PS3.18 §8.3.5.1.1). */
import sharp from 'sharp'
import { type DicomJson, type Keyword } from '@isocenter/dicom'
import { textOf, textsOf } from './attributes.ts'
import { coloured } from './icc.ts'
import { NotRenderable } from './not-renderable.ts'
import type { Raster } from './raster.ts'
import type { Window } from './window.ts'

export const annotationKinds = ['patient', 'technique'] as const
export type AnnotationKind = (typeof annotationKinds)[number]

/** Who the image is of; what is not recorded is not written. */
export function patientLines(json: DicomJson): string[] {
  const name = textsOf(json, 'PatientName')[0] ?? ''
  const birth = textOf(json, 'PatientBirthDate')
  const details = [textOf(json, 'PatientID'), textOf(json, 'PatientSex'), birth && readableDate(birth), textOf(json, 'PatientAge')]
  return [name, details.filter((detail) => detail).join('  '), textOf(json, 'AccessionNumber') ?? ''].filter((line) => line !== '')
}

const technique: readonly (readonly [Keyword, string, string])[] = [
  ['KVP', '', 'kV'], ['XRayTubeCurrent', '', 'mA'], ['Exposure', '', 'mAs'], ['ExposureTime', '', 'ms'], ['RepetitionTime', 'TR', 'ms'],
  ['EchoTime', 'TE', 'ms'], ['FlipAngle', 'FA', '°'], ['SliceThickness', 'T', 'mm'], ['SliceLocation', 'L', 'mm'],
]

/** How the image was made; `window` is the one it is shown with, where one is asked for. */
export function techniqueLines(json: DicomJson, window: Window | undefined): string[] {
  const date = textOf(json, 'AcquisitionDate') ?? textOf(json, 'ContentDate') ?? textOf(json, 'StudyDate')
  const values = technique.flatMap(([keyword, label, unit]) => {
    const value = textOf(json, keyword)
    return value === undefined ? [] : [`${label === '' ? '' : `${label} `}${value} ${unit}`]
  })
  return [
    [textOf(json, 'Modality'), textOf(json, 'InstitutionName'), date && readableDate(date)].filter((part) => part).join('  '),
    textOf(json, 'SeriesDescription') ?? '',
    values.join('  '),
    window ? `C ${window.center}  W ${window.width}` : '',
  ].filter((line) => line !== '')
}

const readableDate = (date: string) => date.replace(/^(\d{4})(\d{2})(\d{2})$/, '$1-$2-$3')

/** Height of a line, as a part of the image's. */
const linePart = 1 / 32
const [leastPoints, mostPoints] = [9, 48]

/**
 * The raster with lines in its corners, white on a dark ground so that they are read on any image. Text that does not fit is
 * made smaller.
 * @throws NotRenderable when text cannot be drawn here: an image asked for with a name must not come without
 */
export async function annotated(raster: Raster, { top, bottom }: { top: readonly string[]; bottom: readonly string[] }): Promise<Raster> {
  const blocks = await Promise.all([textBlock(top, raster), textBlock(bottom, raster)])
  const composites = blocks.flatMap((block, index) => (block ? [{ input: block.data, left: 0, top: index === 0 ? 0 : Math.max(0, raster.height - block.height) }] : []))
  if (composites.length === 0) return raster
  const base = coloured(raster)
  const { data, info } = await sharp(base.data, { raw: { width: base.width, height: base.height, channels: 3 }, limitInputPixels: false })
    .composite(composites).removeAlpha().raw().toBuffer({ resolveWithObject: true })
  return { width: info.width, height: info.height, channels: 3, data }
}

async function textBlock(lines: readonly string[], { width, height }: Raster): Promise<{ data: Buffer; height: number } | undefined> {
  if (lines.length === 0) return undefined
  if (!await hasFont()) throw new NotRenderable('Text cannot be drawn: no font is installed on the server.')
  const points = Math.round(Math.max(leastPoints, Math.min(mostPoints, height * linePart)))
  const markup = `<span foreground="white" background="#000000a0">${lines.map(escapeMarkup).join('\n')}</span>`
  const { data, info } = await textImage(markup, points).resize(width, Math.max(1, Math.floor(height / 2)), { fit: 'inside', withoutEnlargement: true }).png().toBuffer({ resolveWithObject: true })
  return { data, height: info.height }
}

const textImage = (markup: string, points: number) => sharp({ text: { text: markup, font: `sans ${points}`, rgba: true, dpi: 72 } })

let fontIsThere: Promise<boolean> | undefined

/** Without any font every letter is drawn as a box of one width, with its code in it; of a single letter that no font has, that is all there is to say. */
function hasFont(): Promise<boolean> {
  fontIsThere ??= Promise.all(['iiii', 'MMMM'].map((text) => textImage(text, leastPoints).png().toBuffer({ resolveWithObject: true })))
    .then(([narrow, wide]) => narrow?.info.width !== wide?.info.width)
  return fontIsThere
}

/** Control characters cannot stand in markup. */
export function escapeMarkup(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f]/g, ' ').replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}
