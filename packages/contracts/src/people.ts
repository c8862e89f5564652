/** What a screen and the server say to each other about the person who is signed in: profile, proofs, signature, favourites, choices; and about whom he may write to. */
import { Type, type Static } from 'typebox'
import { OrganisationModule, permissionGroups, RolePermission } from './permissions.ts'
import { OrganisationSummary } from './organisations.ts'
import { Id, Moment } from './values.ts'

const OrganisationId = Type.String({ pattern: '^[1-9][0-9]{0,17}$' })
const Day = Type.String({ pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}$', description: 'calendar day, YYYY-MM-DD' })
const Version = Type.Integer({ minimum: 1, description: 'goes up with each change; the ETag' })
const Words = (maxLength: number) => Type.String({ maxLength, description: 'empty: none' })
const strict = { additionalProperties: false } as const
const change = { additionalProperties: false, minProperties: 1, description: 'what is absent stays' } as const
const Password = Type.String({ minLength: 1, maxLength: 200, description: 'the current one' })

// ── Profile (PC-02) ────────────────────────────────────────────────────────────────────────────

export const genders = ['female', 'male', 'other'] as const
export type Gender = typeof genders[number]

export const ProfileIntroduction = Type.Object({
  membershipId: Id,
  organisation: OrganisationSummary,
  introduction: Type.String({ description: 'what its members read of the person' }),
})
export type ProfileIntroduction = Static<typeof ProfileIntroduction>

export const Profile = Type.Object({
  accountId: Id,
  name: Type.String(),
  phone: Type.String(),
  loginName: Type.Optional(Type.String()),
  gender: Type.Optional(Type.Enum([...genders])),
  email: Type.Optional(Type.String()),
  language: Type.Optional(Type.String()),
  timeZone: Type.Optional(Type.String()),
  avatar: Type.Optional(Type.String({ description: 'changes with the picture at /api/account/avatar' })),
  introductions: Type.Array(ProfileIntroduction, { description: 'one for each active membership' }),
  isEmailProven: Type.Optional(Type.Boolean({ description: 'by a code that was sent there: codes for forgotten passwords go to no other; absent without an address' })),
  isNameVerified: Type.Boolean({ description: 'a verified document has the name, so it cannot be changed' }),
  version: Version,
})
export type Profile = Static<typeof Profile>

export const ProfilePatch = Type.Object({
  name: Type.Optional(Type.String({ minLength: 1, maxLength: 100, pattern: '\\S' })),
  gender: Type.Optional(Type.Enum(['', ...genders], { description: 'empty: none' })),
}, change)
export type ProfilePatch = Static<typeof ProfilePatch>

export const IntroductionPatch = Type.Object({ introduction: Words(2_000) }, strict)
export type IntroductionPatch = Static<typeof IntroductionPatch>

/** Longest avatar accepted, bytes; what is kept is a small square made from it. */
export const maxAvatarBytes = 5 * 1024 * 1024

// ── Phone and e-mail, by proof ─────────────────────────────────────────────────────────────────

export const contacts = ['phone', 'email'] as const
export type Contact = typeof contacts[number]

export const PhoneChangeRequest = Type.Object({
  phone: Type.String({ minLength: 5, maxLength: 30, description: 'however it is written; the present one too, to show that it is one\'s own' }),
  password: Password,
}, strict)
export type PhoneChangeRequest = Static<typeof PhoneChangeRequest>
export const EmailChangeRequest = Type.Object({ email: Type.String({ format: 'email', maxLength: 254 }), password: Password }, strict)
export type EmailChangeRequest = Static<typeof EmailChangeRequest>
/** A code was sent to the new phone or address; the same whether or not another account has it. */
export const ContactChange = Type.Object({ changeId: Id, expiresAt: Moment })
export type ContactChange = Static<typeof ContactChange>
export const ContactChangeParams = Type.Object({ changeId: Id })
export const ContactChangeCompletion = Type.Object({ code: Type.String({ pattern: '^[0-9]{6}$', description: 'the code that was sent' }) }, strict)
export type ContactChangeCompletion = Static<typeof ContactChangeCompletion>

// ── Choices (PC-07, PC-08, AUTH-19, AUTH-20, WB-03) ────────────────────────────────────────────
// Which messages reach a person, and how (PC-05, PC-06), is in notifications.ts.

export const viewerLayouts = ['standard', 'classic'] as const
export type ViewerLayout = typeof viewerLayouts[number]
export const sides = ['request', 'diagnosis'] as const
export type Side = typeof sides[number]
export const bindingStates = ['unbound', 'bound'] as const
export type BindingState = typeof bindingStates[number]

export const Preferences = Type.Object({
  viewerLayout: Type.Enum([...viewerLayouts]),
  dualScreen: Type.Boolean({ description: 'images open in a window of their own while diagnosing' }),
  landing: Type.Optional(Type.Object({ side: Type.Enum([...sides]), organisationId: OrganisationId }, { description: 'the page after sign-in; absent: none chosen, or the membership has ended' })),
  binding: Type.Object({
    phone: Type.Enum([...bindingStates], { description: 'bound: its holder has shown to have it' }),
    webPush: Type.Enum([...bindingStates], { description: 'bound: a browser of this person takes pushes' }),
    identity: Type.Enum([...bindingStates], { description: 'bound: signs in by an outside identity' }),
  }),
  shouldOfferBinding: Type.Boolean({ description: 'something is unbound, and the offer was not put off' }),
  version: Version,
})
export type Preferences = Static<typeof Preferences>
export const PreferencesPatch = Type.Object({
  viewerLayout: Type.Optional(Type.Enum([...viewerLayouts])),
  dualScreen: Type.Optional(Type.Boolean()),
  landing: Type.Optional(Type.String({ pattern: '^([1-9][0-9]{0,17})?$', description: 'organisationId of a hospital or team one is a member of; empty: none' })),
}, change)
export type PreferencesPatch = Static<typeof PreferencesPatch>
/** So long nobody is asked to bind who put it off (AUTH-19). */
export const bindPromptDays = 15

/** Where a person goes after sign-in (D-07). */
export const Landing = Type.Union([
  Type.Object({ page: Type.Literal('organisation'), side: Type.Enum([...sides]), organisationId: OrganisationId }),
  Type.Object({ page: Type.Literal('workbench') }),
])
export type Landing = Static<typeof Landing>

/** Names of lists, such as `studies`, and of their columns are the screens' own. */
const ListName = Type.String({ pattern: '^[a-z][a-zA-Z0-9-]{0,39}$' })
export const ColumnLayoutParams = Type.Object({ list: ListName })
export const ColumnLayout = Type.Object({
  columns: Type.Array(Type.Object({
    column: Type.String({ pattern: '^[a-zA-Z][a-zA-Z0-9-]{0,63}$' }),
    isShown: Type.Boolean(),
    width: Type.Optional(Type.Integer({ minimum: 16, maximum: 2_000, description: 'px' })),
  }, strict), { maxItems: 100, description: 'in their order; a column that is not named is shown or hidden as the list has it' }),
}, strict)
export type ColumnLayout = Static<typeof ColumnLayout>
/** Lists one person may have layouts of. */
export const maxColumnLayouts = 50

// ── Own permissions (PC-04, ROLE-05) ───────────────────────────────────────────────────────────

export const OwnPermissions = Type.Object({
  items: Type.Array(Type.Object({
    membershipId: Id,
    organisation: OrganisationSummary,
    role: Type.String(),
    groups: Type.Array(Type.Object({
      group: Type.Enum([...permissionGroups]),
      title: Type.String(),
      permissions: Type.Array(Type.Object({
        permission: RolePermission,
        allows: Type.String({ description: 'in plain words, in the language of the account' }),
        module: Type.Optional(OrganisationModule),
        isInForce: Type.Boolean({ description: 'false while the organisation has its module switched off' }),
      })),
    })),
  })),
})
export type OwnPermissions = Static<typeof OwnPermissions>

// ── Personal signature (PC-09, MOB-12) ─────────────────────────────────────────────────────────

export const signatureSources = ['uploaded', 'drawn', 'phone'] as const
export type SignatureSource = typeof signatureSources[number]
export const Signature = Type.Object({ version: Type.Integer({ minimum: 1 }), source: Type.Enum([...signatureSources]), createdAt: Moment })
export type Signature = Static<typeof Signature>
export const SignatureUpload = Type.Object({ source: Type.Optional(Type.Enum(['uploaded', 'drawn'], { default: 'uploaded' })) })
/** Longest picture of a signature accepted, bytes. */
export const maxSignatureBytes = 2 * 1024 * 1024

/** Lets a phone draw one signature. The token is behind the `#` of the address: it is in no log, and in no Referer. */
export const PhoneSigning = Type.Object({ signingId: Id, path: Type.String({ description: 'of the page, token and all; behind the origin of this page' }), expiresAt: Moment })
export type PhoneSigning = Static<typeof PhoneSigning>
export const PhoneSigningParams = Type.Object({ signingId: Id })
export const PhoneSigningQuery = Type.Object({ waitSeconds: Type.Optional(Type.Integer({ minimum: 0, maximum: 25, default: 0, description: 'answers later, as soon as it is done' })) })
export const phoneSigningStates = ['waiting', 'done', 'expired'] as const
export const PhoneSigningState = Type.Object({ state: Type.Enum([...phoneSigningStates]), signature: Type.Optional(Signature) })
export type PhoneSigningState = Static<typeof PhoneSigningState>
/** Page a phone draws a signature at, and the header it sends its token in. */
export const phoneSigningPage = '/sign'
export const signingTokenHeader = 'x-isocenter-signing-token'
export const phoneSigningMinutes = 5

// ── Credentials (PC-03, D-86) ──────────────────────────────────────────────────────────────────

export const credentialKinds = ['idCard', 'practisingCertificate', 'qualificationCertificate', 'other'] as const
export type CredentialKind = typeof credentialKinds[number]
export const credentialStates = ['none', 'submitted', 'verified', 'rejected', 'expired'] as const
export type CredentialState = typeof credentialStates[number]
export const credentialEvents = ['submit', 'recall', 'verify', 'reject', 'expire', 'discard'] as const
export type CredentialEvent = typeof credentialEvents[number]
export const credentialActions = ['edit', 'submit', 'recall', 'discard', 'verify', 'reject', 'view'] as const
export type CredentialAction = typeof credentialActions[number]
export const credentialFileTypes = ['image/jpeg', 'image/png', 'image/webp', 'application/pdf'] as const
export type CredentialFileType = typeof credentialFileTypes[number]
/** Longest file accepted, bytes, and how many one document may have. */
export const maxCredentialFileBytes = 10 * 1024 * 1024
export const maxCredentialFiles = 6
/** Documents one person may have. */
export const maxCredentials = 30

export const CredentialFile = Type.Object({ fileId: Id, contentType: Type.Enum([...credentialFileTypes]), byteLength: Type.Integer({ minimum: 0 }) })
export type CredentialFile = Static<typeof CredentialFile>
const decision = { state: Type.Enum(['verified', 'rejected']), decidedAt: Moment, reason: Type.Optional(Type.String()) }
export const CredentialDecision = Type.Object({ ...decision, organisation: Type.String({ description: 'name of the organisation that has decided, for itself' }) })
export type CredentialDecision = Static<typeof CredentialDecision>
const credential = {
  credentialId: Id,
  kind: Type.Enum([...credentialKinds]),
  state: Type.Enum([...credentialStates]),
  title: Type.Optional(Type.String({ description: 'of another kind: which' })),
  number: Type.Optional(Type.String()),
  validUntil: Type.Optional(Day),
  files: Type.Array(CredentialFile),
  submittedAt: Type.Optional(Moment),
  version: Version,
  actions: Type.Array(Type.Enum([...credentialActions])),
}
/** A document as its holder sees it: verified where one organisation has, with what each has decided for itself. */
export const Credential = Type.Object({ ...credential, decisions: Type.Array(CredentialDecision, { description: 'the latest first' }) })
export type Credential = Static<typeof Credential>
export const CredentialList = Type.Object({ items: Type.Array(Credential) })
export type CredentialList = Static<typeof CredentialList>
const credentialFields = {
  title: Type.Optional(Words(100)),
  number: Type.Optional(Words(60)),
  validUntil: Type.Optional(Type.String({ pattern: '^([0-9]{4}-[0-9]{2}-[0-9]{2})?$', description: 'last day it is good; empty: no end' })),
}
export const CredentialRequest = Type.Object({ kind: Type.Enum([...credentialKinds]), ...credentialFields }, strict)
export type CredentialRequest = Static<typeof CredentialRequest>
export const CredentialPatch = Type.Object(credentialFields, change)
export type CredentialPatch = Static<typeof CredentialPatch>
export const CredentialParams = Type.Object({ credentialId: Id })
export const CredentialFileParams = Type.Object({ credentialId: Id, fileId: Id })
export const MemberCredentialParams = Type.Object({ membershipId: Id, credentialId: Id })
export const MemberCredentialFileParams = Type.Object({ membershipId: Id, credentialId: Id, fileId: Id })

/** A document as an administrator of its holder's organisation sees it: as his organisation has decided, whatever others have; number and files only while he is to verify it, or has. */
export const MemberCredential = Type.Object({
  ...credential,
  decision: Type.Optional(Type.Object({ ...decision, decidedBy: Type.Optional(Type.String({ description: 'name of who has looked at it' })) })),
  holder: Type.Object({ membershipId: Id, name: Type.String() }),
})
export type MemberCredential = Static<typeof MemberCredential>
export const MemberCredentialList = Type.Object({ items: Type.Array(MemberCredential) })
export type MemberCredentialList = Static<typeof MemberCredentialList>
export const WaitingCredentialPage = Type.Object({ items: Type.Array(MemberCredential), next: Type.Optional(Type.String()) })
export type WaitingCredentialPage = Static<typeof WaitingCredentialPage>
export const CredentialRejection = Type.Object({ reason: Type.String({ minLength: 1, maxLength: 500, pattern: '\\S' }) }, strict)
export type CredentialRejection = Static<typeof CredentialRejection>

// ── Favourites (PC-10, LIST-21) ────────────────────────────────────────────────────────────────

export const favouriteKinds = ['study'] as const
export type FavouriteKind = typeof favouriteKinds[number]
export const FavouriteStudyParams = Type.Object({ StudyInstanceUID: Type.String({ pattern: '^[0-9.]{1,64}$' }) })
export const Favourite = Type.Object({
  kind: Type.Enum([...favouriteKinds]),
  StudyInstanceUID: Type.String(),
  favouritedAt: Moment,
  isGone: Type.Boolean({ description: 'it was deleted, or is no longer within reach' }),
  study: Type.Optional(Type.Object({
    PatientName: Type.Optional(Type.String()),
    PatientID: Type.Optional(Type.String()),
    AccessionNumber: Type.Optional(Type.String()),
    StudyID: Type.Optional(Type.String()),
    StudyDate: Type.Optional(Type.String()),
    StudyDescription: Type.Optional(Type.String()),
    ModalitiesInStudy: Type.Array(Type.String()),
  })),
})
export type Favourite = Static<typeof Favourite>
export const FavouritePage = Type.Object({ items: Type.Array(Favourite), next: Type.Optional(Type.String()) })
export type FavouritePage = Static<typeof FavouritePage>
export const FavouriteQuery = Type.Object({
  search: Type.Optional(Type.String({ minLength: 1, maxLength: 100, description: 'in patient names; PatientID, AccessionNumber, StudyID and StudyInstanceUID from their beginning' })),
  among: Type.Optional(Type.String({ minLength: 1, maxLength: 16_000, description: 'StudyInstanceUIDs of a page of studies, parted by commas: which of them are favourites' })),
})
export type FavouriteQuery = Static<typeof FavouriteQuery>

// ── Address book (ORG-31) ──────────────────────────────────────────────────────────────────────

export const contactRelations = ['own', 'consortium', 'paired'] as const
export type ContactRelation = typeof contactRelations[number]
export const ContactPerson = Type.Object({
  membershipId: Id,
  name: Type.String(),
  organisation: OrganisationSummary,
  department: Type.Optional(Type.Object({ departmentId: Id, name: Type.String() })),
  introduction: Type.Optional(Type.String()),
  avatar: Type.Optional(Type.String({ description: 'changes with the picture at /api/contacts/{membershipId}/avatar' })),
})
export type ContactPerson = Static<typeof ContactPerson>
export const ContactPage = Type.Object({ items: Type.Array(ContactPerson), next: Type.Optional(Type.String()) })
export type ContactPage = Static<typeof ContactPage>
export const ContactQuery = Type.Object({
  search: Type.Optional(Type.String({ minLength: 1, maxLength: 100, description: 'words of names, in any order, mistyped or with characters left out' })),
  organisationId: Type.Optional(OrganisationId),
  departmentId: Type.Optional(Id),
})
export type ContactQuery = Static<typeof ContactQuery>
export const ContactParams = Type.Object({ membershipId: Id })
export const ContactOrganisation = Type.Object({
  ...OrganisationSummary.properties,
  relations: Type.Array(Type.Enum([...contactRelations])),
  people: Type.Integer(),
  departments: Type.Array(Type.Object({ departmentId: Id, name: Type.String(), parentId: Type.Optional(Id), people: Type.Integer() })),
})
export type ContactOrganisation = Static<typeof ContactOrganisation>
export const ContactOrganisationList = Type.Object({ items: Type.Array(ContactOrganisation) })
export type ContactOrganisationList = Static<typeof ContactOrganisationList>
