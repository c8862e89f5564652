/** Resumable uploads by tus 1.0.0 (https://tus.io/protocols/resumable-upload), as the server's `/api/uploads` speaks it. */
import type { FileDescription, Upload, UploadCorrections, UploadDisposition, UploadFinding } from '@isocenter/contracts'
import { part, type ApiClient } from './client.ts'
import { ApiProblem, problemOf } from './problem.ts'

export interface UploadInstanceOptions {
  readonly signal?: AbortSignal | undefined
  /** Bytes that have come, as they do. */
  readonly onProgress?: (bytes: number) => void
  readonly fetch?: typeof globalThis.fetch
  /** What people corrected of its study, made when it has arrived. */
  readonly corrections?: UploadCorrections | undefined
  /** Of a picture, a document or a video: what the server makes an object of it by. */
  readonly describes?: FileDescription | undefined
  /** Before another try; milliseconds. */
  readonly pause?: (ms: number, signal: AbortSignal | undefined) => Promise<void>
  readonly chunkBytes?: number
}

/** What came of one object. */
export interface UploadedInstance {
  /** As a store request of this object alone would have been answered. */
  readonly status: number
  readonly disposition: UploadDisposition
  /** Of the study it is in, where it is in one. */
  readonly StudyInstanceUID: string | undefined
  /** (0008,1197) of an object that was not stored, PS3.18 §10.5.3 and PS3.4 Annex CC. */
  readonly failureReason: number | undefined
  /** Of a file: what was done to it, or why nothing could be made of it. */
  readonly finding: UploadFinding | undefined
}

const version = { 'tus-resumable': '1.0.0' }
const octets = 'application/offset+octet-stream'
const defaultChunkBytes = 4 * 1024 * 1024
/** Some two minutes of a line that is down. */
const waits = [500, 1_000, 2_000, 5_000, 10_000, 20_000, 30_000, 60_000]
const storingEveryMs = 1_000

/**
 * Sends one DICOM object, or a file that becomes one, goes on where it was when the line breaks, and waits until it is stored.
 * @throws ApiProblem when the server refuses it, or does not answer for minutes
 */
export async function uploadInstance({ organisationId }: ApiClient, object: Blob, {
  signal, onProgress, pause = sleep, chunkBytes = defaultChunkBytes, corrections, describes, ...options
}: UploadInstanceOptions = {}): Promise<UploadedInstance> {
  const fetch = options.fetch ?? globalThis.fetch
  const headers = { ...version, accept: 'application/json, application/problem+json', ...(organisationId !== undefined && { 'x-organisation': organisationId }) }
  const send = async (method: string, path: string, more: Readonly<Record<string, string>> = {}, body?: Blob): Promise<Response> => {
    const response = await fetch(path, { method, headers: { ...headers, ...more }, credentials: 'same-origin', ...(body !== undefined && { body }), ...(signal !== undefined && { signal }) }).catch((error: unknown) => {
      if (signal?.aborted === true) throw error
      throw new ApiProblem({ status: 0, code: 'no-answer', detail: '' })
    })
    if (!response.ok) throw await problemOf(response)
    return response
  }
  const again = async <Value>(act: () => Promise<Value>): Promise<Value> => {
    for (const wait of waits) {
      try {
        return await act()
      } catch (error) {
        if (!mayPass(error)) throw error
        await pause(Math.max(wait, (error.retryAfterSeconds ?? 0) * 1_000), signal)
      }
    }
    return act()
  }

  const created = await again(() => send('POST', '/api/uploads', {
    'upload-length': String(object.size),
    'upload-metadata': metadata({
      kind: describes === undefined ? 'instance' : 'file',
      ...(describes !== undefined && { describes: JSON.stringify(describes) }),
      ...(corrections !== undefined && { corrections: JSON.stringify(corrections) }),
    }),
  }))
  const uploadId = created.headers.get('location')?.split('/').at(-1) ?? ''
  const path = `/api/uploads/${part(uploadId)}`
  let offset = 0
  while (offset < object.size) {
    offset = await again(async () => {
      try {
        const answer = await send('PATCH', path, { 'upload-offset': String(offset), 'content-type': octets }, object.slice(offset, offset + chunkBytes))
        return Number(answer.headers.get('upload-offset'))
      } catch (error) {
        // Nobody knows how much of it came: the server does.
        if (mayPass(error)) offset = Number((await send('HEAD', path)).headers.get('upload-offset'))
        throw error
      }
    })
    onProgress?.(offset)
  }
  for (;;) {
    const upload = await again(async () => (await send('GET', path)).json() as Promise<Upload>)
    if (upload.state === 'finished') return resultOf(upload)
    await pause(storingEveryMs, signal)
  }
}

/** Names and values in base64, as tus has them. */
const metadata = (values: Readonly<Record<string, string>>): string => Object.entries(values).map(([name, value]) => `${name} ${btoa(String.fromCharCode(...new TextEncoder().encode(value)))}`).join(',')

/** What another try may get past: a broken line, a busy server, a request before it that is not over. */
const mayPass = (error: unknown): error is ApiProblem => error instanceof ApiProblem && (error.status === 0 || error.status >= 500 || [408, 409, 423, 429, 460].includes(error.status))

type DataSet = Readonly<Record<string, { readonly Value?: readonly unknown[] } | undefined>>

function resultOf({ status = 0, result = {}, finding, disposition }: Upload): UploadedInstance {
  const answer = result as DataSet
  const [failed] = (answer['00081198']?.Value ?? answer['0008119A']?.Value ?? []) as readonly DataSet[]
  const [stored] = (answer['00081199']?.Value ?? []) as readonly DataSet[]
  const reason = failed?.['00081197']?.Value?.[0]
  const url = [stored?.['00081190'], answer['00081190']].flatMap((one) => one?.Value ?? []).find((value) => typeof value === 'string')
  return {
    // A server of the release before says no more than that it was stored.
    disposition: disposition ?? (status >= 200 && status < 300 && failed === undefined ? 'stored' : 'notStored'),
    status, finding, failureReason: typeof reason === 'number' ? reason : undefined,
    StudyInstanceUID: failed === undefined && typeof url === 'string' ? /\/studies\/([0-9.]+)/.exec(url)?.[1] : undefined,
  }
}

function sleep(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => { clearTimeout(timer); reject(signal?.reason as Error) }
    const timer = setTimeout(() => { signal?.removeEventListener('abort', stop); resolve() }, ms)
    signal?.addEventListener('abort', stop, { once: true })
  })
}
