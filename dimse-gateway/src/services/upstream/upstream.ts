/** The server this gateway belongs to, as its services ask it: bytes streamed, one sign-in, errors told apart. */
import { request as httpRequest, Agent as HttpAgent, type IncomingMessage } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import type { Authorization } from '../../nodes/authorization.ts'
import { wordsOf } from '../../nodes/line-error.ts'
import type { NodeTlsOptions } from '../../nodes/node-tls.ts'

/** Nothing came for so long: the line, or the server, is as good as gone. */
const usualStallMs = 60_000
/** Longest JSON document taken whole. */
const maxJsonBytes = 32 * 1024 * 1024

/** Where the server is, and how it knows us. */
export interface UpstreamTarget {
  /** Address under which /dicom-web and /api lie. */
  readonly url: string
  /** The same object as long as it stays the same: connections are kept by it. */
  readonly tls: NodeTlsOptions
  readonly proxy?: string | undefined
  readonly authorization: Authorization
}

export interface UpstreamRequest {
  readonly method?: 'GET' | 'POST' | 'PUT'
  /** Below the server's address, with its query: `/dicom-web/studies?limit=1`. */
  readonly path: string
  readonly accept: string
  /** Sent as application/dicom+json. */
  readonly json?: unknown
  readonly signal?: AbortSignal | undefined
}

export interface UpstreamAnswer {
  readonly status: number
  readonly header: (name: string) => string | undefined
  /** To be read to its end, or left by `return()`. */
  readonly body: AsyncIterable<Uint8Array>
  /** The body as JSON. @throws UpstreamUnavailable when it is none */
  readonly json: () => Promise<unknown>
}

/** The server cannot be asked just now: the line is down, it is in trouble, or the gateway is not enrolled. Worth another try later. */
export class UpstreamUnavailable extends Error {
  override readonly name = 'UpstreamUnavailable'
  /** What it answered with, where it answered: another request may fare better then. */
  readonly status: number | undefined

  constructor(message: string, { status, ...options }: ErrorOptions & { readonly status?: number } = {}) {
    super(message, options)
    this.status = status
  }
}

/** The server understood and said no. */
export class UpstreamRefused extends Error {
  override readonly name = 'UpstreamRefused'
  readonly status: number
  /** The members of the problem it answered with (RFC 9457); none where it was something else. */
  readonly problem: Readonly<Record<string, unknown>>

  constructor(status: number, problem: Readonly<Record<string, unknown>>) {
    super(`The server answered with status ${status}.`)
    this.status = status
    this.problem = problem
  }
}

export interface Upstream {
  /**
   * Asks; answers of 2xx come back.
   * @throws UpstreamUnavailable, UpstreamRefused (4xx), the signal's reason
   */
  ask(request: UpstreamRequest): Promise<UpstreamAnswer>
  close(): void
}

/** @param target asked each time; undefined while the gateway is not enrolled */
export function createUpstream(target: () => Promise<UpstreamTarget | undefined>, { stallMs = usualStallMs }: { readonly stallMs?: number } = {}): Upstream {
  let last: { readonly tls: NodeTlsOptions; readonly proxy: string | undefined; readonly isSecure: boolean; readonly agent: HttpAgent } | undefined
  const agents = new Set<HttpAgent>()
  const agentOf = (tls: NodeTlsOptions, proxy: string | undefined, isSecure: boolean): HttpAgent => {
    if (last?.tls === tls && last.proxy === proxy && last.isSecure === isSecure) return last.agent
    const options = { keepAlive: true, ...(proxy !== undefined && { proxyEnv: { HTTP_PROXY: proxy, HTTPS_PROXY: proxy } }) }
    if (last) retire(last.agent)
    for (const agent of agents) if (Object.keys(agent.sockets).length === 0) agents.delete(agent)
    last = { tls, proxy, isSecure, agent: isSecure ? new HttpsAgent({ ...options, ...tls }) : new HttpAgent(options) }
    agents.add(last.agent)
    return last.agent
  }

  async function askOnce({ url, tls, proxy, authorization }: UpstreamTarget, request: UpstreamRequest): Promise<IncomingMessage> {
    const { method = 'GET', path, accept, json, signal } = request
    const isSecure = url.startsWith('https:')
    const body = json === undefined ? undefined : Buffer.from(JSON.stringify(json))
    const credentials = await authorization.header(signal)
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
    const asked = (isSecure ? httpsRequest : httpRequest)(`${url.replace(/\/+$/, '')}${path}`, {
      method, agent: agentOf(tls, proxy, isSecure), timeout: stallMs, ...(signal && { signal }),
      headers: {
        accept,
        ...(credentials !== undefined && { authorization: credentials }),
        ...(body && { 'content-type': 'application/dicom+json', 'content-length': body.length }),
      },
    })
    // For as long as the request lives: an error behind the answer is the body's to tell, and must not end the process.
    asked.once('response', resolve).on('error', reject).once('timeout', () => { asked.destroy(new Error(`nothing came for ${stallMs / 1000} s`)) })
    asked.end(body)
    return promise
  }

  return {
    async ask(request) {
      const { signal } = request
      try {
        const now = await target()
        if (!now) throw new UpstreamUnavailable('The gateway is not enrolled with a server.')
        let response = await askOnce(now, request)
        if (response.statusCode === 401 && now.authorization.refused()) {
          response.resume()
          response = await askOnce(now, request)
        }
        return await answerOf(response, stallMs)
      } catch (error) {
        signal?.throwIfAborted()
        if (error instanceof UpstreamRefused || error instanceof UpstreamUnavailable) throw error
        throw new UpstreamUnavailable(wordsOf(error), { cause: error })
      }
    },
    close() {
      for (const agent of agents) agent.destroy()
    },
  }
}

/** The line is another now: connections that are free are closed, and the others as soon as what is under way on them has ended. */
function retire(agent: HttpAgent): void {
  agent.maxFreeSockets = 0
  for (const socket of Object.values(agent.freeSockets).flatMap((sockets = []) => sockets)) socket.destroy()
}

async function answerOf(response: IncomingMessage, stallMs: number): Promise<UpstreamAnswer> {
  const { statusCode: status = 0, headers } = response
  const json = async (): Promise<unknown> => {
    const text = await wholeText(watched(response, stallMs)).catch((error: unknown) => {
      if (error instanceof UpstreamUnavailable || (error instanceof Error && error.name === 'AbortError')) throw error
      throw new UpstreamUnavailable(wordsOf(error), { cause: error })
    })
    try {
      return text === '' ? undefined : JSON.parse(text)
    } catch (error) {
      throw new UpstreamUnavailable('The server answered with something that is no JSON.', { cause: error })
    }
  }
  if (status >= 200 && status < 300) {
    return { status, header: (name) => headers[name]?.toString(), body: watched(response, stallMs), json }
  }
  const problem = /json/.test(headers['content-type'] ?? '') ? membersOf(await json()) : (response.resume(), {})
  // Overload and lost credentials pass; they say nothing about what was asked.
  if (status >= 500 || status === 401 || status === 408 || status === 429 || status < 400) throw new UpstreamUnavailable(`The server answered with status ${status}.`, { status })
  throw new UpstreamRefused(status, problem)
}

function membersOf(problem: unknown): Readonly<Record<string, unknown>> {
  return typeof problem === 'object' && problem !== null && !Array.isArray(problem) ? problem as Readonly<Record<string, unknown>> : {}
}

/**
 * The bytes of an answer. The line is held to its pace only while somebody waits for bytes: a receiver that is slow to take what is
 * here already does not make it dead. No generator, since one that is never begun lets go of nothing.
 */
function watched(response: IncomingMessage, stallMs: number): AsyncIterable<Uint8Array> {
  return {
    [Symbol.asyncIterator]: () => {
      response.socket.setTimeout(0)
      const chunks = (response as AsyncIterable<Uint8Array>)[Symbol.asyncIterator]()
      return {
        next: async () => {
          const timer = setTimeout(() => { response.destroy(new Error(`nothing came for ${stallMs / 1000} s`)) }, stallMs)
          try {
            return await chunks.next()
          } finally {
            clearTimeout(timer)
          }
        },
        return: async () => {
          if (!response.readableEnded) response.destroy()
          await chunks.return?.()
          return { done: true, value: undefined }
        },
      }
    },
  }
}

async function wholeText(body: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of body) {
    bytes += chunk.length
    if (bytes > maxJsonBytes) throw new UpstreamUnavailable('The server answered with more than can be taken.')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}
