/** Links that show one to five studies to whoever holds them (SHARE-01 to SHARE-03, VIEW-12). */
import { Type, type Static } from 'typebox'
import { Attachment, AttachmentParams } from './attachments.ts'
import { PageQuery } from './paging.ts'
import { Moment, UID } from './values.ts'

/** Studies one link may show (D-18). */
export const maxSharedStudies = 5
/** Longest time a link lasts; there is none without an end (D-88). */
export const maxShareDays = 90
/** With the tenth wrong password a link closes for good. */
export const wrongSharePasswords = 10

/** Below it stand the page of a link and its DICOMweb service. The token follows as the fragment, which no browser sends to a server. */
export const sharePathOf = (linkId: string): string => `/s/${linkId}`

/** What is left in the pictures of an anonymised link (PS3.15 §E.3.1, §E.3.2). */
export const shareRisks = ['burnedInAnnotation', 'possibleAnnotation', 'recognisableFeatures', 'documentsLeftOut'] as const
export const ShareRisk = Type.Enum([...shareRisks])
export type ShareRisk = typeof shareRisks[number]

export const ShareRiskQuery = Type.Object({ studies: Type.String({ pattern: '^[0-9.]+(,[0-9.]+){0,4}$', description: 'StudyInstanceUIDs, one to five, with commas between them' }) })
export const ShareRiskList = Type.Object({ items: Type.Array(Type.Object({ StudyInstanceUID: Type.String(), risks: Type.Array(ShareRisk),
  attachments: Type.Integer({ description: 'files shown to outside viewers: a link that is not anonymised opens them' }) })) })
export type ShareRiskList = Static<typeof ShareRiskList>

export const ShareLinkRequest = Type.Object({
  studies: Type.Array(UID, { minItems: 1, maxItems: maxSharedStudies, uniqueItems: true, description: 'StudyInstanceUIDs' }),
  isAnonymised: Type.Boolean({ description: 'what leaves is de-identified by the basic profile of PS3.15 Annex E' }),
  validHours: Type.Integer({ minimum: 1, maximum: maxShareDays * 24 }),
  password: Type.Optional(Type.String({ minLength: 6, maxLength: 128 })),
}, { additionalProperties: false })
export type ShareLinkRequest = Static<typeof ShareLinkRequest>

/** active → expired, revoked, or locked by wrong passwords. */
export const shareLinkStates = ['active', 'expired', 'revoked', 'locked'] as const
export type ShareLinkState = typeof shareLinkStates[number]

const linkIdPattern = '^[A-Za-z0-9_-]{16}$'
export const ShareLinkParams = Type.Object({ linkId: Type.String({ pattern: linkIdPattern }) })

export const ShareLink = Type.Object({
  linkId: Type.String(),
  studies: Type.Array(Type.Object({
    StudyInstanceUID: Type.String(),
    isGone: Type.Boolean({ description: 'deleted since; the link no longer shows it' }),
    about: Type.Optional(Type.Object(
      { PatientName: Type.Optional(Type.String()), examTypes: Type.Array(Type.String()), StudyDate: Type.Optional(Type.String()) },
      { description: 'of listed links, for who holds study.view: what tells the study apart in the study list; absent where it is gone' },
    )),
  })),
  isAnonymised: Type.Boolean(),
  hasPassword: Type.Boolean(),
  state: Type.Enum([...shareLinkStates]),
  createdAt: Moment,
  expiresAt: Moment,
  views: Type.Integer({ description: 'how often it was opened' }),
  lastViewedAt: Type.Optional(Moment),
  actions: Type.Array(Type.Enum(['revoke']), { description: 'what the caller may do now' }),
})
export type ShareLink = Static<typeof ShareLink>

export const NewShareLink = Type.Object({ ...ShareLink.properties, path: Type.String({ description: 'address of its page below the server, with the token as fragment; it is told this once' }) })
export type NewShareLink = Static<typeof NewShareLink>

export const ShareLinkQuery = PageQuery
export const ShareLinkPage = Type.Object({ items: Type.Array(ShareLink), next: Type.Optional(Type.String()) })
export type ShareLinkPage = Static<typeof ShareLinkPage>

/** Opening a link, by whoever holds it. */
export const ShareViewRequest = Type.Object({
  token: Type.String({ pattern: '^[A-Za-z0-9_-]{43}$' }),
  password: Type.Optional(Type.String({ maxLength: 128 })),
}, { additionalProperties: false })
export type ShareViewRequest = Static<typeof ShareViewRequest>

/** What a visitor may see; the cookie that comes with it is for the link's DICOMweb service alone. */
export const ShareView = Type.Object({
  studies: Type.Array(Type.String(), { description: 'StudyInstanceUIDs as the service of the link has them' }),
  isAnonymised: Type.Boolean(),
  expiresAt: Type.String({ format: 'date-time', maxLength: 40, description: 'when the visit ends: the link is opened again then' }),
  linkExpiresAt: Type.String({ format: 'date-time', maxLength: 40, description: 'when the link ends' }),
})
export type ShareView = Static<typeof ShareView>

const { attachmentId, fileName, contentType, byteLength, addedAt } = Attachment.properties
/** A file as visitors of a link that is not anonymised have it. */
export const SharedAttachment = Type.Object({ attachmentId, fileName, contentType, byteLength, addedAt })
export type SharedAttachment = Static<typeof SharedAttachment>

/** The shared studies that have files which are shown to outside viewers, in the order of the link, with what tells them apart. */
export const SharedAttachmentList = Type.Object({
  studies: Type.Array(Type.Object({
    StudyInstanceUID: Type.String(),
    PatientName: Type.Optional(Type.String()),
    StudyDate: Type.Optional(Type.String()),
    StudyDescription: Type.Optional(Type.String()),
    items: Type.Array(SharedAttachment, { description: 'in the order they were added' }),
  })),
})
export type SharedAttachmentList = Static<typeof SharedAttachmentList>

export const SharedAttachmentParams = Type.Object({ ...ShareLinkParams.properties, ...AttachmentParams.properties })

/** Where who has opened a link finds its files, and a browser each of them. */
export const sharedAttachmentsPath = (linkId: string): string => `${sharePathOf(linkId)}/attachments`
export const sharedAttachmentPath = (linkId: string, StudyInstanceUID: string, attachmentId: string, as: 'content' | 'download'): string =>
  `${sharePathOf(linkId)}/studies/${StudyInstanceUID}/attachments/${attachmentId}/${as}`
