/** The query parameters of the URI service (PS3.18 §9.1.2). */
import { isReadableUID, type PixelLayout } from '@isocenter/dicom'
import type { Viewport } from '@isocenter/rendering'
import { badRequest } from '../../platform/problem.ts'
import type { InstanceUIDs } from '../paths.ts'
import { renderedParams, type Query, type RenderedParams } from '../rendering/params.ts'

/** A request of the URI service, each parameter checked by itself. */
export interface UriRequest {
  readonly uids: InstanceUIDs
  /** An Accept value, undefined where the instance decides. */
  readonly contentType: string | undefined
  readonly transferSyntaxUID: string | undefined
  readonly frameNumber: number | undefined
  /** Whether anything is asked for that only a rendered image has. */
  readonly hasRendering: boolean
}

export const uriParameters = [
  'requestType', 'studyUID', 'seriesUID', 'objectUID', 'contentType', 'charset', 'transferSyntax', 'frameNumber', 'imageQuality', 'annotation', 'rows', 'columns', 'region', 'windowCenter', 'windowWidth',
] as const

const renderingParameters = ['frameNumber', 'imageQuality', 'annotation', 'rows', 'columns', 'region', 'windowCenter', 'windowWidth'] as const
/** What this server cannot do must not be passed over: an image that was to be anonymous would not be. */
const unsupported = ['anonymize', 'presentationUID', 'presentationSeriesUID'] as const

/** @throws badRequest 400 naming the parameter */
export function uriRequest(query: Query): UriRequest {
  if (one(query, 'requestType') !== 'WADO') throw badRequest('The parameter requestType is WADO.')
  for (const name of unsupported) if (one(query, name) !== undefined && one(query, name) !== 'no') throw badRequest(`The parameter ${name} is not supported.`)
  const contentType = one(query, 'contentType')
  if (contentType !== undefined && /transfer-syntax/i.test(contentType)) throw badRequest('A contentType has no transfer-syntax here; the parameter transferSyntax names it.')
  const transferSyntaxUID = one(query, 'transferSyntax')
  if (transferSyntaxUID !== undefined && !isReadableUID(transferSyntaxUID)) throw badRequest('The parameter transferSyntax is a UID.')
  const charset = one(query, 'charset')
  if (charset !== undefined && !charset.split(',').some((name) => /^\s*(utf-?8|\*)\s*$/i.test(name))) throw badRequest('Text is served in UTF-8 only.')
  return {
    uids: { StudyInstanceUID: uid(query, 'studyUID'), SeriesInstanceUID: uid(query, 'seriesUID'), SOPInstanceUID: uid(query, 'objectUID') },
    contentType, transferSyntaxUID,
    frameNumber: whole(query, 'frameNumber', 1, 99_999_999),
    hasRendering: renderingParameters.some((name) => one(query, name) !== undefined),
  }
}

/**
 * What the parameters mean for an image of this size, in the words of rendered resources (PS3.18 §8.3.5).
 * @throws badRequest 400 naming the parameter
 */
export function uriRendering(query: Query, image: Pick<PixelLayout, 'Rows' | 'Columns'> | undefined): RenderedParams {
  const [center, width] = [one(query, 'windowCenter'), one(query, 'windowWidth')]
  if ((center === undefined) !== (width === undefined)) throw badRequest('The parameters windowCenter and windowWidth go together.')
  const words: Record<string, string | undefined> = {
    quality: one(query, 'imageQuality'), annotation: one(query, 'annotation'), window: center === undefined ? undefined : `${center},${width ?? ''},linear`,
  }
  return { ...renderedParams(words), viewport: image && viewportOf(query, image) }
}

/** Rows and columns are a frame the image is fitted into; the region is in parts of its width and height, 0 to 1. */
function viewportOf(query: Query, { Rows, Columns }: Pick<PixelLayout, 'Rows' | 'Columns'>): Viewport | undefined {
  const [rows, columns, text] = [whole(query, 'rows', 1, 8192), whole(query, 'columns', 1, 8192), one(query, 'region')]
  if (rows === undefined && columns === undefined && text === undefined) return undefined
  const [left, top, right, bottom] = text === undefined ? [0, 0, 1, 1] as const : regionOf(text)
  const region = { left: left * Columns, top: top * Rows, width: (right - left) * Columns, height: (bottom - top) * Rows }
  const width = columns ?? (rows === undefined ? region.width : (rows * region.width) / region.height)
  const height = rows ?? (columns === undefined ? region.height : (columns * region.height) / region.width)
  return { width: pixels(width), height: pixels(height), ...(text !== undefined && { region }) }
}

function regionOf(text: string): readonly [number, number, number, number] {
  const parts = text.split(',')
  const [left = Number.NaN, top = Number.NaN, right = Number.NaN, bottom = Number.NaN] = parts.map((part) => (/^(0|1|0?\.\d+|[01]\.\d*)$/.test(part.trim()) ? Number(part) : Number.NaN))
  if (parts.length !== 4 || !(left >= 0 && top >= 0 && right <= 1 && bottom <= 1 && right > left && bottom > top)) {
    throw badRequest('The parameter region is "xmin,ymin,xmax,ymax", parts of the image from 0 to 1.')
  }
  return [left, top, right, bottom]
}

const pixels = (length: number): number => Math.min(8192, Math.max(1, Math.round(length)))

function uid(query: Query, name: string): string {
  const value = one(query, name)
  if (value === undefined || !isReadableUID(value)) throw badRequest(`The parameter ${name} is a UID, and needed.`)
  return value
}

function whole(query: Query, name: string, from: number, to: number): number | undefined {
  const text = one(query, name)
  if (text === undefined) return undefined
  if (!/^\d{1,8}$/.test(text) || Number(text) < from || Number(text) > to) throw badRequest(`The parameter ${name} is a whole number from ${from} to ${to}.`)
  return Number(text)
}

function one(query: Query, name: string): string | undefined {
  const value = query[name]
  if (Array.isArray(value)) throw badRequest(`The parameter ${name} is given more than once.`)
  return value
}
