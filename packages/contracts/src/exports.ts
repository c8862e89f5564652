/** Lists as spreadsheets (DL-04): which fields there are, and what is asked for. */
import { Type, type Static, type TProperties } from 'typebox'
import { StudyFilter, studySorts } from './studies.ts'

export const exportFormats = ['xlsx', 'csv'] as const
export type ExportFormat = typeof exportFormats[number]
export const exportLanguages = ['zh-CN', 'en'] as const
export type ExportLanguage = typeof exportLanguages[number]

/** Most rows of one file; a sheet has room for a million and a header. */
export const maxExportRows = 1_000_000
/** Up to so many rows a file is made while it is fetched; longer ones are made in the background. */
export const directExportRows = 10_000

const Labels = Type.Object({ 'zh-CN': Type.String(), en: Type.String() })

/** What a list can be exported with, in the order of the file's columns; what the caller may not see is not among it. */
export const ExportFields = Type.Object({
  items: Type.Array(Type.Object({ key: Type.String(), label: Labels, isUsual: Type.Boolean({ description: 'chosen as long as nobody has chosen otherwise' }) })),
})
export type ExportFields = Static<typeof ExportFields>

/** What every export asks for beside the filter of its list. */
export const exportChoice = {
  format: Type.Enum([...exportFormats]),
  language: Type.Enum([...exportLanguages], { description: 'of the headings and of words in cells' }),
  timeZone: Type.Optional(Type.String({ pattern: '^[A-Za-z0-9_+/-]{1,64}$', description: 'IANA name of the zone moments are written in; UTC where it is absent' })),
  fields: Type.Array(Type.String({ minLength: 1, maxLength: 64 }), { minItems: 1, maxItems: 100, uniqueItems: true, description: 'keys of fields, in the order of the columns' }),
} satisfies TProperties

export const StudyExportRequest = Type.Object({
  ...exportChoice,
  filter: StudyFilter,
  sort: Type.Optional(Type.Enum([...studySorts])),
  order: Type.Optional(Type.Enum(['asc', 'desc'])),
}, { additionalProperties: false })
export type StudyExportRequest = Static<typeof StudyExportRequest>

/** What a dialog sends for any list; the list adds its filter. */
export interface ExportChoice {
  readonly format: ExportFormat
  readonly language: ExportLanguage
  /** IANA name: moments are written as the reader's clock has them. */
  readonly timeZone: string
  readonly fields: string[]
}
