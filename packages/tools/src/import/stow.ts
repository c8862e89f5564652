import { once } from 'node:events'
import { request as httpRequest, type IncomingMessage, Agent as HttpAgent } from 'node:http'
import { request as httpsRequest, Agent as HttpsAgent } from 'node:https'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { multipartBoundary, multipartEnd, partHeader, type DicomJson } from '@isocenter/dicom'
import type { Source } from './source.ts'

/** What the server said of one request: stored, or refused with a reason, by SOP Instance UID; or what went wrong with all of it. */
export interface StoreAnswer {
  readonly stored: ReadonlyMap<string, { readonly warning?: number }>
  readonly failed: readonly { readonly SOPInstanceUID?: string; readonly reason: number }[]
}

/** The server, or the line to it, could not take a request. `retry` says whether it is worth trying again. */
export class StoreError extends Error {
  override name = 'StoreError'
  readonly retry: boolean
  constructor(message: string, retry: boolean) {
    super(message)
    this.retry = retry
  }
}

/** A source broke off while it was being sent, so that its request had to be given up; the others of it may be sent again. */
export class SourceUnreadable extends Error {
  override name = 'SourceUnreadable'
  readonly source: Source
  constructor(source: Source, options?: ErrorOptions) {
    super(`${source.name} cannot be read to its end`, options)
    this.source = source
  }
}

export interface StowClient {
  /** Sends objects in one request, streamed. @throws StoreError, SourceUnreadable */
  readonly store: (sources: readonly Source[], onBytes: (count: number) => void) => Promise<StoreAnswer>
  readonly close: () => void
}

/** A client of one server's STOW-RS (PS3.18 §10.5). */
export function createStowClient(base: string, token: string | undefined): StowClient {
  const target = new URL(`${base.replace(/\/+$/, '')}/studies`)
  const secure = target.protocol === 'https:'
  const agent = secure ? new HttpsAgent({ keepAlive: true }) : new HttpAgent({ keepAlive: true })
  const send = secure ? httpsRequest : httpRequest

  const store: StowClient['store'] = async (sources, onBytes) => {
    const boundary = multipartBoundary()
    const request = send(target, {
      method: 'POST', agent,
      headers: {
        'Content-Type': `multipart/related; type="application/dicom"; boundary=${boundary}`, Accept: 'application/dicom+json',
        ...token === undefined ? {} : { Authorization: `Bearer ${token}` },
      },
    })
    const answer = answerTo(request)
    try {
      for (const [index, source] of sources.entries()) {
        request.write(partHeader(boundary, { 'Content-Type': 'application/dicom' }, index === 0))
        for await (const chunk of chunksOf(source)) {
          onBytes(chunk.length)
          if (!request.write(chunk) && !request.destroyed) await Promise.race([once(request, 'drain'), answer])
          if (request.destroyed) break
        }
      }
      request.end(multipartEnd(boundary))
    } catch (error) {
      request.destroy()
      if (error instanceof SourceUnreadable) throw error
      // An answer that came before the body was through says more than the broken line.
      const early = await answer.catch(() => undefined)
      if (early === undefined) throw new StoreError(`the connection broke (${(error as NodeJS.ErrnoException).code ?? 'unknown'})`, true)
    }
    return read(await answer)
  }
  return { store, close: () => { agent.destroy() } }
}

async function* chunksOf(source: Source): AsyncGenerator<Buffer> {
  const chunks = (await opened(source))[Symbol.asyncIterator]() as AsyncIterator<Buffer, undefined>
  try {
    for (;;) {
      // Only what comes from the source is its fault; what goes wrong with the chunk is not seen here.
      const next = await chunks.next().catch((error: unknown) => { throw new SourceUnreadable(source, { cause: error }) })
      if (next.done === true) return
      yield next.value
    }
  } finally {
    await chunks.return?.()
  }
}

async function opened(source: Source): Promise<Readable> {
  try {
    return await source.open()
  } catch (error) {
    throw new SourceUnreadable(source, { cause: error })
  }
}

function answerTo(request: ReturnType<typeof httpRequest>): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
  request.on('response', resolve)
  request.on('error', (error: NodeJS.ErrnoException) => { reject(new StoreError(`the server cannot be reached (${error.code ?? error.message})`, true)) })
  promise.catch(() => undefined) // looked at again by whoever awaits the answer
  return promise
}

/**
 * A store response tells of each instance (PS3.18 §10.5.3); anything else is told by its status. A server in trouble has refused
 * nothing: what it could not store now, its disk being full or its database away, is worth another try.
 */
async function read(response: IncomingMessage): Promise<StoreAnswer> {
  const status = response.statusCode ?? 0
  const body = await text(response)
  if (status < 500 && (response.headers['content-type'] ?? '').startsWith('application/dicom+json')) {
    const result = JSON.parse(body) as DicomJson
    if ('00081199' in result || '00081198' in result || '0008119A' in result) return outcomesIn(result)
  }
  if (status === 401 || status === 403) throw new StoreError(`the server does not accept the token (${String(status)})`, false)
  throw new StoreError(`the server answered ${String(status)}`, status >= 500 || status === 429)
}

function outcomesIn(result: DicomJson): StoreAnswer {
  const items = (tag: string) => (result[tag]?.Value ?? []) as DicomJson[]
  const first = (item: DicomJson, tag: string) => item[tag]?.Value?.[0]
  const failure = (item: DicomJson) => {
    const uid = first(item, '00081155')
    return { ...typeof uid === 'string' ? { SOPInstanceUID: uid } : {}, reason: Number(first(item, '00081197') ?? 0) }
  }
  return {
    stored: new Map(items('00081199').map((item) => {
      const warning = first(item, '00081196')
      const uid = first(item, '00081155')
      return [typeof uid === 'string' ? uid : '', typeof warning === 'number' ? { warning } : {}]
    })),
    failed: [...items('00081198'), ...items('0008119A')].map(failure),
  }
}
