/**
 * What OHIF 3.13.2 (cornerstone3D 5.6.8) asks of a DICOMweb server, recorded between a browser and a server; `seen` on the wire,
 * or `read` in the shipped bundle where no recording reached it. In braces what a test fills in, percent-encoded as OHIF does.
 */
export interface OhifRequest {
  readonly when: string
  readonly how: 'seen' | 'read'
  readonly path: string
  readonly accept: string
  readonly expects: Expectation
}

/** What OHIF does with the answer, and so needs of it. */
export type Expectation =
  /** The studies named, each with what the study list reads. */
  | { readonly studies: readonly ('ct' | 'multi' | 'sr')[] }
  /** That many series of the study, each with what the study browser reads. */
  | { readonly series: number }
  | { readonly instances: number }
  /** Metadata of that many instances, whole but for bulk data. */
  | { readonly metadata: number }
  /** One frame, in multipart or alone. */
  | { readonly frame: true }
  | { readonly mediaType: RegExp }
  /** Bytes of a bulk data value; alone where the caller can read nothing else. */
  | { readonly bulkdata: 'alone' | 'either' }
  | { readonly part10: true }

const json = 'application/dicom+json'
const listFields = 'includefield=00081030%2C00080060%2C00080090%2C00100030'
const list = `limit=101&offset=0&fuzzymatching=true&${listFields}`
const instance = '/studies/{study}/series/{series}/instances/{instance}'
const loop = '/studies/{multi}/series/{multiSeries}/instances/{multiInstance}'

export const ohifRequests: readonly OhifRequest[] = [
  // The study list and its filters.
  { when: 'the study list opens', how: 'seen', path: `/studies?${list}`, accept: json, expects: { studies: ['ct', 'multi', 'sr'] } },
  { when: 'a patient name is typed', how: 'seen', path: `/studies?PatientName=*DOE*&${list}`, accept: json, expects: { studies: ['ct'] } },
  { when: 'an MRN is typed', how: 'seen', path: `/studies?00100020=*MR-0002*&${list}`, accept: json, expects: { studies: ['multi'] } },
  { when: 'an accession number is typed', how: 'seen', path: `/studies?AccessionNumber=*ACC-CT-1*&${list}`, accept: json, expects: { studies: ['ct'] } },
  { when: 'a description is typed', how: 'seen', path: `/studies?StudyDescription=*BRAIN*&${list}`, accept: json, expects: { studies: ['ct'] } },
  { when: 'modalities are chosen', how: 'seen', path: `/studies?ModalitiesInStudy=CT%2CMR&${list}`, accept: json, expects: { studies: ['ct'] } },
  { when: 'a range of dates is chosen', how: 'seen', path: `/studies?StudyDate=20130101-20131231&${list}`, accept: json, expects: { studies: ['ct'] } },
  { when: 'only a first date is chosen', how: 'seen', path: `/studies?StudyDate=20200101-20991231&${list}`, accept: json, expects: { studies: ['multi', 'sr'] } },
  { when: 'only a last date is chosen', how: 'seen', path: `/studies?StudyDate=19700102-20131231&${list}`, accept: json, expects: { studies: ['ct'] } },
  { when: 'a row is selected', how: 'seen', path: '/studies/{study}/series?includefield=0008103E%2C00080021', accept: json, expects: { series: 2 } },

  // A study is opened.
  { when: 'a study opens', how: 'seen', path: `/studies?${list}&StudyInstanceUID={study}`, accept: json, expects: { studies: ['ct'] } },
  { when: 'a study opens: its series', how: 'seen', path: '/studies/{study}/series?includefield=00080021%2C00080031%2C0008103E%2C00200011', accept: json, expects: { series: 2 } },
  { when: 'one series of a study opens', how: 'seen', path: '/studies/{study}/series?includefield=00080021%2C00080031%2C0008103E%2C00200011&SeriesInstanceUID={series}', accept: json, expects: { series: 1 } },
  { when: 'a study opens: other studies of the patient', how: 'seen', path: `/studies?00100020={patient}&${list}`, accept: json, expects: { studies: ['ct'] } },
  { when: 'several studies open', how: 'read', path: `/studies?${list}&StudyInstanceUID={study}%5C{multi}`, accept: json, expects: { studies: ['ct', 'multi'] } },
  { when: 'a series has no thumbnail', how: 'seen', path: '/studies/{study}/series/{series}/instances?limit=1&includefield=00080018', accept: json, expects: { instances: 1 } },
  { when: 'a series is loaded', how: 'seen', path: '/studies/{study}/series/{series}/metadata', accept: json, expects: { metadata: 3 } },
  { when: 'a study is loaded whole', how: 'read', path: '/studies/{study}/metadata', accept: json, expects: { metadata: 5 } },

  // Frames.
  { when: 'a frame, without quotation marks', how: 'seen', path: `${instance}/frames/1`, accept: 'multipart/related; type=application/octet-stream; transfer-syntax=*', expects: { frame: true } },
  { when: 'a frame, by default', how: 'seen', path: `${instance}/frames/1`, accept: 'multipart/related; type="application/octet-stream"; transfer-syntax="*"', expects: { frame: true } },
  { when: 'a frame of a loop', how: 'seen', path: `${loop}/frames/3`, accept: 'multipart/related; type=application/octet-stream; transfer-syntax=*', expects: { frame: true } },
  { when: 'a frame in the syntax that is configured', how: 'read', path: `${instance}/frames/1`, accept: 'multipart/related; type=image/jls; transfer-syntax=1.2.840.10008.1.2.4.80', expects: { frame: true } },

  // Thumbnails.
  { when: 'a thumbnail', how: 'seen', path: `${instance}/thumbnail?accept=image%2Fjpeg`, accept: '*/*', expects: { mediaType: /^image\/jpeg/ } },
  { when: 'a thumbnail by fetch', how: 'seen', path: `${instance}/thumbnail?viewport=256%2C256`, accept: 'image/jpeg', expects: { mediaType: /^image\/jpeg/ } },
  { when: 'a thumbnail of a series in the study list', how: 'seen', path: '/studies/{study}/series/{series}/thumbnail?viewport=256%2C256', accept: 'image/jpeg', expects: { mediaType: /^image\/jpeg/ } },
  { when: 'a rendered image as thumbnail', how: 'seen', path: `${instance}/rendered?accept=image%2Fjpeg`, accept: '*/*', expects: { mediaType: /^image\/jpeg/ } },
  { when: 'a rendered image as thumbnail by fetch', how: 'seen', path: `${instance}/rendered?viewport=256%2C256`, accept: 'image/jpeg', expects: { mediaType: /^image\/jpeg/ } },
  {
    when: 'a thumbnail as the source of an img', how: 'seen', path: `${instance}/thumbnail?accept=image/jpeg`,
    accept: 'image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8', expects: { mediaType: /^image\/jpeg/ },
  },

  // Bulk data, documents, segmentations.
  { when: 'a value behind a BulkDataURI', how: 'seen', path: '{bulkdata}', accept: '*/*', expects: { bulkdata: 'either' } },
  { when: 'a waveform', how: 'seen', path: '{bulkdata}', accept: 'application/octet-stream', expects: { bulkdata: 'alone' } },
  { when: 'a PDF as the data of an object element', how: 'seen', path: '/studies/{sr}/series/{pdfSeries}/instances/{pdf}/rendered', accept: '*/*', expects: { mediaType: /^application\/pdf/ } },
  { when: 'a PDF behind its BulkDataURI', how: 'seen', path: '/studies/{sr}/series/{pdfSeries}/instances/{pdf}/bulkdata/00420011', accept: '*/*', expects: { bulkdata: 'either' } },
  { when: 'a segmentation', how: 'seen', path: '/studies/{multi}/series/{segSeries}/instances/{seg}', accept: 'multipart/related; type="application/dicom"', expects: { part10: true } },
]
