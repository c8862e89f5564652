/** Resumable uploads (tus 1.0.0): what the product API tells of them in JSON; the protocol itself is in headers. */
import { Type, type Static, type TOptional, type TString } from 'typebox'
import { correctableKeywords, studyCategories, type CorrectableKeyword } from './studies.ts'
import { Id, Moment } from './values.ts'

/**
 * What an upload may be, `kind` in Upload-Metadata: an `instance` is one DICOM object, as a Part 10 file; a `file` is a picture, a document or a video that the
 * server makes a DICOM object of, as `describes` in Upload-Metadata says.
 */
export const uploadKinds = ['instance', 'file'] as const
export type UploadKind = typeof uploadKinds[number]

/**
 * Corrections of the study an instance is of (D-87), `corrections` in Upload-Metadata as JSON: kept with the upload and made when the study has arrived.
 * What the object itself says stays in it.
 */
export const UploadCorrections = Type.Object(
  Object.fromEntries(
    correctableKeywords.map((keyword) => [keyword, Type.Optional(Type.String({ minLength: 1, maxLength: 1024 }))]),
  ) as Record<CorrectableKeyword, TOptional<TString>>,
  { minProperties: 1, additionalProperties: false },
)
export type UploadCorrections = Static<typeof UploadCorrections>

const Text = (maxLength: number) => Type.String({ minLength: 1, maxLength, pattern: '^(?=.*\\S)[^\\u0000-\\u001f\\u007f\\\\]+$' })
const Day = Type.String({ pattern: '^[0-9]{4}(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])$' })

/** What took a picture of an eye (PS3.16 CID 4202). */
export const eyeDevices = ['fundusCamera', 'scanningLaserOphthalmoscope'] as const
/** What an endoscope looked into. */
export const anatomicRegions = ['esophagus', 'stomach', 'duodenum', 'colon', 'rectum', 'nose', 'larynx', 'trachea', 'bronchus', 'bladder', 'abdomen', 'knee'] as const
export type AnatomicRegion = typeof anatomicRegions[number]
export const eyes = ['R', 'L', 'B'] as const

/**
 * What makes a DICOM object of a file (PLAT-11), `describes` in Upload-Metadata as JSON. Of a study that is there, patient and study are as it says whatever stands here.
 */
export const FileDescription = Type.Object({
  category: Type.Enum([...studyCategories]),
  StudyInstanceUID: Type.String({ pattern: '^(?=.{1,64}$)(0|[1-9][0-9]*)(\\.(0|[1-9][0-9]*))+$' }),
  batch: Type.String({ pattern: '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$', description: 'files of one batch and kind are one series' }),
  InstanceNumber: Type.Integer({ minimum: 1, maximum: 99_999 }),
  PatientName: Type.Optional(Text(194)),
  PatientID: Type.Optional(Text(64)),
  PatientSex: Type.Optional(Type.Enum(['M', 'F', 'O'])),
  PatientBirthDate: Type.Optional(Day),
  StudyDate: Type.Optional(Day),
  AccessionNumber: Type.Optional(Text(16)),
  StudyDescription: Type.Optional(Text(64)),
  title: Type.Optional(Type.String({ maxLength: 64, description: 'of the series; of a document its title' })),
  ImageLaterality: Type.Optional(Type.Enum([...eyes], { description: 'of ophthalmology' })),
  eyeDevice: Type.Optional(Type.Enum([...eyeDevices], { description: 'of ophthalmology' })),
  anatomicRegion: Type.Optional(Type.Enum([...anatomicRegions], { description: 'of endoscopy; a video must have it' })),
  SpecimenIdentifier: Type.Optional({ ...Text(64), description: 'of pathology' }),
}, { additionalProperties: false })
export type FileDescription = Static<typeof FileDescription>

/** What became of a file beside being stored, or why it was not. */
export const uploadFindings = [
  'recompressed', 'reducedDepth', 'unknownFile', 'brokenPicture', 'tooManyPixels', 'notPdf', 'encryptedPdf', 'videoUnreadable', 'videoCodec', 'videoProfile', 'patientMissing', 'descriptionIncomplete',
] as const
export type UploadFinding = typeof uploadFindings[number]

/** What came of the object: `alreadyThere` where the very same was stored before, `heldApart` where it is kept, but its study is of another patient. */
export const uploadDispositions = ['stored', 'alreadyThere', 'heldApart', 'notStored'] as const
export type UploadDisposition = typeof uploadDispositions[number]

/** `open` takes bytes; `complete` has them all and is being stored; `finished` has a result. */
export const uploadStates = ['open', 'complete', 'finished'] as const
export type UploadState = typeof uploadStates[number]

/** One upload, and what came of it. */
export const Upload = Type.Object({
  uploadId: Id,
  kind: Type.Enum([...uploadKinds]),
  state: Type.Enum([...uploadStates]),
  byteLength: Type.Integer({ minimum: 0 }),
  byteOffset: Type.Integer({ minimum: 0, description: 'bytes that have come' }),
  createdAt: Moment,
  expiresAt: Moment,
  status: Type.Optional(Type.Integer({ description: 'status a store request of this object alone would have been answered with' })),
  finding: Type.Optional(Type.Enum([...uploadFindings], { description: 'of a file: what was done to it, or why nothing could be made of it' })),
  disposition: Type.Optional(Type.Enum([...uploadDispositions], { description: 'what came of it, of an upload that is finished' })),
  result: Type.Optional(Type.Record(Type.String(), Type.Unknown(), { description: 'Store Instances Response (PS3.18 Annex I) in DICOM JSON' })),
})
export type Upload = Static<typeof Upload>

export const UploadParams = Type.Object({ uploadId: Id })

/** What a browser sends must be smaller (UPL-02, D-71); larger objects come through a gateway, which has no such limit. */
export const browserInstanceBytes = 20 * 1024 * 1024
export const browserArchiveBytes = 500 * 1024 * 1024
