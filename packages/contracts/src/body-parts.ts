/** Body parts as a hospital requests and bills them, and the tags by which they are recognised in what arrives (PART-01 to PART-09, DICOM-09). */
import { Type, type Static } from 'typebox'
import { UID } from './values.ts'

/** Most parts, categories and tags of one hospital; all of them fit one answer. */
export const maxBodyParts = 3_000
export const maxPartCategories = 300
export const maxPartTags = 300
export const maxRulesOfTag = 20
/** Characters a rule may look for. A regular expression is held by an engine that takes linear time (decision 0052). */
export const maxRuleValue = 200
/** Bytes of a spreadsheet to be imported. */
export const maxPartSheetBytes = 4 * 1024 * 1024

const strict = { additionalProperties: false } as const
const Id = Type.String({ format: 'uuid' })
const Name = Type.String({ minLength: 1, maxLength: 60, pattern: '^\\s*\\S[^\\u0000-\\u001f]*$' })
/** Tags stand beside each other in a cell of a spreadsheet, parted by semicolons. */
const TagName = Type.String({ minLength: 1, maxLength: 60, pattern: '^\\s*[^\\s;；\\u0000-\\u001f][^;；\\u0000-\\u001f]*$' })
const DeviceTypeCode = Type.String({ pattern: '^[A-Z0-9_ ]{1,16}$', description: 'code of a type of devices' })
const PartCount = Type.Integer({ minimum: 1, maximum: 99, description: 'units the part counts as, where fees are for each part' })
const TagIds = Type.Array(Id, { maxItems: 20, uniqueItems: true })

/** Attributes a rule can look at. Of code sequences each item's code, `scheme:code` and meaning are looked at. */
export const tagAttributes = ['BodyPartExamined', 'StudyDescription', 'SeriesDescription', 'ProtocolName', 'AnatomicRegionSequence', 'ProcedureCodeSequence'] as const
export type TagAttribute = typeof tagAttributes[number]
/** Letters count alike whether large or small, and whether of full or half width. */
export const ruleOperators = ['equals', 'contains', 'matches'] as const
export type RuleOperator = typeof ruleOperators[number]

export const TagRule = Type.Object({
  attribute: Type.Enum([...tagAttributes]),
  operator: Type.Enum([...ruleOperators], { description: 'matches: a regular expression in the syntax of RE2, found anywhere' }),
  value: Type.String({ minLength: 1, maxLength: maxRuleValue, pattern: '\\S' }),
}, strict)
export type TagRule = Static<typeof TagRule>

const Rules = Type.Array(TagRule, { maxItems: maxRulesOfTag })
export const PartTag = Type.Object({
  tagId: Type.String(),
  name: Type.String(),
  rules: Type.Array(TagRule, { description: 'any of them suffices; tried in this order' }),
  isFinal: Type.Boolean({ description: 'where a series has it, tags further down are not looked for in that series' }),
  parts: Type.Integer({ description: 'how many parts it is a tag of' }),
  version: Type.Integer(),
})
export type PartTag = Static<typeof PartTag>
export const PartTagList = Type.Object({ items: Type.Array(PartTag, { description: 'in the order they are tried' }) })
export type PartTagList = Static<typeof PartTagList>
export const PartTagParams = Type.Object({ tagId: Id })
export const PartTagRequest = Type.Object({ name: TagName, rules: Rules, isFinal: Type.Boolean() }, strict)
export type PartTagRequest = Static<typeof PartTagRequest>
export const PartTagOrder = Type.Object({ tagIds: Type.Array(Id, { maxItems: maxPartTags, uniqueItems: true, description: 'every tag, in the order they are to be tried' }) }, strict)
export type PartTagOrder = Static<typeof PartTagOrder>

const NamedTag = Type.Object({ tagId: Type.String(), name: Type.String() })
/** Tags by which everybody who sees studies can find them. */
export const StudyTagList = Type.Object({ items: Type.Array(NamedTag, { description: 'in the order they are tried' }) })
export type StudyTagList = Static<typeof StudyTagList>
export const BodyPart = Type.Object({
  partId: Type.String(),
  name: Type.String(),
  partCount: PartCount,
  tags: Type.Array(NamedTag),
  version: Type.Integer(),
})
export type BodyPart = Static<typeof BodyPart>
export const PartCategory = Type.Object({
  categoryId: Type.String(),
  deviceType: Type.String(),
  name: Type.String(),
  parts: Type.Array(BodyPart),
  version: Type.Integer(),
})
export type PartCategory = Static<typeof PartCategory>
export const PartCategoryList = Type.Object({ items: Type.Array(PartCategory, { description: 'by type of devices, then in the order of their names' }) })
export type PartCategoryList = Static<typeof PartCategoryList>

export const PartCategoryParams = Type.Object({ categoryId: Id })
export const PartCategoryRequest = Type.Object({ deviceType: DeviceTypeCode, name: Name }, strict)
export type PartCategoryRequest = Static<typeof PartCategoryRequest>
export const PartCategoryPatch = Type.Object({ name: Name }, strict)
export type PartCategoryPatch = Static<typeof PartCategoryPatch>
export const PartCategoryEmptying = Type.Object({ parts: Type.Integer({ minimum: 1, maximum: maxBodyParts, description: 'how many parts were shown to be deleted' }) }, strict)
export type PartCategoryEmptying = Static<typeof PartCategoryEmptying>
export const BodyPartParams = Type.Object({ partId: Id })
export const BodyPartRequest = Type.Object({ name: Name, partCount: PartCount, tagIds: TagIds }, strict)
export type BodyPartRequest = Static<typeof BodyPartRequest>

/** Why a tag holds: the rule, and what of the study it fits. */
export const TagMatch = Type.Object({
  tagId: Type.String(),
  name: Type.String(),
  rule: TagRule,
  found: Type.String({ description: 'the value the rule fits' }),
  SeriesInstanceUID: Type.String({ description: 'the first series it holds for' }),
  series: Type.Integer({ description: 'how many series it holds for' }),
})
export type TagMatch = Static<typeof TagMatch>
export const SuggestedPart = Type.Object({
  partId: Type.String(),
  name: Type.String(),
  partCount: PartCount,
  deviceType: Type.String(),
  category: Type.String(),
  tagIds: Type.Array(Type.String(), { description: 'tags of the study it is suggested for' }),
})
export type SuggestedPart = Static<typeof SuggestedPart>
export const StudyParts = Type.Object({
  tags: Type.Array(TagMatch, { description: 'in the order of tags' }),
  parts: Type.Array(SuggestedPart, { description: 'parts that have one of the tags, of types of devices the study was made by' }),
})
export type StudyParts = Static<typeof StudyParts>

export const TagTestRequest = Type.Object({
  StudyInstanceUID: UID,
  tag: Type.Optional(Type.Object(
    { tagId: Type.Optional(Id), name: TagName, rules: Rules, isFinal: Type.Boolean() },
    { ...strict, description: 'a tag as it would be; one that is there is replaced for the test, a new one is tried last' },
  )),
}, strict)
export type TagTestRequest = Static<typeof TagTestRequest>
export const TagTest = Type.Object({
  ...StudyParts.properties,
  values: Type.Array(
    Type.Object({ attribute: Type.Enum([...tagAttributes]), value: Type.String(), series: Type.Integer({ description: 'how many series say it' }) }),
    { description: 'what the study says of the attributes rules look at' },
  ),
})
export type TagTest = Static<typeof TagTest>

/** Columns of the spreadsheet, in their order. */
export const partColumns = ['deviceType', 'category', 'name', 'tags', 'partCount'] as const
export type PartColumn = typeof partColumns[number]
export const partRowProblems = ['missing', 'tooLong', 'unknownDeviceType', 'badPartCount', 'badTag', 'tooManyTags', 'repeated', 'formulaError'] as const
export type PartRowProblem = typeof partRowProblems[number]
export const unreadableSheets = ['oldExcel', 'noSpreadsheet', 'tooLarge', 'tooManyRows', 'headings', 'noRows'] as const
export type UnreadableSheet = typeof unreadableSheets[number]

export const PartExportQuery = Type.Object({
  language: Type.Enum(['zh-CN', 'en'], { description: 'of the headings' }),
  categoryId: Type.Optional(Type.Union([Id, Type.Array(Id, { maxItems: maxPartCategories, uniqueItems: true })], { description: 'only these categories' })),
}, strict)
export type PartExportQuery = Static<typeof PartExportQuery>
export const PartImport = Type.Object({
  isDone: Type.Boolean({ description: 'false where it was a dry run' }),
  created: Type.Integer(), changed: Type.Integer(), unchanged: Type.Integer(),
  newCategories: Type.Array(Type.Object({ deviceType: Type.String(), name: Type.String() })),
  newTags: Type.Array(Type.String(), { description: 'tags that are made without rules' }),
  errors: Type.Array(Type.Object({
    row: Type.Integer({ description: 'as the spreadsheet counts: the headings are row 1' }),
    column: Type.Enum([...partColumns]),
    problem: Type.Enum([...partRowProblems]),
    value: Type.String(),
  }), { description: 'nothing is imported as long as there is one' }),
  isCut: Type.Boolean({ description: 'there are more errors than are told' }),
})
export type PartImport = Static<typeof PartImport>
