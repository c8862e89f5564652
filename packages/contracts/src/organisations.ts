/** What a screen and the server say to each other about organisations, the people in them, their roles, devices and pairings. */
import { Type, type Static } from 'typebox'
import { hospitalLevelCodes, hospitalTypeCodes } from './hospital-codes.ts'
import { OrganisationKind, OrganisationModule, PermissionDescription, places, RolePermission } from './permissions.ts'
import { Id, idPattern, Moment } from './values.ts'

const organisationIdPattern = '^[1-9][0-9]{0,17}$'
const OrganisationId = Type.String({ pattern: organisationIdPattern })
const Day = Type.String({ pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}$', description: 'calendar day, YYYY-MM-DD' })
const Version = Type.Integer({ minimum: 1, description: 'goes up with each change; the ETag' })
const Name = Type.String({ minLength: 1, maxLength: 100, pattern: '\\S' })
const Words = (maxLength: number) => Type.String({ maxLength, description: 'empty: none' })
const Phone = Type.String({ minLength: 5, maxLength: 30, description: 'however it is written; without a country code it is of the own country' })
const strict = { additionalProperties: false } as const
const change = { additionalProperties: false, minProperties: 1, description: 'what is absent stays' } as const

export const OrganisationParams = Type.Object({ organisationId: OrganisationId })

// ── Organisation ───────────────────────────────────────────────────────────────────────────────

export const OrganisationSummary = Type.Object({ organisationId: OrganisationId, number: Type.String(), kind: OrganisationKind, name: Type.String() })
export type OrganisationSummary = Static<typeof OrganisationSummary>

export const HospitalSettings = Type.Object({
  level: Type.Optional(Type.String()),
  type: Type.Optional(Type.String()),
  province: Type.Optional(Type.String()),
  city: Type.Optional(Type.String()),
  streetAddress: Type.Optional(Type.String()),
  isSignatureFixed: Type.Boolean({ description: 'reports under this hospital show its signature in place of the author\'s' }),
  hasSignature: Type.Boolean(),
  requestsAutomatically: Type.Boolean({ description: 'a study that has arrived is requested from automaticTeam' }),
  automaticTeam: Type.Optional(OrganisationSummary),
  automaticWaitMinutes: Type.Integer({ description: 'without a new instance for so long, a study has arrived' }),
  hasElectronicFilm: Type.Boolean(),
  allowsPatientDownload: Type.Boolean(),
})
export type HospitalSettings = Static<typeof HospitalSettings>

export const organisationActions = ['edit', 'setFilm', 'manageMembers', 'manageRoles', 'manageDepartments', 'manageDevices', 'managePairings', 'manageHospitals'] as const
export type OrganisationAction = typeof organisationActions[number]

export const OrganisationDetail = Type.Object({
  ...OrganisationSummary.properties,
  introduction: Type.String(),
  timeZone: Type.Optional(Type.String()),
  modules: Type.Array(OrganisationModule, { description: 'in force' }),
  owner: Type.Optional(OrganisationSummary),
  hasLogo: Type.Boolean(),
  hospital: Type.Optional(HospitalSettings),
  version: Version,
  actions: Type.Array(Type.Enum([...organisationActions])),
})
export type OrganisationDetail = Static<typeof OrganisationDetail>

const commonSettings = {
  name: Type.Optional(Name),
  introduction: Type.Optional(Words(5_000)),
  timeZone: Type.Optional(Type.String({ maxLength: 64, description: 'name of the IANA time zone database; empty: none' })),
}
export const TeamPatch = Type.Object(commonSettings, change)
export type TeamPatch = Static<typeof TeamPatch>

export const HospitalPatch = Type.Object({
  ...commonSettings,
  level: Type.Optional(Type.Enum(['', ...hospitalLevelCodes], { description: 'of the list of levels; empty: none' })),
  type: Type.Optional(Type.Enum(['', ...hospitalTypeCodes], { description: 'of the list of types; empty: none' })),
  province: Type.Optional(Words(60)),
  city: Type.Optional(Words(60)),
  streetAddress: Type.Optional(Words(300)),
  isSignatureFixed: Type.Optional(Type.Boolean()),
  requestsAutomatically: Type.Optional(Type.Boolean()),
  automaticTeamId: Type.Optional(Type.String({ pattern: '^([1-9][0-9]{0,17})?$', description: 'organisationId of a team that is paired and takes orders; empty: none' })),
  automaticWaitMinutes: Type.Optional(Type.Integer({ minimum: 1, maximum: 1440 })),
}, change)
export type HospitalPatch = Static<typeof HospitalPatch>

export const FilmPatch = Type.Object({ hasElectronicFilm: Type.Optional(Type.Boolean()), allowsPatientDownload: Type.Optional(Type.Boolean()) }, change)
export type FilmPatch = Static<typeof FilmPatch>

/** Longest picture accepted, bytes: logos and signatures. */
export const maxPictureBytes = 2 * 1024 * 1024

// ── Departments ────────────────────────────────────────────────────────────────────────────────

export const DepartmentParams = Type.Object({ departmentId: Id })
export const Department = Type.Object({
  departmentId: Id,
  name: Type.String(),
  code: Type.Optional(Type.String()),
  phone: Type.Optional(Type.String()),
  parentId: Type.Optional(Id),
  head: Type.Optional(Type.Object({ membershipId: Id, name: Type.String() })),
  members: Type.Integer({ description: 'who is in it, those suspended among them' }),
  version: Version,
})
export type Department = Static<typeof Department>
export const DepartmentList = Type.Object({ items: Type.Array(Department) })
export type DepartmentList = Static<typeof DepartmentList>

const OptionalId = Type.String({ pattern: '^([0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})?$', description: 'empty: none' })
const departmentFields = { code: Type.Optional(Words(40)), phone: Type.Optional(Words(40)), parentId: Type.Optional(OptionalId), headId: Type.Optional(OptionalId) }
export const DepartmentRequest = Type.Object({ name: Name, ...departmentFields }, strict)
export type DepartmentRequest = Static<typeof DepartmentRequest>
export const DepartmentPatch = Type.Object({ name: Type.Optional(Name), ...departmentFields }, change)
export type DepartmentPatch = Static<typeof DepartmentPatch>

// ── Roles ──────────────────────────────────────────────────────────────────────────────────────

export const RoleParams = Type.Object({ roleId: Id })
export const roleActions = ['edit', 'rename', 'delete', 'assign'] as const
export type RoleAction = typeof roleActions[number]
export const Role = Type.Object({
  roleId: Id,
  name: Type.String(),
  description: Type.String(),
  builtIn: Type.Optional(Type.String({ description: 'which of the roles every organisation begins with it was; full: the one that cannot be deleted and holds everything' })),
  permissions: Type.Array(RolePermission),
  members: Type.Integer({ description: 'who holds it, those suspended among them' }),
  version: Version,
  actions: Type.Array(Type.Enum([...roleActions])),
})
export type Role = Static<typeof Role>
export const RoleList = Type.Object({ items: Type.Array(Role) })
export type RoleList = Static<typeof RoleList>
const Permissions = Type.Array(RolePermission, { maxItems: 200, uniqueItems: true })
export const RoleRequest = Type.Object({ name: Name, description: Type.Optional(Words(500)), permissions: Permissions }, strict)
export type RoleRequest = Static<typeof RoleRequest>
export const RolePatch = Type.Object({ name: Type.Optional(Name), description: Type.Optional(Words(500)), permissions: Type.Optional(Permissions) }, change)
export type RolePatch = Static<typeof RolePatch>
export const RoleDeletion = Type.Object({ replacementId: Type.Optional(Type.String({ pattern: idPattern, description: 'role its members and open invitations get; needed while it has any' })) })
export type RoleDeletion = Static<typeof RoleDeletion>
export const PermissionList = Type.Object({ items: Type.Array(PermissionDescription) })
export type PermissionList = Static<typeof PermissionList>

// ── Members ────────────────────────────────────────────────────────────────────────────────────

export const membershipStates = ['active', 'suspended', 'removed'] as const
export type MembershipState = typeof membershipStates[number]
export const membershipEvents = ['suspend', 'reinstate', 'remove', 'join'] as const
export type MembershipEvent = typeof membershipEvents[number]

export const MemberParams = Type.Object({ membershipId: Id })
export const memberActions = ['edit', 'changeRole', 'suspend', 'reinstate', 'remove'] as const
export type MemberAction = typeof memberActions[number]
const RoleName = Type.Object({ roleId: Id, name: Type.String(), builtIn: Type.Optional(Type.String()) })
export const Member = Type.Object({
  membershipId: Id,
  name: Type.String(),
  phone: Type.String({ description: 'its middle is hidden' }),
  state: Type.Enum([...membershipStates]),
  role: RoleName,
  department: Type.Optional(Type.Object({ departmentId: Id, name: Type.String() })),
  hasElectronicFilm: Type.Boolean(),
  credentialState: Type.Enum(['none', 'submitted', 'verified', 'rejected', 'expired'], { description: 'of the documents the person has submitted, the best: verified before submitted, rejected and expired' }),
  joinedAt: Moment,
})
export type Member = Static<typeof Member>
export const MemberPage = Type.Object({ items: Type.Array(Member), next: Type.Optional(Type.String()) })
export type MemberPage = Static<typeof MemberPage>
export const MemberQuery = Type.Object({
  search: Type.Optional(Type.String({ minLength: 1, maxLength: 100, description: 'in names, and in phone numbers from four digits on' })),
  state: Type.Optional(Type.Enum(['active', 'suspended'])),
  roleId: Type.Optional(Id),
  departmentId: Type.Optional(Id),
})
export type MemberQuery = Static<typeof MemberQuery>
export const MemberDetail = Type.Object({
  ...Member.properties,
  accountId: Type.String({ pattern: idPattern, description: 'of the person, whatever organisations he belongs to; by it the audit trail names him' }),
  phone: Type.String(),
  email: Type.Optional(Type.String()),
  gender: Type.Optional(Type.String()),
  introduction: Type.Optional(Type.String()),
  version: Version,
  actions: Type.Array(Type.Enum([...memberActions])),
})
export type MemberDetail = Static<typeof MemberDetail>

export const MemberRequest = Type.Object({
  phone: Phone,
  name: Name,
  gender: Type.Optional(Type.Enum(['female', 'male', 'other'])),
  email: Type.Optional(Type.String({ format: 'email', maxLength: 254 })),
  introduction: Type.Optional(Words(2_000)),
  roleId: Id,
}, strict)
export type MemberRequest = Static<typeof MemberRequest>
export const MemberPatch = Type.Object({
  roleId: Type.Optional(Id),
  departmentId: Type.Optional(OptionalId),
  hasElectronicFilm: Type.Optional(Type.Boolean()),
}, change)
export type MemberPatch = Static<typeof MemberPatch>

// ── Invitations ────────────────────────────────────────────────────────────────────────────────

export const invitationStates = ['open', 'expired', 'accepted', 'declined', 'withdrawn'] as const
export type InvitationState = typeof invitationStates[number]
export const invitationEvents = ['accept', 'decline', 'withdraw', 'expire', 'inviteAgain'] as const
export type InvitationEvent = typeof invitationEvents[number]

export const InvitationParams = Type.Object({ invitationId: Id })
export const Invitation = Type.Object({
  invitationId: Id,
  phone: Type.String({ description: 'as it was given; nothing is said about whether somebody has it' }),
  role: Type.Optional(Type.Object(RoleName.properties, { description: 'absent where it is over and the role was deleted' })),
  state: Type.Enum([...invitationStates]),
  invitedAt: Moment,
  expiresAt: Moment,
  actions: Type.Array(Type.Enum(['withdraw', 'inviteAgain'])),
})
export type Invitation = Static<typeof Invitation>
/** An invitation as who made it, or made it anew, is answered. */
export const InvitationMade = Type.Object({
  ...Invitation.properties,
  acceptanceCode: Type.String({
    description: 'shown this once, to be handed over to the person; always made, whether or not somebody has the phone or has proven it',
  }),
})
export type InvitationMade = Static<typeof InvitationMade>
export const InvitationPage = Type.Object({ items: Type.Array(Invitation), next: Type.Optional(Type.String()) })
export type InvitationPage = Static<typeof InvitationPage>
export const InvitationRequest = Type.Object({ phone: Phone, roleId: Id }, strict)
export type InvitationRequest = Static<typeof InvitationRequest>

/** What came of making a member: an account of its own with a password shown this once, or an invitation of the account that has the phone number. */
export const MemberCreation = Type.Object({
  outcome: Type.Enum(['created', 'invited']),
  membershipId: Type.Optional(Id),
  oneTimePassword: Type.Optional(Type.String()),
  passwordExpiresAt: Type.Optional(Moment),
  invitationId: Type.Optional(Id),
  acceptanceCode: Type.Optional(Type.String({ description: 'of the invitation, shown this once' })),
})
export type MemberCreation = Static<typeof MemberCreation>

/** An invitation as the person sees it who is invited. */
export const OwnInvitation = Type.Object({
  invitationId: Id, organisation: OrganisationSummary, roleName: Type.String(), expiresAt: Moment,
  needsCode: Type.Boolean({ description: 'accepting it asks for the acceptance code: this account has not proven that it holds the phone' }),
})
export type OwnInvitation = Static<typeof OwnInvitation>
export const OwnInvitations = Type.Object({ items: Type.Array(OwnInvitation) })
export type OwnInvitations = Static<typeof OwnInvitations>
export const InvitationAcceptance = Type.Object({ code: Type.Optional(Type.String({ minLength: 1, maxLength: 40, description: 'as it is typed: letter case, spaces and dashes do not matter' })) }, strict)
export type InvitationAcceptance = Static<typeof InvitationAcceptance>

// ── Own memberships: the workbench ─────────────────────────────────────────────────────────────

export const OwnMembership = Type.Object({
  membershipId: Id,
  organisation: OrganisationSummary,
  role: RoleName,
  isAtWork: Type.Boolean({ description: 'the session works here' }),
  modules: Type.Array(OrganisationModule),
  places: Type.Array(Type.Enum([...places]), { description: 'what may be entered here' }),
  permissions: Type.Array(RolePermission),
})
export type OwnMembership = Static<typeof OwnMembership>
export const OwnMemberships = Type.Object({ items: Type.Array(OwnMembership) })
export type OwnMemberships = Static<typeof OwnMemberships>

// ── Devices ────────────────────────────────────────────────────────────────────────────────────

export const DeviceParams = Type.Object({ deviceId: Id })
const BoundMember = Type.Object({ membershipId: Id, name: Type.String(), boundAt: Moment })
export const Device = Type.Object({
  deviceId: Id,
  number: Type.Integer(),
  name: Type.String(),
  type: Type.String(),
  aeTitle: Type.Optional(Type.String()),
  stationName: Type.Optional(Type.String()),
  createdAt: Moment,
  lastSeenAt: Type.Optional(Type.String({ format: 'date-time', description: 'when an image of it last arrived, by its station name, since it has that' })),
  members: Type.Array(BoundMember),
  version: Version,
})
export type Device = Static<typeof Device>
export const DevicePage = Type.Object({ items: Type.Array(Device), next: Type.Optional(Type.String()) })
export type DevicePage = Static<typeof DevicePage>
const deviceFields = {
  aeTitle: Type.Optional(Type.String({ maxLength: 16, pattern: '^[ -\\[\\]-~]*$', description: 'empty: none' })),
  stationName: Type.Optional(Words(16)),
  memberIds: Type.Optional(Type.Array(Id, { maxItems: 200, uniqueItems: true, description: 'who is told of its studies' })),
}
const DeviceType = Type.String({ pattern: '^[A-Z0-9_ ]{1,16}$', description: 'MR, CT, DR, DX, US or another code' })
export const DeviceRequest = Type.Object({ name: Name, type: DeviceType, ...deviceFields }, strict)
export type DeviceRequest = Static<typeof DeviceRequest>
export const DevicePatch = Type.Object({ name: Type.Optional(Name), type: Type.Optional(DeviceType), ...deviceFields }, change)
export type DevicePatch = Static<typeof DevicePatch>

// ── Pairings ───────────────────────────────────────────────────────────────────────────────────

export const pairingStates = ['invited', 'paired', 'declined', 'expired', 'ended'] as const
export type PairingState = typeof pairingStates[number]
export const pairingEvents = ['agree', 'decline', 'expire', 'inviteAgain', 'delete', 'takeOrders', 'refuseOrders'] as const
export type PairingEvent = typeof pairingEvents[number]

export const PairingParams = Type.Object({ pairingId: Id })
export const Pairing = Type.Object({
  pairingId: Id,
  hospital: OrganisationSummary,
  team: OrganisationSummary,
  state: Type.Enum([...pairingStates]),
  takesOrders: Type.Boolean(),
  isSignatureFixed: Type.Boolean(),
  hasSignature: Type.Boolean(),
  requestedAt: Moment,
  expiresAt: Type.Optional(Moment),
  answeredAt: Type.Optional(Moment),
  endedAt: Type.Optional(Moment),
  declineReason: Type.Optional(Type.String()),
  version: Version,
  actions: Type.Array(Type.Enum([...pairingEvents.filter((event) => event !== 'expire'), 'setSignature', 'setFees'])),
})
export type Pairing = Static<typeof Pairing>
export const PairingPage = Type.Object({ items: Type.Array(Pairing), next: Type.Optional(Type.String()) })
export type PairingPage = Static<typeof PairingPage>
export const PairingQuery = Type.Object({
  state: Type.Optional(Type.Enum([...pairingStates])),
  search: Type.Optional(Type.String({ minLength: 1, maxLength: 100, description: 'in names, and numbers from their beginning' })),
})
export type PairingQuery = Static<typeof PairingQuery>
export const PairingRequest = Type.Object({ teamNumber: Type.String({ minLength: 1, maxLength: 40 }) }, strict)
export type PairingRequest = Static<typeof PairingRequest>
export const PairingDeclination = Type.Object({ reason: Type.Optional(Words(500)) }, strict)
export type PairingDeclination = Static<typeof PairingDeclination>
export const OrderTaking = Type.Object({ takesOrders: Type.Boolean() }, strict)
export type OrderTaking = Static<typeof OrderTaking>
export const SignatureFixing = Type.Object({ isSignatureFixed: Type.Boolean() }, strict)
export type SignatureFixing = Static<typeof SignatureFixing>

// ── Fees ───────────────────────────────────────────────────────────────────────────────────────

const Amount = Type.String({ pattern: '^[0-9]{1,10}(\\.[0-9]{1,2})?$', description: 'decimal' })
export const DoctorFee = Type.Object({
  doctor: Type.Object({ membershipId: Id, name: Type.String() }),
  examType: Type.String(),
  validFrom: Day,
  amount: Type.Optional(Type.String({ description: 'decimal; absent: from this day on the doctor does not serve this type' })),
  currency: Type.String(),
  unit: Type.Enum(['study', 'part']),
})
export type DoctorFee = Static<typeof DoctorFee>
export const DoctorFeeList = Type.Object({ items: Type.Array(DoctorFee) })
export type DoctorFeeList = Static<typeof DoctorFeeList>
export const DoctorFeeRequest = Type.Object({
  doctorId: Type.String({ pattern: idPattern, description: 'membershipId in the team' }),
  examType: DeviceType,
  validFrom: Day,
  amount: Type.Optional(Amount),
  currency: Type.String({ pattern: '^[A-Z]{3}$', description: 'ISO 4217' }),
  unit: Type.Enum(['study', 'part']),
}, strict)
export type DoctorFeeRequest = Static<typeof DoctorFeeRequest>

// ── Organisations below: consortium and operator ───────────────────────────────────────────────

export const FirstAdministrator = Type.Object({ phone: Phone, name: Name }, strict)
export const HospitalRequest = Type.Object({ name: Name, timeZone: commonSettings.timeZone, modules: Type.Array(OrganisationModule, { uniqueItems: true }), administrator: FirstAdministrator }, strict)
export type HospitalRequest = Static<typeof HospitalRequest>
export const OrganisationRequest = Type.Object({
  kind: Type.Enum(['consortium', 'hospital', 'team']),
  ...HospitalRequest.properties,
  ownerId: Type.Optional(Type.String({ pattern: organisationIdPattern, description: 'of a team: the hospital it belongs to' })),
}, strict)
export type OrganisationRequest = Static<typeof OrganisationRequest>
export const OrganisationMaking = Type.Object({ organisation: OrganisationSummary, administrator: MemberCreation })
export type OrganisationMaking = Static<typeof OrganisationMaking>
export const OrganisationBelow = Type.Object({
  ...OrganisationSummary.properties,
  switchedOn: Type.Array(OrganisationModule),
  modules: Type.Array(OrganisationModule, { description: 'in force' }),
  isBilling: Type.Optional(Type.Boolean({ description: 'of a hospital in a consortium: this one is billed for it and switches its modules' })),
  members: Type.Integer({ description: 'active ones' }),
  createdAt: Moment,
})
export type OrganisationBelow = Static<typeof OrganisationBelow>
export const OrganisationPage = Type.Object({ items: Type.Array(OrganisationBelow), next: Type.Optional(Type.String()) })
export type OrganisationPage = Static<typeof OrganisationPage>
export const OrganisationQuery = Type.Object({
  kind: Type.Optional(OrganisationKind),
  search: Type.Optional(Type.String({ minLength: 1, maxLength: 100, description: 'in names, and numbers from their beginning' })),
})
export const ModuleSwitches = Type.Object({ modules: Type.Array(OrganisationModule, { uniqueItems: true, description: 'switched on; all others are off' }) }, strict)
export type ModuleSwitches = Static<typeof ModuleSwitches>

/** What only the operator changes: an organisation is found by its number. */
export const OrganisationPatch = Type.Object({
  name: Type.Optional(Name),
  number: Type.Optional(Type.String({ pattern: '^[A-Za-z0-9-]{4,40}$' })),
}, change)
export type OrganisationPatch = Static<typeof OrganisationPatch>

export const ConsortiumHospitalParams = Type.Object({ consortiumId: OrganisationId, hospitalId: OrganisationId })
export const ConsortiumHospitalRequest = Type.Object({ isBilling: Type.Boolean({ description: 'this consortium is billed for the hospital and switches its modules; another one that was is no longer' }) }, strict)
export type ConsortiumHospitalRequest = Static<typeof ConsortiumHospitalRequest>
