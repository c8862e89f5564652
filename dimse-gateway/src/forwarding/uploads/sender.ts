/** Sends large objects by resumable upload (tus 1.0.0) to our own server: a line that is cut costs what was on it, not the object. */
import { createHash } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { giveBack } from '@isocenter/durable-files'
import type { Authorization } from '../../nodes/authorization.ts'
import type { HttpAnswer, HttpTarget } from '../../nodes/http-target.ts'
import { troubleOf, type Attempt, type Sendable, type Sender, type Verdict } from '../attempt.ts'
import { paced, type BandwidthLimit } from '../bandwidth.ts'
import { authorizationHeader, failedAttempt } from '../stow/sender.ts'
import { detailOf, troubleIn, verdictsOf } from '../stow/verdicts.ts'
import { wholeFileOf } from '../whole-file.ts'

export interface UploadOptions {
  /** Address of the server. */
  readonly url: string
  readonly target: HttpTarget
  readonly authorization: Authorization
  readonly limit: BandwidthLimit
  /** Keeps, or forgets, where a delivery's upload can be continued. */
  readonly remember: (deliveryId: number, url: string | undefined) => Promise<void>
  readonly now: () => number
}

const tusVersion = { 'tus-resumable': '1.0.0' } as const
/** Sent and confirmed at a time; what is lost when the line is cut is less. */
const chunkBytes = 8 * 1024 * 1024
/** Offsets that turn out to be others, and chunks that arrive broken, in one attempt. */
const mostSurprises = 5
const askAgainMs = 1_000
const storedWithinMs = 300_000

/** An answer that ends the attempt. */
class Ended extends Error {
  override readonly name = 'Ended'
  readonly attempt: (deliveryId: number) => Attempt
  constructor(attempt: (deliveryId: number) => Attempt) {
    super('the upload ended')
    this.attempt = attempt
  }
}

export function createUploadSender({ url, target, authorization, limit, remember, now }: UploadOptions): Sender {
  const uploads = `${url.replace(/\/+$/, '')}/api/uploads`

  const ask = async (method: string, to: string, signal: AbortSignal, headers: Record<string, string | number> = {}, body?: AsyncIterable<Uint8Array>): Promise<HttpAnswer> => {
    const header = await authorizationHeader(authorization, signal)
    const answer = await target.exchange({ method, url: new URL(to), signal, body, headers: { ...tusVersion, ...headers, ...(header !== undefined && { authorization: header }) } })
    if (answer.status === 401 && authorization.refused()) throw new Ended(() => ({ verdicts: new Map(), trouble: troubleOf({ code: 'notAuthorised' }, { isHarmless: true }) }))
    return answer
  }

  const create = async ({ delivery, byteLength, dataSetSha256 }: Sendable, signal: AbortSignal): Promise<string> => {
    const digest = `sha-256=:${Buffer.from(dataSetSha256, 'hex').toString('base64')}:`
    const metadata = Object.entries({ kind: 'instance', dataSetDigest: digest }).map(([name, value]) => `${name} ${Buffer.from(value).toString('base64')}`).join(',')
    const answer = await ask('POST', uploads, signal, { 'upload-length': byteLength, 'upload-metadata': metadata, 'content-length': 0 })
    const id = /([^/?#]+)\/?$/.exec(answer.headers.location ?? '')?.[1]
    if (answer.status !== 201 || id === undefined) throw unexpected(answer, now)
    // The server may know itself by another name than the node is reached by.
    const upload = `${uploads}/${id}`
    await remember(delivery.deliveryId, upload)
    return upload
  }

  /** Where an upload goes on; undefined when the server has it no more, or it is of something else: the object is recoded in another way now. */
  const offsetOf = async (upload: string, { byteLength }: Sendable, signal: AbortSignal): Promise<number | undefined> => {
    const answer = await ask('HEAD', upload, signal)
    if (answer.status === 404 || answer.status === 410) return undefined
    if (answer.status < 300 && Number(answer.headers['upload-length']) !== byteLength) return undefined
    const offset = Number(answer.headers['upload-offset'])
    if (answer.status >= 300 || !Number.isSafeInteger(offset)) throw unexpected(answer, now)
    return offset
  }

  /** Sends one chunk; the offset after it, undefined where the server wants another offset or bytes arrived broken. */
  const append = async (upload: string, object: Sendable, offset: number, signal: AbortSignal): Promise<number | undefined> => {
    const length = Math.min(chunkBytes, object.byteLength - offset)
    const answer = await ask('PATCH', upload, signal, {
      'content-type': 'application/offset+octet-stream', 'content-length': length, 'upload-offset': offset, 'upload-checksum': `sha256 ${await checksumOf(object, offset, length)}`,
    }, paced(rangeOf(object, offset, length), limit, signal))
    if (answer.status === 409 || answer.status === 460 || answer.status === 404) return undefined
    if (answer.status !== 204) throw unexpected(answer, now)
    return Number(answer.headers['upload-offset'])
  }

  const result = async (upload: string, object: Sendable, signal: AbortSignal): Promise<Attempt> => {
    for (const until = now() + storedWithinMs; now() < until;) {
      const answer = await ask('GET', upload, signal, { accept: 'application/json' })
      if (answer.status !== 200) throw unexpected(answer, now)
      const told = JSON.parse(answer.body.toString('utf8')) as { state?: string; status?: number; result?: unknown }
      if (told.state === 'finished') {
        return verdictsOf({ status: told.status ?? 0, headers: {}, body: Buffer.from(JSON.stringify(told.result ?? {})), isWhole: true }, [object], { givesReceipts: true, now })
      }
      await delay(askAgainMs, undefined, { signal })
    }
    return { verdicts: new Map(), trouble: troubleOf({ code: 'nodeBusy', detail: 'the upload is complete and not stored yet' }, { retryAfterMs: 30_000 }) }
  }

  const sendOne = async (object: Sendable, signal: AbortSignal): Promise<Attempt> => {
    let hasMoved = false
    try {
      let upload = object.delivery.uploadUrl
      let offset = upload === undefined ? undefined : await offsetOf(upload, object, signal)
      for (let surprises = 0; surprises <= mostSurprises;) {
        if (upload === undefined || offset === undefined) {
          upload = await create(object, signal)
          offset = 0
        }
        if (offset >= object.byteLength) return await result(upload, object, signal)
        const next = await append(upload, object, offset, signal)
        hasMoved ||= next !== undefined && next > offset
        if (next === undefined) surprises++
        offset = next ?? await offsetOf(upload, object, signal)
      }
      return { verdicts: new Map(), trouble: troubleOf({ code: 'badAnswer', detail: 'the upload does not go on where it ended' }, { concernsObjects: true }) }
    } catch (error) {
      const attempt = error instanceof Ended ? error.attempt(object.delivery.deliveryId) : failedAttempt(error)
      // A line that carried something each time is neither the object's fault nor hopeless.
      return attempt.trouble && hasMoved ? { ...attempt, trouble: { ...attempt.trouble, concernsObjects: false, isHarmless: attempt.trouble.error.code === 'lineDown' } } : attempt
    }
  }

  return {
    send: async (objects, signal) => {
      const verdicts = new Map<number, Verdict>()
      for (const object of objects) {
        const one = await sendOne(object, signal)
        for (const [deliveryId, verdict] of one.verdicts) verdicts.set(deliveryId, verdict)
        if (one.trouble) return { verdicts, trouble: { ...one.trouble, concernsOnly: object.delivery.deliveryId } }
      }
      return { verdicts }
    },
    close: () => {
      target.close()
      return Promise.resolve()
    },
  }
}

/** What an answer that is not as expected says of the node, or of the object. */
function unexpected(answer: HttpAnswer, now: () => number): Ended {
  const trouble = answer.status === 423 ? troubleOf({ code: 'nodeBusy', detail: detailOf(answer) }, { retryAfterMs: 5_000 }) : troubleIn(answer, 1, now)
  if (trouble) return new Ended(() => ({ verdicts: new Map(), trouble }))
  const isTooLarge = answer.status === 413
  return new Ended((deliveryId) => ({ verdicts: new Map([[deliveryId, { kind: 'refused', error: { code: isTooLarge ? 'tooLarge' : 'refused', detail: detailOf(answer) }, isFinal: isTooLarge }]]) }))
}

async function* rangeOf(object: Sendable, offset: number, length: number): AsyncGenerator<Uint8Array> {
  let left = length
  for await (const chunk of wholeFileOf(object, offset)) {
    yield chunk.subarray(0, left)
    left -= chunk.length
    if (left <= 0) return
  }
}

async function checksumOf(object: Sendable, offset: number, length: number): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of rangeOf(object, offset, length)) {
    hash.update(chunk)
    giveBack(chunk)
  }
  return hash.digest('base64')
}
