/**
 * Where the viewer finds its objects, as its address says: the DICOMweb service of one organisation (`?o=ID`), or of a share link (`?s=ID`). Any other address makes it
 * ask nobody, whatever a link says.
 * @returns path of the service, or undefined where the address names none
 */
export function dicomwebRootOf(search: string): string | undefined {
  const shared = shareLinkOf(search)
  if (shared !== undefined) return `/s/${shared}/dicom-web`
  const organisation = new URLSearchParams(search).get('o') ?? ''
  return /^[1-9]\d{0,17}$/.test(organisation) ? `/o/${organisation}/dicom-web` : undefined
}

/** The share link whose visitor is looking: nothing is stored, saved or downloaded then. */
export function shareLinkOf(search: string): string | undefined {
  const linkId = new URLSearchParams(search).get('s') ?? ''
  return /^[A-Za-z0-9_-]{16}$/.test(linkId) ? linkId : undefined
}

/** Whether the simple layout is asked for; it stays until the viewer is loaded anew. */
export const isSimple = (search: string): boolean => new URLSearchParams(search).get('simple') === '1'
