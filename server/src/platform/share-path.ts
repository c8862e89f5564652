/** Requests of visitors with a share link, told by their path: `/s/{linkId}/dicom-web/…`, and those for its attachments. */
const links = new WeakMap<object, string>()

/** Which service of ours stands behind the paths of share links; nobody else's requests are answered there. */
export const sharedService = '/shared-dicom-web'

/** The path of the service within the server, where it is one of a share link; the link is kept with the request, out of reach of its headers. */
export function rewriteSharePath(request: object, url: string): string | undefined {
  const [, linkId, rest] = /^\/s\/([A-Za-z0-9_-]{16})\/dicom-web((?:[/?].*)?)$/s.exec(url) ?? []
  if (linkId === undefined || rest === undefined) return rewriteAttachmentPath(request, url)
  links.set(request, linkId)
  return `${sharedService}${rest}`
}

function rewriteAttachmentPath(request: object, url: string): string | undefined {
  const [, linkId, rest] = /^\/s\/([A-Za-z0-9_-]{16})(\/attachments|\/studies\/\d[\d.]*\/attachments\/[\da-f-]+\/(?:content|download))$/.exec(url) ?? []
  if (linkId === undefined || rest === undefined) return undefined
  links.set(request, linkId)
  return `/api/shared/${linkId}${rest}`
}

/** The link in whose path a request was made. */
export const shareLinkOf = (request: object): string | undefined => links.get(request)
