/** A store request of metadata and bulk data (PS3.18 §10.5.1.4): what the metadata say, and the bulk data by where they say they are. */
import { DicomJsonError, DicomXmlError, parameterOf, parseDicomJson, parseDicomXml, parseMediaType, type DicomJson, type MediaType, type MultipartPart } from '@isocenter/dicom'
import { badRequest } from '../../../platform/problem.ts'
import { dicomJson, dicomXml, octetStream } from '../../media-types.ts'
import { Spool, type SpooledRange } from './spool.ts'

/** One part of bulk data. */
export interface BulkPart extends SpooledRange {
  readonly mediaType: MediaType
}

/** The attributes of one instance, or why they cannot be read. */
export type Described =
  | { readonly attributes: DicomJson; readonly transferSyntaxUID: string | undefined }
  | { readonly refused: 'cannotUnderstand' }

/** A whole request, its bulk data spooled. */
export interface ReceivedMetadata {
  readonly instances: readonly Described[]
  /** Parts by the URI they are at; several at one URI are frames, in order. */
  readonly bulk: ReadonlyMap<string, readonly BulkPart[]>
  readonly spool: Spool
  /** A BulkDataURI or Content-Location in the form in which they are compared. */
  readonly resolve: (uri: string) => string
}

export interface MetadataRequest {
  /** `application/dicom+json` or `application/dicom+xml`. */
  readonly rootType: string
  /** Content-ID of the part with the metadata, where it is not the first (RFC 2387 §3.2). */
  readonly start: string | undefined
  /** What relative URIs are relative to. */
  readonly baseURL: string
  readonly spoolDirectory: string
  /** Longest metadata of one request, bytes. */
  readonly maxMetadataBytes: number
}

/**
 * Takes all parts of a request. Metadata usually come first, but an instance is whole only when its last bulk data have come, so nothing is stored before.
 * The caller closes the spool.
 * @throws badRequest 400 when no part has metadata or they are no JSON at all, MultipartError; the spool is closed then
 */
export async function receiveMetadata(parts: AsyncIterable<MultipartPart>, request: MetadataRequest): Promise<ReceivedMetadata> {
  const spool = await Spool.create(request.spoolDirectory)
  try {
    return await gather(parts, request, spool)
  } catch (error) {
    await spool.close()
    throw error
  }
}

async function gather(parts: AsyncIterable<MultipartPart>, { rootType, start, baseURL, maxMetadataBytes }: MetadataRequest, spool: Spool): Promise<ReceivedMetadata> {
  const resolve = (uri: string) => resolved(uri, baseURL)
  const instances: Described[] = []
  const bulk = new Map<string, BulkPart[]>()
  let metadataBytes = 0
  let index = 0
  let hasRoot = false
  for await (const { headers, body } of parts) {
    const written = parseMediaType(headers.get('content-type') ?? '')
    const contentId = headers.get('content-id')?.trim()
    const isRoot = start === undefined ? index === 0 : contentId === start
    index++
    if (isRoot || written?.type === rootType) {
      hasRoot ||= isRoot
      const bytes = await whole(body, maxMetadataBytes - metadataBytes)
      metadataBytes += bytes.length
      const transferSyntaxUID = written && parameterOf(written, 'transfer-syntax')
      // Of a list of objects each is read by itself: one that is wrong fails alone.
      instances.push(...described(rootType, textOf(bytes)).map((one) => ('refused' in one ? one : { ...one, transferSyntaxUID: transferSyntaxUID ?? one.transferSyntaxUID })))
      continue
    }
    const part = { ...await spool.append(body), mediaType: written ?? { type: octetStream, parameters: [] } }
    const uris = [headers.get('content-location'), contentId === undefined ? undefined : `cid:${contentId.replace(/^<|>$/g, '')}`]
    for (const uri of uris) if (uri !== undefined) bulk.set(resolve(uri), [...bulk.get(resolve(uri)) ?? [], part])
  }
  if (!hasRoot && index > 0) throw badRequest('The part that "start" names is not there.')
  return { instances, bulk, spool, resolve }
}

async function whole(body: AsyncIterable<Uint8Array>, maxBytes: number): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of body) {
    bytes += chunk.length
    if (bytes > maxBytes) throw badRequest('The metadata of one request are longer than this server takes; send fewer instances at once.')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

/** Metadata are UTF-8 whatever (0008,0005) in them says of the object they were made from (PS3.18 §F.2). */
function textOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw badRequest('The metadata are not UTF-8.')
  }
}

function described(rootType: string, text: string): Described[] {
  if (rootType === dicomXml) return [oneDescribed(() => parseDicomXml(text))]
  let parsed: unknown
  try {
    parsed = JSON.parse(text)
  } catch {
    throw badRequest('The metadata are not JSON.')
  }
  return [parsed].flat().map((one) => oneDescribed(() => parseDicomJson(one)))
}

function oneDescribed(read: () => DicomJson): Described {
  try {
    const attributes = read()
    // Group 0002 may stand in metadata to tell the transfer syntax of the bulk data, and nothing else of it means anything.
    const transferSyntaxUID = attributes['00020010']?.Value?.[0] ?? attributes['00083002']?.Value?.[0]
    return { attributes, transferSyntaxUID: typeof transferSyntaxUID === 'string' ? transferSyntaxUID : undefined }
  } catch (error) {
    if (error instanceof DicomJsonError || error instanceof DicomXmlError) return { refused: 'cannotUnderstand' }
    throw error
  }
}

/** Absolute, so that a relative Content-Location and an absolute BulkDataURI meet (RFC 2557 §5). What is no URI is compared as it is written. */
function resolved(uri: string, baseURL: string): string {
  const text = uri.trim()
  return URL.parse(text, baseURL)?.href ?? text
}

export const metadataTypes: readonly string[] = [dicomJson, dicomXml]
