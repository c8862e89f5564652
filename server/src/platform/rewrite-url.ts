import type { RawRequestDefaultExpression } from 'fastify'
import { rewriteSharePath } from './share-path.ts'

/** The same services under other addresses. */
export function rewriteUrl(request: Pick<RawRequestDefaultExpression, 'url' | 'headers'>): string {
  const { url = '/' } = request
  // The URI service is by custom beside the RESTful ones, not below them.
  if (/^\/wado\/?(\?|$)/.test(url)) return `/dicom-web${url}`
  const shared = rewriteSharePath(request, url)
  if (shared !== undefined) return shared
  // A client that cannot be told to send a header, as the browser itself for a picture or a document: the address says for which organisation.
  const [, organisation, service] = /^\/o\/([1-9]\d{0,17})(\/dicom-web(?:[/?].*)?|\/api\/studies\/[\d.]+\/attachments\/[\da-f-]+\/(?:content|download)|\/api\/film\/print-jobs\/[\da-f-]+\/document|\/api\/quarantine\/[\da-f-]+\/thumbnail)$/s.exec(url)
    ?? []
  if (organisation === undefined || service === undefined) return url
  request.headers['x-organisation'] = organisation
  return service
}
