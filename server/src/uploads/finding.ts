/** What became of an upload, kept in the answer of its store in the private group of this service (PS3.5 §7.8). */
import { uploadDispositions, uploadFindings, type UploadDisposition, type UploadFinding } from '@isocenter/contracts'
import type { DicomJson } from '@isocenter/dicom'

const creator: DicomJson = { '00090010': { vr: 'LO', Value: ['ISOCENTER'] } }
const tag = '00091003'

export const withFinding = (response: DicomJson, finding: UploadFinding): DicomJson => ({ ...response, ...creator, [tag]: { vr: 'LO', Value: [finding] } })
export const findingOf = (response: DicomJson | undefined): UploadFinding | undefined => uploadFindings.find((one) => one === response?.[tag]?.Value?.[0])

/** Of the one object an answer is of. */
export function dispositionOf(response: DicomJson): UploadDisposition {
  const [item] = response['00081199']?.Value ?? []
  if (typeof item !== 'object' || item === null) return 'notStored'
  const told = (item as DicomJson)['00091004']?.Value?.[0]
  return uploadDispositions.find((one) => one === told) ?? 'stored'
}
