/** Resumable uploads (tus 1.0.0): what the product API tells of them in JSON; the protocol itself is in headers. */
import { Type, type Static, type TOptional, type TString } from 'typebox'
import { correctableKeywords, type CorrectableKeyword } from './studies.ts'

const Id = Type.String({ pattern: '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$', description: 'UUID in lower case' })
const Moment = Type.String({ format: 'date-time', maxLength: 40 })

/** What an upload may be, `kind` in Upload-Metadata: an `instance` is one DICOM object, as a Part 10 file. */
export const uploadKinds = ['instance'] as const
export type UploadKind = typeof uploadKinds[number]

/**
 * Corrections of the study an instance is of (D-87), `corrections` in Upload-Metadata as JSON: kept with the upload and made when the study has arrived.
 * What the object itself says stays in it.
 */
export const UploadCorrections = Type.Object(Object.fromEntries(correctableKeywords.map((keyword) => [keyword, Type.Optional(Type.String({ minLength: 1, maxLength: 1024 }))])) as Record<CorrectableKeyword, TOptional<TString>>, { minProperties: 1, additionalProperties: false })
export type UploadCorrections = Static<typeof UploadCorrections>

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
  result: Type.Optional(Type.Record(Type.String(), Type.Unknown(), { description: 'Store Instances Response (PS3.18 Annex I) in DICOM JSON' })),
})
export type Upload = Static<typeof Upload>

export const UploadParams = Type.Object({ uploadId: Id })

/** What a browser sends must be smaller (UPL-02, D-71); larger objects come through a gateway, which has no such limit. */
export const browserInstanceBytes = 20 * 1024 * 1024
export const browserArchiveBytes = 500 * 1024 * 1024
