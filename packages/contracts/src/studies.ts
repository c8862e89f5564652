/** The study list: what a row says, how studies are found and sorted, what a study's page shows, and what may be done with each. */
import { Type, type Static, type TOptional } from 'typebox'
import { maxPageSize, PageQuery } from './paging.ts'
import { Performer } from './maintenance.ts'
import { Moment, UID } from './values.ts'

const Day = Type.String({ pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}$', description: 'calendar day, YYYY-MM-DD' })
const Text = Type.String({ minLength: 1, maxLength: 64, pattern: '\\S' })
const strict = { additionalProperties: false } as const

/** Where a study stands: as it arrived, or locked by somebody. Requests for a diagnosis add theirs. */
export const studyStates = ['normal', 'locked'] as const
export type StudyState = typeof studyStates[number]
export const StudyState = Type.Enum([...studyStates])

/** The six kinds of examination a cloud keeps apart (PLAT-11). */
export const studyCategories = ['radiology', 'ophthalmology', 'pathology', 'endoscopy', 'electrocardiogram', 'ultrasound'] as const
export type StudyCategory = typeof studyCategories[number]

/** Exam types a list offers first; others are spelled as their DICOM modality (D-11). */
export const commonExamTypes = ['MR', 'CT', 'DR', 'DX', 'US'] as const

export const studyActions = ['open', 'lock', 'unlock', 'delete', 'download', 'share', 'shareColleague', 'addFavourite', 'removeFavourite', 'editCase'] as const
export type StudyAction = typeof studyActions[number]

export { maxStudiesTogether } from './viewer.ts'

/** By what a person is told from others, in the order a reader looks. */
export const patientKeywords = ['PatientName', 'PatientID', 'PatientSex', 'PatientBirthDate'] as const
export type PatientKeyword = typeof patientKeywords[number]

/** Attributes are spelled as in DICOM and written as there; what the images do not say is absent. */
export const StudySummary = Type.Object({
  StudyInstanceUID: Type.String(),
  recordId: Type.String({ description: 'the platform\'s own number of the study, "data ID": twelve hexadecimal digits, the same after a deletion and restoration' }),
  PatientName: Type.Optional(Type.String()),
  PatientID: Type.Optional(Type.String()),
  PatientSex: Type.Optional(Type.String()),
  PatientAge: Type.Optional(Type.String({ description: 'as the images say it, an Age String: 034Y' })),
  age: Type.Optional(Type.Object({ value: Type.Integer(), unit: Type.Enum(['years', 'months', 'weeks', 'days']) }, { description: 'at the examination; out of PatientAge, else of birth and study date' })),
  AccessionNumber: Type.Optional(Type.String({ description: 'the study number' })),
  StudyID: Type.Optional(Type.String()),
  StudyDate: Type.Optional(Type.String()),
  StudyTime: Type.Optional(Type.String()),
  TimezoneOffsetFromUTC: Type.Optional(Type.String()),
  StudyDescription: Type.Optional(Type.String()),
  BodyPartExamined: Type.Array(Type.String()),
  tags: Type.Array(Type.String({ description: 'names of its tags as they were last matched, in their order' })),
  ModalitiesInStudy: Type.Array(Type.String()),
  examTypes: Type.Array(Type.String()),
  category: Type.Enum([...studyCategories]),
  InstitutionName: Type.Optional(Type.String()),
  ReferringPhysicianName: Type.Optional(Type.String()),
  NumberOfStudyRelatedSeries: Type.Integer(),
  NumberOfStudyRelatedInstances: Type.Integer(),
  state: StudyState,
  lock: Type.Optional(Type.Object({ lockedBy: Performer, lockedAt: Moment })),
  uploader: Type.Optional(Performer),
  arrivedAt: Type.String({ format: 'date-time', description: 'when its first object was stored' }),
  changedAt: Type.String({ format: 'date-time', description: 'when something was last stored into it or taken out' }),
  byteLength: Type.Optional(Type.Integer({ description: 'of all its objects; where it was asked for' })),
  identity: Type.Optional(Type.Object({
    PatientBirthDate: Type.Optional(Type.String()),
    PatientTelephoneNumbers: Type.Optional(Type.String()),
    OtherPatientIDs: Type.Optional(Type.String()),
    PatientAddress: Type.Optional(Type.String()),
  }, { description: 'only for who may see identities' })),
  corrected: Type.Array(Type.String(), { description: 'keywords that are not as the images say' }),
  correctedFrom: Type.Optional(Type.Object({
    PatientName: Type.Optional(Type.String()),
    PatientID: Type.Optional(Type.String()),
    PatientSex: Type.Optional(Type.String()),
    PatientBirthDate: Type.Optional(Type.String()),
  }, { description: 'whose it is by the images, of what of that has been corrected; without what they do not say, and the birth date only for who may see identities' })),
  isFavourite: Type.Boolean(),
  hiddenSeries: Type.Integer({ description: 'series that are not shown to outside viewers' }),
  actions: Type.Array(Type.Enum([...studyActions]), { description: 'what the caller may do now' }),
})
export type StudySummary = Static<typeof StudySummary>

export const studySorts = ['arrival', 'exam'] as const
export type StudySort = typeof studySorts[number]

/** Shortest text worth looking for (MOB-04). */
export const minKeywordLength = 2
/** What a fresh list shows, by arrival (LIST-06, D-13). */
export const defaultWindowHours = 24
/** Matches are counted up to here. */
export const studiesCountedTo = 1_000

/** Everything must hold. Without an arrival, the last day is shown; "record" lifts that and every other condition. */
export const StudyFilter = Type.Object({
  record: Type.Optional(Type.String({ pattern: '^([0-9]+(\\.[0-9]+)*|[0-9A-Fa-f]{12})$', maxLength: 64, description: 'StudyInstanceUID or data ID of one study, wherever it is' })),
  studyNumber: Type.Optional({ ...Text, description: 'AccessionNumber, exactly' }),
  patientId: Type.Optional({ ...Text, description: 'PatientID, exactly' }),
  dataId: Type.Optional(Type.String({ pattern: '^[0-9A-Fa-f]{12}$', description: 'data ID, exactly' })),
  name: Type.Optional({ ...Text, description: 'anywhere in the patient\'s name' }),
  keyword: Type.Optional(Type.String({ minLength: minKeywordLength, maxLength: 64, description: 'in the name; PatientID and AccessionNumber from their beginning; a data ID' })),
  sex: Type.Optional(Type.Enum(['M', 'F', 'O', 'none'])),
  examType: Type.Optional(Type.String({
    pattern: '^[A-Z0-9_ ]{1,16}(,[A-Z0-9_ ]{1,16}){0,19}$',
    description: 'one of these, parted by commas: modalities, or types of devices of the hospital\'s own; DR: whatever a plain X-ray is coded as',
  })),
  tag: Type.Optional(Type.String({
    pattern: '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}(,[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}){0,19}$',
    description: 'has one of these tags, by tagId, parted by commas; what arrives is matched within a minute',
  })),
  state: Type.Optional(StudyState),
  uploader: Type.Optional({ ...Text, description: 'in the name of who stored it first: a person or a gateway' }),
  arrivedFrom: Type.Optional(Moment),
  arrivedTo: Type.Optional({ ...Moment, description: 'before this moment' }),
  arrival: Type.Optional(Type.Enum(['any'], { description: 'whenever it arrived' })),
  examFrom: Type.Optional(Day),
  examTo: Type.Optional({ ...Day, description: 'this day included' }),
  favourites: Type.Optional(Type.Boolean({ description: 'only those the caller has marked' })),
}, strict)
export type StudyFilter = Static<typeof StudyFilter>

export const StudyListQuery = Type.Object({
  ...StudyFilter.properties,
  ...PageQuery.properties,
  sort: Type.Optional(Type.Enum([...studySorts])),
  order: Type.Optional(Type.Enum(['asc', 'desc'])),
  withSize: Type.Optional(Type.Boolean({ description: 'bytes of each study too' })),
}, strict)
export type StudyListQuery = Static<typeof StudyListQuery>

export const StudyPage = Type.Object({
  items: Type.Array(StudySummary, { maxItems: maxPageSize }),
  next: Type.Optional(Type.String()),
  arrivedFrom: Type.Optional(Type.String({ format: 'date-time', description: 'the beginning of the window that was looked into' })),
  isRelaxed: Type.Boolean({ description: 'the usual window does not hold, since one record was asked for' }),
  count: Type.Optional(Type.Integer({ description: `matches, on the first page; up to ${studiesCountedTo}` })),
  isCountExact: Type.Optional(Type.Boolean()),
  isTagSearchComplete: Type.Optional(Type.Boolean({ description: 'where a tag was asked for; false: rules have changed, and studies of before are still being matched by them' })),
})
export type StudyPage = Static<typeof StudyPage>

// ── One study ──────────────────────────────────────────────────────────────────────────────────

export const StudySeries = Type.Object({
  SeriesInstanceUID: Type.String(),
  Modality: Type.Optional(Type.String()),
  SeriesNumber: Type.Optional(Type.String()),
  SeriesDescription: Type.Optional(Type.String()),
  SeriesDate: Type.Optional(Type.String()),
  SeriesTime: Type.Optional(Type.String()),
  BodyPartExamined: Type.Optional(Type.String()),
  NumberOfSeriesRelatedInstances: Type.Integer(),
  isShown: Type.Boolean({ description: 'false: kept from outside viewers' }),
  hiddenBy: Type.Optional(Performer),
})
export type StudySeries = Static<typeof StudySeries>

/** What a person may correct, with what its values are and how many characters of text; who may not see identities may not correct them. Date and time of the examination are the device's. */
export const correctable = {
  PatientName: { block: 'patient', kind: 'name', most: 194 },
  PatientID: { block: 'patient', kind: 'text', most: 64 },
  PatientSex: { block: 'patient', kind: 'sex', most: 1 },
  PatientAge: { block: 'patient', kind: 'age', most: 4 },
  PatientSize: { block: 'patient', kind: 'number', most: 16 },
  PatientWeight: { block: 'patient', kind: 'number', most: 16 },
  MedicalAlerts: { block: 'patient', kind: 'text', most: 64 },
  Allergies: { block: 'patient', kind: 'text', most: 64 },
  AdditionalPatientHistory: { block: 'patient', kind: 'text', most: 1024 },
  PatientComments: { block: 'patient', kind: 'text', most: 1024 },
  PatientBirthDate: { block: 'patient', kind: 'date', most: 8, isIdentity: true },
  OtherPatientIDs: { block: 'patient', kind: 'text', most: 64, isIdentity: true },
  PatientTelephoneNumbers: { block: 'patient', kind: 'text', most: 16, isIdentity: true },
  PatientAddress: { block: 'patient', kind: 'text', most: 64, isIdentity: true },
  StudyDescription: { block: 'exam', kind: 'text', most: 64 },
  StudyID: { block: 'exam', kind: 'text', most: 16 },
  InstitutionName: { block: 'exam', kind: 'text', most: 64 },
  InstitutionalDepartmentName: { block: 'exam', kind: 'text', most: 64 },
  OperatorsName: { block: 'exam', kind: 'name', most: 194 }, PerformingPhysicianName: { block: 'exam', kind: 'name', most: 194 },
  AccessionNumber: { block: 'order', kind: 'text', most: 16 },
  ReferringPhysicianName: { block: 'order', kind: 'name', most: 194 },
  RequestingPhysician: { block: 'order', kind: 'name', most: 194 },
  RequestingService: { block: 'order', kind: 'text', most: 64 },
  AdmissionID: { block: 'order', kind: 'text', most: 64 },
  AdmittingDiagnosesDescription: { block: 'order', kind: 'text', most: 64 },
  ReasonForVisit: { block: 'order', kind: 'text', most: 64 },
  CurrentPatientLocation: { block: 'order', kind: 'text', most: 64 },
} as const satisfies Readonly<Record<string, { readonly block: 'patient' | 'exam' | 'order'; readonly kind: 'name' | 'text' | 'date' | 'sex' | 'age' | 'number'; readonly most: number; readonly isIdentity?: true }>>
export type CorrectableKeyword = keyof typeof correctable
export const correctableKeywords = Object.keys(correctable) as CorrectableKeyword[]
export const isIdentityKeyword = (keyword: CorrectableKeyword): boolean => 'isIdentity' in correctable[keyword]

/** One attribute of the case by its keyword: as the images say it, or as somebody has corrected it. */
export const CaseAttribute = Type.Object({
  keyword: Type.String(),
  value: Type.String(),
  correction: Type.Optional(Type.Object({ original: Type.Optional(Type.String({ description: 'as the images say it; absent where they say nothing' })), correctedBy: Performer, correctedAt: Moment })),
})
export type CaseAttribute = Static<typeof CaseAttribute>

export const relatedReasons = ['linked', 'samePatient'] as const
export const RelatedStudy = Type.Object({ study: StudySummary, reason: Type.Enum([...relatedReasons], { description: 'linked: by somebody; samePatient: suggested' }), linkedBy: Type.Optional(Performer) })
export type RelatedStudy = Static<typeof RelatedStudy>

export const StudyDetail = Type.Object({
  ...StudySummary.properties,
  caseInformation: Type.Object({ patient: Type.Array(CaseAttribute), exam: Type.Array(CaseAttribute), order: Type.Array(CaseAttribute) }, { description: 'who, what, and what was asked for' }),
  caseVersion: Type.Integer({ description: 'of the corrections, for If-Match; 0 where there were none yet' }),
  series: Type.Array(StudySeries),
  related: Type.Array(RelatedStudy, { description: 'linked studies, then those of the same patient, the latest first' }),
})
export type StudyDetail = Static<typeof StudyDetail>

const CorrectionValue = Type.Union([Type.String({ minLength: 1, maxLength: 1024 }), Type.Null()])
/** Corrections by keyword; null takes one away, so that what the images say holds again. */
export const CaseCorrections = Type.Object({
  corrections: Type.Object(
    Object.fromEntries(
      correctableKeywords.map((keyword) => [keyword, Type.Optional(CorrectionValue)]),
    ) as Record<CorrectableKeyword, TOptional<typeof CorrectionValue>>,
    { minProperties: 1, additionalProperties: false },
  ),
}, strict)
export type CaseCorrections = Static<typeof CaseCorrections>

export const SeriesOfStudyParams = Type.Object({ StudyInstanceUID: UID, SeriesInstanceUID: UID })
export const SeriesVisibility = Type.Object({ isShown: Type.Boolean() }, strict)
export type SeriesVisibility = Static<typeof SeriesVisibility>
export const RelatedStudyParams = Type.Object({ StudyInstanceUID: UID, related: UID })

// ── Views of the list ──────────────────────────────────────────────────────────────────────────

/** Most views of one person in one organisation. */
export const maxSavedViews = 50
const ViewName = Type.String({ minLength: 1, maxLength: 60, pattern: '\\S' })
const Filters = Type.Record(Type.String({ pattern: '^[A-Za-z]{1,20}$' }), Type.String({ maxLength: 800 }), { maxProperties: 30, description: 'what stands in the address of the list' })

export const SavedViewRequest = Type.Object({
  name: ViewName,
  filters: Filters,
  columns: Type.Optional(Type.Array(Type.String({ pattern: '^[A-Za-z]{1,40}$' }), { maxItems: 60, uniqueItems: true, description: 'that are shown; the person\'s own choice where it is absent' })),
  isDefault: Type.Boolean({ description: 'what the list begins with' }),
}, strict)
export type SavedViewRequest = Static<typeof SavedViewRequest>
export const SavedView = Type.Object({ viewId: Type.String(), ...SavedViewRequest.properties })
export type SavedView = Static<typeof SavedView>
export const SavedViewList = Type.Object({ items: Type.Array(SavedView, { description: 'by name' }) })
export type SavedViewList = Static<typeof SavedViewList>
export const SavedViewParams = Type.Object({ viewId: Type.String({ pattern: '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' }) })

// ── Similar cases ──────────────────────────────────────────────────────────────────────────────

export const SimilarReason = Type.Object({
  bodyParts: Type.Array(Type.String()),
  modalities: Type.Array(Type.String()),
  words: Type.Array(Type.String({ description: 'that both descriptions have; pairs of characters of Chinese' })),
}, { description: 'what both have in common' })
export type SimilarReason = Static<typeof SimilarReason>
export const SimilarStudy = Type.Object({ study: StudySummary, reason: SimilarReason })
export type SimilarStudy = Static<typeof SimilarStudy>
export const SimilarStudyList = Type.Object({ items: Type.Array(SimilarStudy, { description: 'of other patients, the most alike first; ten at most' }) })
export type SimilarStudyList = Static<typeof SimilarStudyList>

// ── To a colleague ─────────────────────────────────────────────────────────────────────────────

export const ColleagueShare = Type.Object({
  membershipIds: Type.Array(Type.String({ pattern: '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' }), { minItems: 1, maxItems: 20, uniqueItems: true }),
  note: Type.Optional(Type.String({ maxLength: 500, description: 'told inside the product only' })),
}, strict)
export type ColleagueShare = Static<typeof ColleagueShare>
