/** Clients that send a lot, or take their time. */
import { once } from 'node:events'
import { get as httpGet, request as httpRequest, type IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import type { DicomJson } from '@isocenter/dicom'
import { multipartBoundary, multipartEnd, partHeader } from '@isocenter/dicom'

export interface Stored {
  readonly status: number
  readonly answer: DicomJson
}

/** Stores parts that are made while they are sent, as fast as the server takes them; each part is given by its chunks. */
export async function storeStreamed(url: string, authorization: string, parts: Iterable<Iterable<Uint8Array>>): Promise<Stored> {
  const boundary = multipartBoundary()
  function* body(): Generator<Uint8Array> {
    let first = true
    for (const part of parts) {
      yield partHeader(boundary, { 'Content-Type': 'application/dicom' }, first)
      first = false
      yield* part
    }
    yield multipartEnd(boundary)
  }
  const request = httpRequest(`${url}/studies`, {
    method: 'POST', agent: false,
    headers: { authorization, 'content-type': `multipart/related; type="application/dicom"; boundary=${boundary}` },
  })
  const answered = once(request, 'response') as Promise<[IncomingMessage]>
  const [[response]] = await Promise.all([answered, pipeline(Readable.from(body(), { objectMode: true, highWaterMark: 4 }), request)])
  const text = (await response.toArray() as Buffer[]).join('')
  return { status: response.statusCode ?? 0, answer: JSON.parse(text) as DicomJson }
}

/** Reads an answer at no more than `bytesPerSecond`, and tells how many bytes came. */
export async function readSlowly(url: string, headers: Record<string, string>, bytesPerSecond: number): Promise<{ status: number; bytes: number; seconds: number }> {
  const request = httpGet(url, { headers, agent: false })
  const [response] = await once(request, 'response') as [IncomingMessage]
  const began = performance.now()
  let bytes = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length
    const aheadMs = bytes / bytesPerSecond * 1000 - (performance.now() - began)
    if (aheadMs > 5) await sleep(aheadMs)
  }
  return { status: response.statusCode ?? 0, bytes, seconds: (performance.now() - began) / 1000 }
}
