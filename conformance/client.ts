import { request as httpRequest, type IncomingHttpHeaders } from 'node:http'
import { request as httpsRequest } from 'node:https'

/** One complete answer. Bodies in this suite are small, so they are held whole. */
export interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
  /** The body as JSON. @throws Error naming status and media type when it is not JSON */
  json: () => unknown
}

export interface Ask {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string | string[]>>
  readonly body?: Uint8Array | readonly Uint8Array[]
  /** Leave out the token. */
  readonly anonymous?: boolean
}

/**
 * A plain HTTP/1.1 client: node:http rather than fetch, so that headers go out exactly as a check writes them
 * (no Accept of our own, no decompression) and any path can be asked for as it stands.
 */
export class Client {
  readonly base: URL
  /** StudyInstanceUIDs of what store answers said is there now. */
  readonly stored = new Set<string>()
  readonly #token: string | undefined

  constructor(base: string, token: string | undefined) {
    this.base = new URL(base.replace(/\/+$/, ''))
    this.#token = token
  }

  /** The Authorization header that is sent. */
  get authorization(): string | undefined {
    return this.#token === undefined ? undefined : `Bearer ${this.#token}`
  }

  /** Asks for a path below the base (`/studies?…`, sent as written) or for a whole URL. */
  ask(path: string, ask: Ask = {}): Promise<Answer> {
    const absolute = /^https?:/.test(path)
    const target = absolute ? new URL(path) : this.base
    const rawPath = absolute ? `${target.pathname}${target.search}` : path.startsWith('//') ? path.slice(1) : `${this.base.pathname.replace(/\/$/, '')}${path}`
    const headers: Record<string, string | string[]> = { ...ask.headers }
    if (this.authorization !== undefined && ask.anonymous !== true) headers['Authorization'] = this.authorization
    const chunks = ask.body === undefined ? [] : ask.body instanceof Uint8Array ? [ask.body] : ask.body
    if (ask.body !== undefined) headers['Content-Length'] = String(chunks.reduce((sum, chunk) => sum + chunk.length, 0))
    const send = target.protocol === 'https:' ? httpsRequest : httpRequest
    return new Promise((resolve, reject) => {
      const request = send({ host: target.hostname, port: target.port, path: rawPath, method: ask.method ?? 'GET', headers, agent: false }, (response) => {
        const parts: Buffer[] = []
        response.on('data', (chunk: Buffer) => parts.push(chunk))
        response.on('error', reject)
        response.on('end', () => {
          const body = Buffer.concat(parts)
          const status = response.statusCode ?? 0
          if (ask.method === 'POST') for (const [, uid = ''] of body.toString('latin1').matchAll(/\/studies\/([0-9.]+)/g)) this.stored.add(uid)
          resolve({ status, headers: response.headers, body, json: () => parse(body, status, response.headers['content-type']) })
        })
      })
      request.on('error', reject)
      for (const chunk of chunks) request.write(chunk)
      request.end()
    })
  }

  /** GET with an Accept header. */
  get(path: string, accept?: string): Promise<Answer> {
    return this.ask(path, accept === undefined ? {} : { headers: { Accept: accept } })
  }
}

function parse(body: Buffer, status: number, mediaType: string | undefined): unknown {
  try {
    return JSON.parse(body.toString('utf8'))
  } catch {
    throw new Error(`status ${String(status)}, ${mediaType ?? 'no media type'}: the body is not JSON`)
  }
}
