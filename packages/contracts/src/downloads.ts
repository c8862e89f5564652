/** Downloads: studies as a zip with a DICOMDIR (DL-01, D-17) and lists as spreadsheets (DL-04), made while they are fetched or in the background. */
import { Type, type Static } from 'typebox'
import { PageQuery } from './paging.ts'
import { Moment, UID } from './values.ts'

const OrganisationId = Type.String({ pattern: '^[1-9][0-9]{0,17}$' })

/** Studies of one zip. */
export const maxDownloadStudies = 100
/** Longest name one gives a file, without its ending. */
export const maxDownloadNameLength = 100

export const DownloadRequest = Type.Object({
  studies: Type.Array(UID, { minItems: 1, maxItems: maxDownloadStudies, uniqueItems: true, description: 'StudyInstanceUIDs' }),
  isAnonymised: Type.Optional(Type.Boolean({ description: 'headers are de-identified by the basic profile of PS3.15 Annex E; absent: where the caller may not see identities, who must not say false' })),
  fileName: Type.Optional(Type.String({ minLength: 1, maxLength: maxDownloadNameLength, pattern: '\\S', description: 'typed by hand, without ending; absent: a name that says nothing of the patient' })),
}, { additionalProperties: false })
export type DownloadRequest = Static<typeof DownloadRequest>

export const downloadKinds = ['studies', 'list'] as const
/** waiting → making → ready or failed. outdated: what is in it has since been deleted or hidden, or may not be had so any more; it can be made anew. */
export const downloadStates = ['waiting', 'making', 'ready', 'failed', 'outdated'] as const
export type DownloadState = typeof downloadStates[number]
/** gone: a study is no longer there; notAllowed: the permission is; tooManyRows: more than a file holds; broken: it failed again and again. */
export const downloadFailures = ['gone', 'notAllowed', 'tooManyRows', 'broken'] as const
export type DownloadFailure = typeof downloadFailures[number]

export const Download = Type.Object({
  downloadId: Type.String(),
  organisationId: Type.String(),
  kind: Type.Enum([...downloadKinds]),
  fileName: Type.String({ description: 'with its ending' }),
  state: Type.Enum([...downloadStates]),
  failure: Type.Optional(Type.Enum([...downloadFailures])),
  isBackground: Type.Boolean({ description: 'made once and kept; else made while it is fetched' }),
  isAnonymised: Type.Optional(Type.Boolean({ description: 'of studies' })),
  studies: Type.Optional(Type.Integer({ description: 'how many studies' })),
  instances: Type.Optional(Type.Integer({ description: 'files in the zip' })),
  leftOut: Type.Optional(Type.Integer({
    description: 'objects that stay out: series hidden from outside, of an anonymised zip documents, which are all text, and what is too broken to be written, which a file in the zip names',
  })),
  byteLength: Type.Optional(Type.Integer({ description: 'of the file once it is made; before, about what it will have' })),
  doneBytes: Type.Integer({ description: 'made so far' }),
  createdAt: Moment,
  expiresAt: Moment,
  fetches: Type.Integer({ description: 'how often it was fetched to its end' }),
  actions: Type.Array(Type.Enum(['fetch', 'retry', 'remove']), { description: 'what the caller may do now; to remove what is being made cancels it' }),
})
export type Download = Static<typeof Download>

export const DownloadQuery = Type.Object({ ...PageQuery.properties, organisationId: Type.Optional(OrganisationId) })
export type DownloadQuery = Static<typeof DownloadQuery>
export const DownloadPage = Type.Object({
  items: Type.Array(Download),
  next: Type.Optional(Type.String()),
  keptBytes: Type.Integer({ description: 'of all kept files of the caller that the session is good for' }),
  quotaBytes: Type.Integer({ description: 'most they may have' }),
})
export type DownloadPage = Static<typeof DownloadPage>

export const DownloadParams = Type.Object({ downloadId: Type.String({ pattern: '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' }) })

/** Where a browser fetches a download by itself: the cookie says who, the id what, and nothing says of whom. */
export const downloadFilePath = (downloadId: string): string => `/api/downloads/${downloadId}/file`
