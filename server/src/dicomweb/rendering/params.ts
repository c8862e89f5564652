/** The query parameters of rendered resources and thumbnails (PS3.18 §8.3.5). */
import { annotationKinds, colourSpaces, isWindow, windowFunctions, type AnnotationKind, type ProfileWish, type Region, type Viewport, type Window } from '@isocenter/rendering'
import { badRequest } from '../../platform/problem.ts'

export interface RenderedParams {
  readonly window: Window | undefined
  readonly viewport: Viewport | undefined
  readonly quality: number | undefined
  readonly annotation: readonly AnnotationKind[]
  /** Annotation values asked for that there are none of. */
  readonly unknownAnnotation: readonly string[]
  readonly profile: ProfileWish
  readonly overlays: boolean
}

export const renderedParameters = ['accept', 'annotation', 'quality', 'viewport', 'window', 'iccprofile', 'overlays'] as const
export const thumbnailParameters = ['accept', 'viewport'] as const

export type Query = Readonly<Record<string, string | string[] | undefined>>

/** Largest viewport, pixels a side. */
const maxViewportSide = 8192

/**
 * What a request for a rendered resource asks. `overlays=yes` is ours: the standard names no way to ask for them.
 * @throws badRequest 400 naming the parameter
 */
export function renderedParams(query: Query): RenderedParams {
  const { known, unknown } = annotationOf(one(query, 'annotation'))
  return {
    window: windowOf(one(query, 'window')), viewport: viewportOf(one(query, 'viewport'), true), quality: qualityOf(one(query, 'quality')),
    annotation: known, unknownAnnotation: unknown, profile: profileOf(one(query, 'iccprofile')), overlays: yesOrNo(one(query, 'overlays'), 'overlays'),
  }
}

/** @throws badRequest 400: a thumbnail is of the whole image, so its viewport has two values (PS3.18 §8.3.5.2) */
export function thumbnailViewport(query: Query): Viewport | undefined {
  return viewportOf(one(query, 'viewport'), false)
}

function one(query: Query, name: string): string | undefined {
  const value = query[name]
  if (Array.isArray(value)) throw badRequest(`The parameter ${name} is given more than once.`)
  return value
}

function windowOf(text: string | undefined): Window | undefined {
  if (text === undefined) return undefined
  const [center = '', width = '', name = '', ...more] = text.split(',')
  const known = windowFunctions.find((candidate) => candidate === name.trim().toLowerCase())
  if (!isDecimal(center) || !isDecimal(width) || !known || more.length > 0) {
    throw badRequest(`The parameter window is "center,width,function", the function one of ${windowFunctions.join(', ')}.`)
  }
  const window = { center: Number(center), width: Number(width), function: known }
  if (!isWindow(window)) throw badRequest('The width of a window is at least 1 for linear, and above 0 for the other functions (PS3.3 §C.11.2.1.2).')
  return window
}

function viewportOf(text: string | undefined, mayHaveRegion: boolean): Viewport | undefined {
  if (text === undefined) return undefined
  const parts = text.split(',').map((part) => part.trim())
  const [width = '', height = '', left = '', top = '', regionWidth = '', regionHeight = ''] = parts
  if (!isSize(width) || !isSize(height)) throw badRequest(`The parameter viewport begins with width and height in pixels, 1 to ${maxViewportSide}.`)
  const size = { width: Number(width), height: Number(height) }
  if (parts.length === 2) return size
  if (!mayHaveRegion) throw badRequest('The viewport of this resource has two values, width and height: the whole image is shown.')
  if (parts.length !== 6) throw badRequest('The parameter viewport is "vw,vh" or "vw,vh,sx,sy,sw,sh".')
  if (![left, top, regionWidth, regionHeight].every((part) => part === '' || isDecimal(part))) throw badRequest('The region of a viewport is given in numbers.')
  const region: Region = { left: Number(left || 0), top: Number(top || 0), width: numberOr(regionWidth), height: numberOr(regionHeight) }
  if (region.left < 0 || region.top < 0 || region.width === 0 || region.height === 0) throw badRequest('The region of a viewport begins inside the image and has an extent.')
  return { ...size, region }
}

const numberOr = (text: string) => (text === '' ? undefined : Number(text))
const isDecimal = (text: string) => /^\s*[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?\s*$/.test(text) && Number.isFinite(Number(text))
const isSize = (text: string) => /^\d{1,5}$/.test(text) && Number(text) >= 1 && Number(text) <= maxViewportSide

function qualityOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  if (!/^\d{1,3}$/.test(text) || Number(text) < 1 || Number(text) > 100) throw badRequest('The parameter quality is a whole number from 1 to 100.')
  return Number(text)
}

function annotationOf(text: string | undefined): { known: AnnotationKind[]; unknown: string[] } {
  if (text === undefined) return { known: [], unknown: [] }
  const asked = text.split(',').map((part) => part.trim().toLowerCase())
  if (asked.every((part) => part === '')) throw badRequest(`The parameter annotation names what to write: ${annotationKinds.join(', ')}.`)
  return {
    known: annotationKinds.filter((kind) => asked.includes(kind)),
    unknown: asked.filter((part) => part !== '' && !annotationKinds.some((kind) => kind === part)),
  }
}

function profileOf(text: string | undefined): ProfileWish {
  const wishes: readonly ProfileWish[] = ['no', 'yes', ...colourSpaces]
  const wish = text === undefined ? 'no' : wishes.find((known) => known === text.trim().toLowerCase())
  if (wish === undefined) throw badRequest(`The parameter iccprofile is one of ${wishes.join(', ')}.`)
  return wish
}

function yesOrNo(text: string | undefined, name: string): boolean {
  if (text !== undefined && text !== 'yes' && text !== 'no') throw badRequest(`The parameter ${name} is yes or no.`)
  return text === 'yes'
}
