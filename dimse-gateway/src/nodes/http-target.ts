/** An HTTP server that objects are sent to: connections kept open, bodies streamed at the pace of the line, answers bounded. */
import { Agent as HttpAgent, request as httpRequest, type ClientRequest, type IncomingHttpHeaders, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import { giveBack } from '@isocenter/durable-files'
import type { HttpNode } from '../configuration/nodes.ts'
import { LineError, lineErrorCodeOf, wordsOf } from './line-error.ts'
import type { NodeTlsOptions } from './node-tls.ts'

export interface HttpTimeouts {
  readonly connectMs: number
  /** Without the line taking or bringing a byte. */
  readonly stallMs: number
  /** From the end of the body to the answer. */
  readonly answerMs: number
}

export const defaultHttpTimeouts: HttpTimeouts = { connectMs: 15_000, stallMs: 60_000, answerMs: 300_000 }

export interface HttpExchange {
  readonly method: string
  readonly url: URL
  readonly headers: OutgoingHttpHeaders
  /** Its buffers are given back once they have gone, where they were lent. */
  readonly body?: AsyncIterable<Uint8Array> | undefined
  readonly signal?: AbortSignal | undefined
}

export interface HttpAnswer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  /** What was read of it: at most `maxAnswerBytes`. */
  readonly body: Buffer
  readonly isWhole: boolean
}

export interface HttpTarget {
  /**
   * One request and its answer. A server may answer before the body has gone; the rest of the body stays then.
   * @throws LineError; whatever the body throws; the signal's reason
   */
  readonly exchange: (exchange: HttpExchange) => Promise<HttpAnswer>
  readonly close: () => void
}

/** Longest answer read: one for a thousand instances is about half a megabyte. */
const maxAnswerBytes = 8 * 1024 * 1024

export function createHttpTarget(node: Pick<HttpNode, 'url' | 'proxy'>, tls: NodeTlsOptions, timeouts: HttpTimeouts = defaultHttpTimeouts): HttpTarget {
  const isSecure = new URL(node.url).protocol === 'https:'
  const proxyEnv = node.proxy === undefined ? undefined : { HTTP_PROXY: node.proxy, HTTPS_PROXY: node.proxy }
  const options = { keepAlive: true, scheduling: 'lifo', ...(proxyEnv && { proxyEnv }) } as const
  const agent = isSecure ? new HttpsAgent({ ...options, ...tls }) : new HttpAgent(options)
  const open = isSecure ? httpsRequest : httpRequest

  return {
    exchange: async ({ method, url, headers, body, signal }) => {
      signal?.throwIfAborted()
      const request = open(url, { method, agent, headers })
      const line = new Line(request, timeouts, signal)
      try {
        // Ended short of its length, the connection would count as free, and what is sent next be taken for the rest of this.
        if (!body || await line.send(body)) request.end()
        return await line.answer()
      } catch (error) {
        request.destroy()
        signal?.throwIfAborted()
        throw error
      } finally {
        line.release()
      }
    },
    close: () => { agent.destroy() },
  }
}

/** One request on its way. */
class Line {
  readonly #request: ClientRequest
  readonly #timeouts: HttpTimeouts
  readonly #response: Promise<IncomingMessage>
  readonly #signal: AbortSignal | undefined
  #isAnswered = false
  #isConnected = false
  #timer: NodeJS.Timeout | undefined
  #wake: (() => void) | undefined

  constructor(request: ClientRequest, timeouts: HttpTimeouts, signal: AbortSignal | undefined) {
    this.#request = request
    this.#timeouts = timeouts
    this.#signal = signal
    signal?.addEventListener('abort', this.#abort, { once: true })
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
    this.#response = promise
    promise.catch(() => undefined) // looked at by whoever awaits the answer
    this.#watch(timeouts.connectMs, 'connecting')
    request.on('socket', (socket) => {
      socket.setNoDelay(true)
      if (request.reusedSocket || !socket.connecting) this.#connected()
      else socket.once('encrypted' in socket ? 'secureConnect' : 'connect', () => { this.#connected() })
    })
    request.on('drain', () => { this.#wake?.() })
    request.on('response', (response) => {
      this.#isAnswered = true
      this.#isConnected = true
      this.#wake?.()
      resolve(response)
    })
    request.on('error', (error) => {
      reject(this.#asLineError(error))
      this.#wake?.()
    })
    request.on('close', () => {
      reject(this.#asLineError(new Error('the connection was closed without an answer')))
      this.#wake?.()
    })
  }

  /** Writes the body as fast as the line takes it; false when the server has answered before all of it went. */
  async send(body: AsyncIterable<Uint8Array>): Promise<boolean> {
    for await (const chunk of body) {
      if (this.#isAnswered || this.#request.destroyed) return false
      if (this.#request.write(chunk, (error) => { if (!error) giveBack(chunk) })) continue
      if (this.#isConnected) this.#watch(this.#timeouts.stallMs, 'sending')
      await new Promise<void>((resolve) => {
        this.#wake = resolve
        if (this.#isAnswered || this.#request.destroyed || !this.#request.writableNeedDrain) resolve()
      })
      if (this.#isConnected) this.#rest()
    }
    return true
  }

  async answer(): Promise<HttpAnswer> {
    if (this.#isConnected) this.#watch(this.#timeouts.answerMs, 'waiting for the answer')
    const response = await this.#response
    const chunks: Buffer[] = []
    let bytes = 0
    this.#watch(this.#timeouts.stallMs, 'reading the answer')
    try {
      for await (const chunk of response as AsyncIterable<Buffer>) {
        this.#watch(this.#timeouts.stallMs, 'reading the answer')
        bytes += chunk.length
        if (bytes > maxAnswerBytes) break
        chunks.push(chunk)
      }
    } catch (error) {
      throw this.#asLineError(error)
    }
    // Half a body was left unsent, or half an answer unread: the connection is of no further use.
    if (!this.#request.writableFinished || bytes > maxAnswerBytes) this.#request.destroy()
    return { status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks), isWhole: bytes <= maxAnswerBytes }
  }

  release(): void {
    this.#rest()
    this.#signal?.removeEventListener('abort', this.#abort)
  }

  #connected(): void {
    this.#isConnected = true
    // The body may have gone into the socket's buffer, or its end been reached, while the connection was made.
    this.#watch(this.#request.writableEnded ? this.#timeouts.answerMs : this.#timeouts.stallMs, 'sending')
  }

  readonly #abort = (): void => { this.#request.destroy(new Error('the request was called off')) }

  #watch(timeMs: number, what: string): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => {
      this.#request.destroy(new LineError('timedOut', `the line stood still for ${String(timeMs / 1000)} s while ${what}`, { wasConnected: this.#isConnected }))
    }, timeMs)
  }

  #rest(): void {
    clearTimeout(this.#timer)
  }

  #asLineError(error: unknown): LineError {
    if (error instanceof LineError) return error
    return new LineError(lineErrorCodeOf(error), wordsOf(error), { wasConnected: this.#isConnected, wasReused: this.#request.reusedSocket, cause: error })
  }
}
