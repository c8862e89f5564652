/**
 * Where the viewer finds its objects, as its address says: the DICOMweb service of one organisation (`?o=ID`). Any other address makes it
 * ask nobody, whatever a link says.
 * @returns path of the service, or undefined where the address names none
 */
export function dicomwebRootOf(search: string): string | undefined {
  const organisation = new URLSearchParams(search).get('o') ?? ''
  return /^[1-9]\d{0,17}$/.test(organisation) ? `/o/${organisation}/dicom-web` : undefined
}
