import type { DicomJson } from '@isocenter/dicom'
import type { Upstream } from './upstream.ts'

/** Results asked for at a time; a server that gives fewer says so by giving fewer, and is asked on. */
const pageSize = 200

export interface SearchResult {
  readonly attributes: DicomJson
  /** The server knows every key; false when it passed some over, and says so (PS3.18 §8.3.4.4). */
  readonly areAllKeysSupported: boolean
}

/**
 * All results of a search, page by page as they are taken.
 * @param resource below /dicom-web, as `/studies`
 * @throws UpstreamUnavailable, UpstreamRefused, the signal's reason
 */
export async function* search(upstream: Upstream, resource: string, parameters: URLSearchParams, signal?: AbortSignal): AsyncGenerator<SearchResult, void, undefined> {
  for (let offset = 0; ;) {
    const query = new URLSearchParams(parameters)
    query.set('limit', String(pageSize))
    query.set('offset', String(offset))
    const answer = await upstream.ask({ path: `/dicom-web${resource}?${query.toString()}`, accept: 'application/dicom+json', signal })
    const warning = answer.header('warning') ?? ''
    const areAllKeysSupported = !warning.includes('have been ignored')
    const page = (await answer.json() as readonly DicomJson[] | undefined) ?? []
    for (const attributes of page) yield { attributes, areAllKeysSupported }
    offset += page.length
    // A server that gives less than was asked for tells of the rest.
    if (page.length === 0 || (page.length < pageSize && !warning.includes('additional results'))) return
  }
}
