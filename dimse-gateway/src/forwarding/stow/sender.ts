/** Sends objects by STOW-RS (PS3.18 §10.5), several a request, streamed from where they lie. */
import { Readable } from 'node:stream'
import { constants, createGzip } from 'node:zlib'
import { multipartBoundary, multipartEnd, partHeader, transferSyntax } from '@isocenter/dicom'
import type { Authorization } from '../../nodes/authorization.ts'
import type { HttpTarget } from '../../nodes/http-target.ts'
import { LineError, wordsOf } from '../../nodes/line-error.ts'
import { ObjectUnreadable, troubleOf, type Attempt, type Sendable, type Sender } from '../attempt.ts'
import { paced, type BandwidthLimit } from '../bandwidth.ts'
import { wholeFileOf } from '../whole-file.ts'
import { verdictsOf } from './verdicts.ts'

export interface StowOptions {
  /** Base of the DICOMweb service. */
  readonly url: string
  readonly target: HttpTarget
  readonly authorization: Authorization
  readonly limit: BandwidthLimit
  /** Bodies of mostly uncompressed pixels are sent as gzip. */
  readonly compress: boolean
  readonly givesReceipts: boolean
  readonly now: () => number
}

export function createStowSender(options: StowOptions): Sender {
  const url = new URL(`${options.url.replace(/\/+$/, '')}/studies`)
  const { target, authorization } = options

  const attempt = async (objects: readonly Sendable[], signal: AbortSignal): Promise<Attempt> => {
    const boundary = multipartBoundary()
    const parts = partsOf(objects, boundary)
    const isGzip = options.compress && isWorthCompressing(objects)
    const body = isGzip ? gzipped(parts) : parts
    const header = await authorizationHeader(authorization, signal)
    const answer = await target.exchange({
      method: 'POST', url, signal,
      headers: {
        'content-type': `multipart/related; type="application/dicom"; boundary=${boundary}`,
        accept: 'application/dicom+json',
        ...(isGzip ? { 'content-encoding': 'gzip' } : { 'content-length': lengthOf(objects, boundary) }),
        ...(header !== undefined && { authorization: header }),
      },
      body: paced(body, options.limit, signal),
    })
    // A token runs out, or its key is changed, while an object waits: worth one more look before the node is in trouble.
    if (answer.status === 401 && authorization.refused()) return { verdicts: new Map(), trouble: troubleOf({ code: 'notAuthorised' }, { isHarmless: true }) }
    return verdictsOf(answer, objects, options)
  }

  return {
    send: async (objects, signal) => {
      try {
        return await attempt(objects, signal)
      } catch (error) {
        return failedAttempt(error)
      }
    },
    close: () => {
      target.close()
      return Promise.resolve()
    },
  }
}

/** Credentials could not be had. */
class NoAuthorization extends Error {
  override readonly name = 'NoAuthorization'
}

/** @throws LineError, NoAuthorization, the signal's reason */
export async function authorizationHeader(authorization: Authorization, signal: AbortSignal): Promise<string | undefined> {
  try {
    return await authorization.header(signal)
  } catch (error) {
    signal.throwIfAborted()
    if (error instanceof LineError) throw error
    throw new NoAuthorization(wordsOf(error), { cause: error })
  }
}

/** An attempt that came to no answer. @throws what is neither the line's fault nor the object's */
export function failedAttempt(error: unknown): Attempt {
  if (error instanceof ObjectUnreadable) return { verdicts: new Map([[error.deliveryId, { kind: 'refused', error: { code: 'objectUnreadable' }, isFinal: false }]]) }
  if (error instanceof NoAuthorization) return { verdicts: new Map(), trouble: troubleOf({ code: 'notAuthorised', detail: error.message }) }
  if (error instanceof LineError) {
    const { code, message, wasConnected, wasReused } = error
    return { verdicts: new Map(), trouble: troubleOf({ code, detail: message }, { concernsObjects: wasConnected, isHarmless: wasReused && code === 'lineDown', wantsLess: code === 'timedOut' }) }
  }
  throw error
}

const headerOf = (object: Sendable, boundary: string, isFirst: boolean): Uint8Array => partHeader(boundary, {
  'Content-Type': 'application/dicom',
  'Data-Set-Digest': `sha-256=:${Buffer.from(object.dataSetSha256, 'hex').toString('base64')}:`,
}, isFirst)

async function* partsOf(objects: readonly Sendable[], boundary: string): AsyncGenerator<Uint8Array> {
  for (const [index, object] of objects.entries()) {
    yield headerOf(object, boundary, index === 0)
    yield* wholeFileOf(object)
  }
  yield multipartEnd(boundary)
}

function lengthOf(objects: readonly Sendable[], boundary: string): number {
  const parts = objects.reduce((sum, object, index) => sum + headerOf(object, boundary, index === 0).length + object.byteLength, 0)
  return parts + multipartEnd(boundary).length
}

/** Compressed pixels do not get smaller by gzip, and cost the same time. */
function isWorthCompressing(objects: readonly Sendable[]): boolean {
  const total = objects.reduce((sum, { byteLength }) => sum + byteLength, 0)
  const native = objects.filter(({ transferSyntaxUID }) => isUncompressed(transferSyntaxUID)).reduce((sum, { byteLength }) => sum + byteLength, 0)
  return native * 2 > total
}

export function isUncompressed(transferSyntaxUID: string): boolean {
  const syntax = transferSyntax(transferSyntaxUID)
  return syntax !== undefined && !syntax.encapsulated && !syntax.deflated
}

/** Level 1: on a hospital's line the processor would else be slower than what is saved. */
function gzipped(chunks: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  const source = Readable.from(chunks, { objectMode: false })
  const gzip = createGzip({ level: constants.Z_BEST_SPEED, chunkSize: 64 * 1024 })
  source.on('error', (error) => { gzip.destroy(error) })
  gzip.on('close', () => { source.destroy() })
  return source.pipe(gzip) as AsyncIterable<Uint8Array>
}
