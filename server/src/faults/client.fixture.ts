/** One client of a server in another process. */
import type { DicomJson } from '@isocenter/dicom'
import { storeBody } from '../dicomweb/service.fixture.ts'

export interface Answered {
  readonly status: number
  readonly body: Buffer
  readonly headers: Headers
  /** Milliseconds until the whole answer was there. */
  readonly tookMs: number
}

export interface Client {
  readonly get: (path: string, accept?: string) => Promise<Answered>
  readonly search: (path: string) => Promise<DicomJson[]>
  readonly store: (objects: readonly Uint8Array[]) => Promise<StoreAnswer>
  readonly delete: (path: string) => Promise<number>
  readonly ready: () => Promise<Answered>
}

export interface StoreAnswer extends Answered {
  /** SOPInstanceUIDs it says are stored. */
  readonly stored: readonly string[]
  /** FailureReason of those it says are not. */
  readonly reasons: readonly number[]
}

/** A client of the server at `url`; an answer that does not come at all is status 0. */
export function aClient(url: string, authorization: string): Client {
  const ask = async (address: string, init: RequestInit): Promise<Answered> => {
    const began = performance.now()
    try {
      const response = await fetch(address, { ...init, headers: { authorization, ...init.headers as Record<string, string> } })
      const body = Buffer.from(await response.arrayBuffer())
      return { status: response.status, body, headers: response.headers, tookMs: performance.now() - began }
    } catch (error) {
      if (!(error instanceof TypeError)) throw error
      return { status: 0, body: Buffer.of(), headers: new Headers(), tookMs: performance.now() - began }
    }
  }
  const get = (path: string, accept = 'application/dicom+json') => ask(url + path, { headers: { accept } })
  return {
    get,
    search: async (path) => JSON.parse((await get(path)).body.toString()) as DicomJson[],
    store: async (objects) => {
      const { contentType, body } = storeBody(objects)
      const answered = await ask(`${url}/studies`, { method: 'POST', headers: { 'content-type': contentType }, body: new Uint8Array(body) })
      const answer = answered.headers.get('content-type')?.startsWith('application/dicom+json') ? JSON.parse(answered.body.toString()) as DicomJson : {}
      const items = (tag: string) => (answer[tag]?.Value ?? []) as DicomJson[]
      return {
        ...answered,
        stored: items('00081199').map((item) => String(item['00081155']?.Value?.[0])),
        reasons: [...items('00081198'), ...items('0008119A')].map((item) => Number(item['00081197']?.Value?.[0])),
      }
    },
    delete: async (path) => (await ask(url + path, { method: 'DELETE' })).status,
    ready: () => ask(url.replace(/\/dicom-web$/, '/readyz'), {}),
  }
}

/** First value of an attribute, as text. */
export const valueOf = (object: DicomJson | undefined, tag: string): string => String(object?.[tag]?.Value?.[0])

/** `/studies/…/series/…/instances/…` */
export const pathOf = (instance: DicomJson): string =>
  `/studies/${valueOf(instance, '0020000D')}/series/${valueOf(instance, '0020000E')}/instances/${valueOf(instance, '00080018')}`

export const asStored = 'application/dicom; transfer-syntax=*'
