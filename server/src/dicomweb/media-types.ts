/** What DICOMweb resources can be had as, and which of it a request wants (PS3.18 §8.7): one negotiator for every route. */
import { allTransferSyntaxes, formatMediaType, parameterOf, parametersOf, parseAccept, parseMediaType, transferSyntax, type MediaRange, type MediaType } from '@isocenter/dicom'
import type { FastifyRequest } from 'fastify'
import { notAcceptable } from './problems.ts'

export const ExplicitVRLittleEndian = '1.2.840.10008.1.2.1'
export const dicomJson = 'application/dicom+json'
export const dicomXml = 'application/dicom+xml'
export const applicationDicom = 'application/dicom'
export const octetStream = 'application/octet-stream'

/** One form a resource can be served in. */
export interface Offer {
  /** `type/subtype` of the body, or of each part of it. */
  readonly mediaType: string
  readonly multipart: boolean
  /** Where the form depends on one (PS3.18 §8.7.3). */
  readonly transferSyntaxUID?: string
  /** The pixels would have to be decoded or encoded for it. */
  readonly isMade?: boolean
}

/** What data sets are told in: one JSON array, or one XML document a part (PS3.18 §8.7.3.2). */
export const dataSetOffers: readonly Offer[] = [{ mediaType: dicomJson, multipart: false }, { mediaType: dicomXml, multipart: true }]
/** What a single data set is told in. */
export const oneDataSetOffers: readonly Offer[] = [{ mediaType: dicomJson, multipart: false }, { mediaType: dicomXml, multipart: false }]

const bothForms = (mediaType: string): string[] => [contentTypeOf({ mediaType, multipart: true }), contentTypeOf({ mediaType, multipart: false })]
const mediaTypesOf = (isVideo: boolean): string[] => [...new Set(allTransferSyntaxes().filter(({ video }) => video === isVideo).flatMap(({ mediaType }) => mediaType ?? []))]
/** What whole instances are told to be had as. */
export const fileMediaTypes: readonly string[] = bothForms(applicationDicom)
/** What frames are told to be had as, whatever an object's own transfer syntax allows of it. */
export const frameMediaTypes: readonly string[] = mediaTypesOf(false).flatMap(bothForms)
/** What bulk data are told to be had as: frames, videos and octets. */
export const bulkdataMediaTypes: readonly string[] = [...new Set([octetStream, ...mediaTypesOf(false), ...mediaTypesOf(true)])].flatMap(bothForms)

/** One range of a request's Accept, its DICOM parameters resolved. */
interface Wanted {
  readonly mediaType: string
  /** undefined: either form. */
  readonly multipart: boolean | undefined
  /** A UID, `*` for whatever is stored, undefined for the default of the media type. */
  readonly transferSyntax: string | undefined
  readonly quality: number
}

/** What a request accepts, in the order written. */
export type Acceptable = readonly Wanted[]

/** Names older clients use (PS3.18 §8.7.3 notes; application/json for DICOM JSON). */
const aliases: Readonly<Record<string, string>> = {
  'application/json': dicomJson,
  'image/x-jls': 'image/jls',
  'image/dicom+jpeg': 'image/jpeg',
  'image/dicom+jpeg-ls': 'image/jls',
  'image/x-dicom-rle': 'image/dicom-rle',
  'image/dicom+rle': 'image/dicom-rle',
  'image/dicom+jp2': 'image/jp2',
  'image/dicom+jpx': 'image/jpx',
}

/** The transfer syntax meant where a media type is asked without one (PS3.18 Table 8.7.3-5). */
const defaultTransferSyntaxes: Readonly<Record<string, string>> = {
  '*/*': ExplicitVRLittleEndian,
  [applicationDicom]: ExplicitVRLittleEndian,
  [octetStream]: ExplicitVRLittleEndian,
  'image/jpeg': '1.2.840.10008.1.2.4.70',
  'image/dicom-rle': '1.2.840.10008.1.2.5',
  'image/jls': '1.2.840.10008.1.2.4.80',
  'image/jp2': '1.2.840.10008.1.2.4.90',
  'image/jpx': '1.2.840.10008.1.2.4.92',
  'image/jphc': '1.2.840.10008.1.2.4.201',
  'image/jxl': '1.2.840.10008.1.2.4.110',
}

/**
 * What a request accepts: the `accept` query parameter where there is one (PS3.18 §8.3.3.1), else the Accept header.
 * More tolerant than §8.7.5: a request without either accepts anything, as browsers and dicomweb-client expect.
 * @throws notAcceptable 406 when Accept-Charset rules UTF-8 out (§8.8.5)
 */
export function acceptableOf(request: FastifyRequest): Acceptable {
  refuseOtherCharsets(request.headers['accept-charset'])
  const query = acceptParameter(request.raw.url ?? '')
  return parseAcceptable(query ?? request.headers.accept ?? '*/*')
}

/** Reads an Accept value; ranges that break a rule of PS3.18 §8.7 are left out. */
export function parseAcceptable(accept: string): Acceptable {
  return parseAccept(accept.trim() === '' ? '*/*' : accept).flatMap((range) => wantedOf(range) ?? [])
}

function wantedOf(range: MediaRange): Wanted | undefined {
  const isMultipart = range.type === 'multipart/related' || range.type === 'multipart/*'
  const inner = isMultipart ? innerType(range) : range
  // Two transfer syntaxes in one media type say nothing (PS3.18 §8.7.3.5.2).
  const written = [...parametersOf(range, 'transfer-syntax'), ...(inner === range ? [] : parametersOf(inner, 'transfer-syntax'))].filter((uid) => uid !== '')
  if (written.length > 1) return undefined
  return {
    mediaType: aliases[inner.type] ?? inner.type,
    multipart: isMultipart ? true : range.type === '*/*' ? undefined : false,
    transferSyntax: written[0],
    quality: range.quality,
  }
}

/** The `type` of multipart/related; old clients put the transfer syntax inside its quotes. */
function innerType(range: MediaRange): MediaType {
  return parseMediaType(parameterOf(range, 'type') ?? '*/*') ?? { type: '*/*', parameters: [] }
}

/**
 * The best of the forms on offer, or undefined. The highest weight wins, the most specific range deciding each form's weight;
 * among equals how close it is to what was asked, then the order of the offers decides.
 */
export function chooseOffer<T extends Offer>(acceptable: Acceptable, offers: readonly T[]): T | undefined {
  let best: { offer: T; quality: number; closeness: number } | undefined
  for (const offer of offers) {
    const match = bestMatch(acceptable, offer)
    if (!match || match.quality === 0) continue
    const better = !best || match.quality > best.quality || (match.quality === best.quality && match.closeness > best.closeness)
    if (better) best = { offer, quality: match.quality, closeness: match.closeness }
  }
  return best?.offer
}

/** As chooseOffer. @throws notAcceptable 406 listing what there is */
export function negotiate<T extends Offer>(acceptable: Acceptable, offers: readonly T[]): T {
  const offer = chooseOffer(acceptable, offers)
  if (!offer) throw unacceptable(offers)
  return offer
}

/** The 406 of a resource with these forms (PS3.18 §8.7.8.1 asks for the list). */
export function unacceptable(offers: readonly Offer[]): Error {
  return notAcceptable('None of the media types the request accepts can be served; "available" lists those that can.', { available: offers.map(contentTypeOf) })
}

interface Match { readonly quality: number; readonly specificity: number; readonly closeness: number }

/** How exactly a range names an offer's media type (RFC 9110 §12.5.1): itself; its top-level type; octets, for a codestream's own type; anything. */
const specificity = { exact: 4, topLevel: 3, codestreamAsOctets: 2, anything: 1 } as const
/** A range that says multipart or single-part is more exact than one that leaves it open, whatever they name. */
const formIsNamed = 1

/** How an offer's transfer syntax meets what is wanted: named; the default; stored and good enough; the default, made; for want of anything better. */
const closeness = { named: 4, default: 3, stored: 2, madeDefault: 1, substitute: 0 } as const

function bestMatch(acceptable: Acceptable, offer: Offer): Match | undefined {
  let best: Match | undefined
  for (const wanted of acceptable) {
    const match = matchOf(wanted, offer)
    if (!match) continue
    if (!best || match.specificity > best.specificity || (match.specificity === best.specificity && match.quality > best.quality)) best = match
  }
  return best
}

function matchOf(wanted: Wanted, offer: Offer): Match | undefined {
  if (wanted.multipart !== undefined && wanted.multipart !== offer.multipart) return undefined
  const named = typeMatch(wanted, offer)
  const syntax = named && syntaxMatch(wanted, offer)
  return syntax && { quality: wanted.quality, specificity: specificity[named] + (wanted.multipart === undefined ? 0 : formIsNamed), closeness: closeness[syntax] }
}

function typeMatch({ mediaType, transferSyntax }: Wanted, offer: Offer): keyof typeof specificity | undefined {
  if (mediaType === offer.mediaType) return 'exact'
  if (mediaType.endsWith('/*') && offer.mediaType.startsWith(mediaType.slice(0, -1))) return 'topLevel'
  if (mediaType === '*/*') return 'anything'
  // OHIF and cornerstone ask for octet-stream with `transfer-syntax=*` and take the codestream under its own type.
  if (mediaType === octetStream && transferSyntax !== undefined && offer.transferSyntaxUID !== undefined && offer.mediaType !== applicationDicom) return 'codestreamAsOctets'
  return undefined
}

/** Whether the offer's transfer syntax is what was asked, or may stand in for it. */
function syntaxMatch(wanted: Wanted, offer: Offer): keyof typeof closeness | undefined {
  const { transferSyntaxUID: offered, mediaType, isMade = false } = offer
  if (wanted.transferSyntax !== undefined && wanted.transferSyntax === offered) return 'named'
  if (offered === undefined) return wanted.transferSyntax === undefined || wanted.transferSyntax === ExplicitVRLittleEndian ? 'default' : undefined
  const isLossy = transferSyntax(offered)?.lossy === true
  if (wanted.transferSyntax === '*') return !isMade ? 'named' : isLossy ? undefined : 'substitute'
  // Pixels lose on their way only for who names the transfer syntax that does it.
  if (isMade && isLossy) return undefined
  const asked = wanted.transferSyntax ?? defaultTransferSyntaxes[wanted.mediaType]
  if (asked === offered) return isMade ? 'madeDefault' : 'default'
  // Lossy pixel data may be sent as they are where Explicit VR Little Endian is asked (PS3.18 §8.7.3.4 note 2).
  if (mediaType === applicationDicom && asked === ExplicitVRLittleEndian && isLossy) return wanted.transferSyntax === undefined ? 'stored' : 'substitute'
  if (wanted.transferSyntax !== undefined) return undefined
  // Anything is accepted, or the codec is named without its variant: what is stored, said in its Content-Type.
  if (wanted.mediaType === '*/*') return isMade || mediaType === applicationDicom ? 'substitute' : 'stored'
  const isNamed = wanted.mediaType === mediaType || wanted.mediaType.endsWith('/*')
  if (!isNamed || mediaType === applicationDicom || mediaType === octetStream) return undefined
  return isMade ? 'substitute' : 'stored'
}

/** The Content-Type of one part, or of a body that is not multipart. */
export function contentTypeOf({ mediaType, multipart, transferSyntaxUID }: Offer): string {
  return multipart ? formatMediaType('multipart/related', { type: mediaType, ...(transferSyntaxUID && { 'transfer-syntax': transferSyntaxUID }) }) : partTypeOf({ mediaType, transferSyntaxUID })
}

/** The Content-Type of one part. */
export function partTypeOf({ mediaType, transferSyntaxUID }: { mediaType: string; transferSyntaxUID?: string | undefined }): string {
  return formatMediaType(mediaType, transferSyntaxUID === undefined ? {} : { 'transfer-syntax': transferSyntaxUID })
}

function refuseOtherCharsets(header: string | string[] | undefined): void {
  if (header === undefined) return
  const accepted = String(header).split(',').some((element) => {
    const [name = '', weight = ''] = element.split(';').map((piece) => piece.trim().toLowerCase())
    return (name === 'utf-8' || name === 'utf8' || name === '*') && !/^q=0(\.0*)?$/.test(weight)
  })
  if (!accepted) throw notAcceptable('Text is served in UTF-8 only.', { availableCharsets: ['utf-8'] })
}

/** The value of `accept` in a query string; its plus signs are meant (`application/dicom+json`), not spaces. */
function acceptParameter(url: string): string | undefined {
  const query = /\?(.*)$/.exec(url)?.[1] ?? ''
  for (const pair of query.split('&')) {
    if (!/^accept=/i.test(pair)) continue
    try {
      return decodeURIComponent(pair.slice('accept='.length))
    } catch {
      return pair.slice('accept='.length) // A broken escape: what is written will not be found acceptable.
    }
  }
  return undefined
}
