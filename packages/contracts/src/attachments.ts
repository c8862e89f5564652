/** Files people add to a study: what is taken, what is told of each, and who sees it. */
import { Type, type Static } from 'typebox'
import { Performer } from './maintenance.ts'
import { Id, Moment, UID } from './values.ts'

const strict = { additionalProperties: false } as const

/** What is taken, told by the bytes and not by the name; with the endings its names have. */
export const attachmentTypes = {
  'application/pdf': ['pdf'],
  'image/jpeg': ['jpg', 'jpeg'],
  'image/png': ['png'],
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document': ['docx'],
  'video/mp4': ['mp4', 'm4v'],
} as const
export type AttachmentType = keyof typeof attachmentTypes

/** Most files of one study that are not deleted. */
export const maxAttachments = 200
export const maxAttachmentNameLength = 200

/** Shown in the page; others are for downloading. */
export const isViewable = (type: AttachmentType): boolean => type !== 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'

export const attachmentActions = ['view', 'download', 'show', 'hide', 'delete', 'restore'] as const
export type AttachmentAction = typeof attachmentActions[number]

export const Attachment = Type.Object({
  attachmentId: Id,
  fileName: Type.String({ description: 'as it was called where it came from' }),
  contentType: Type.Enum(Object.keys(attachmentTypes) as AttachmentType[]),
  byteLength: Type.Integer(),
  isShown: Type.Boolean({ description: 'false: kept from outside viewers' }),
  isScanned: Type.Boolean({ description: 'a malware scanner found nothing; false where the installation had none' }),
  addedBy: Performer,
  addedAt: Moment,
  deleted: Type.Optional(Type.Object({ deletedBy: Performer, deletedAt: Moment })),
  actions: Type.Array(Type.Enum([...attachmentActions]), { description: 'what the caller may do with it now' }),
})
export type Attachment = Static<typeof Attachment>

export const AttachmentList = Type.Object({
  items: Type.Array(Attachment, { description: 'in the order they were added' }),
  mayAdd: Type.Boolean(),
  maxBytes: Type.Integer({ description: 'of one file' }),
})
export type AttachmentList = Static<typeof AttachmentList>

export const AttachmentQuery = Type.Object({ deleted: Type.Optional(Type.Boolean({ description: 'those that were deleted too, for who may bring them back' })) }, strict)
export type AttachmentQuery = Static<typeof AttachmentQuery>
export const AttachmentParams = Type.Object({ StudyInstanceUID: UID, attachmentId: Id })
export const AttachmentVisibility = Type.Object({ isShown: Type.Boolean() }, strict)
export type AttachmentVisibility = Static<typeof AttachmentVisibility>

/** Where a browser fetches the file by itself: to be looked at, or kept under its name. */
export const attachmentPath = (organisationId: string, StudyInstanceUID: string, attachmentId: string, as: 'content' | 'download'): string =>
  `/o/${organisationId}/api/studies/${StudyInstanceUID}/attachments/${attachmentId}/${as}`
