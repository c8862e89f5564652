/**
 * What a role can hold, as data: the words of the product's permission list, what each allows, in which kinds of organisation it means
 * something and which module it is part of. The scope of a permission is always the active organisation.
 */
import { Type, type Static } from 'typebox'

/** What an organisation is. Departments are parts of one, with a table of their own. */
export const organisationKinds = ['platform', 'consortium', 'hospital', 'team'] as const
export type OrganisationKind = typeof organisationKinds[number]
export const OrganisationKind = Type.Enum([...organisationKinds])

/** What is switched on for each organisation; a person sees a module only where the active organisation has it. */
export const organisationModules = [
  'remoteDiagnosis', 'consultation', 'wardRound', 'teaching', 'statistics', 'imageQuality', 'cloudFilm', 'patientDownload',
] as const
export type OrganisationModule = typeof organisationModules[number]
export const OrganisationModule = Type.Enum([...organisationModules])
/** What they are called. */
export const moduleNames: Readonly<Record<'en' | 'zh-CN', Readonly<Record<OrganisationModule, string>>>> = {
  'en': {
    remoteDiagnosis: 'Remote diagnosis',
    consultation: 'Consultation',
    wardRound: 'Ward rounds',
    teaching: 'Teaching',
    statistics: 'Statistics',
    imageQuality: 'Image quality',
    cloudFilm: 'Cloud film',
    patientDownload: 'Download by patients',
  },
  'zh-CN': { remoteDiagnosis: '远程诊断', consultation: '远程会诊', wardRound: '远程查房', teaching: '远程教学', statistics: '统计', imageQuality: '影像质控', cloudFilm: '云胶片', patientDownload: '患者下载' },
}

/** How permissions are grouped where a person reads them. */
export const permissionGroups = [
  'logs', 'studies', 'requests', 'reports', 'criticalValues', 'assistance', 'consultations', 'meetings', 'wardRounds', 'teaching', 'imageQuality',
  'statistics', 'billing', 'organisation', 'team', 'administration', 'operation', 'gateways',
] as const
export type PermissionGroup = typeof permissionGroups[number]

interface PermissionEntry {
  readonly group: PermissionGroup
  /** What it lets its holder do, in plain words. */
  readonly allows: string
  /** Where a role can hold it. */
  readonly kinds: readonly OrganisationKind[]
  /** It grants nothing while the organisation has this module switched off. */
  readonly module?: OrganisationModule
}

const everywhere = organisationKinds
const hospital = ['hospital'] as const
const team = ['team'] as const
const bothSides = ['hospital', 'team'] as const
const withConsortium = ['hospital', 'team', 'consortium'] as const
const consortium = ['consortium'] as const
const platform = ['platform'] as const

const entries = {
  'log.view_own': { group: 'logs', allows: 'own entries in the home log', kinds: everywhere },
  'log.view_all': { group: 'logs', allows: 'all entries and the user filter', kinds: everywhere },

  'study.view': { group: 'studies', allows: 'study list and viewer', kinds: withConsortium },
  'study.view_identity': { group: 'studies', allows: 'phone, ID-card number and other hidden identity columns', kinds: bothSides },
  'study.edit_case': { group: 'studies', allows: 'case information, related studies, attachments, series states', kinds: hospital },
  'study.upload': { group: 'studies', allows: 'upload DICOM files and zips', kinds: hospital },
  'study.lock': { group: 'studies', allows: 'lock and unlock a study', kinds: hospital },
  'study.delete': { group: 'studies', allows: 'delete a study that is in its normal state', kinds: hospital },
  'study.download': { group: 'studies', allows: 'download as a zip', kinds: bothSides },
  'study.share': { group: 'studies', allows: 'single and combined share links', kinds: hospital },
  'study.share_colleague': { group: 'studies', allows: 'share inside the institution', kinds: bothSides },
  'study.print_film': { group: 'studies', allows: 'film basket, print history, print client', kinds: hospital },

  'request.create': { group: 'requests', allows: 'request a diagnosis, alone and in batches', kinds: hospital, module: 'remoteDiagnosis' },
  'request.withdraw': { group: 'requests', allows: 'withdraw a request', kinds: hospital, module: 'remoteDiagnosis' },
  'request.confirm': { group: 'requests', allows: 'confirm, alone and in batches', kinds: hospital, module: 'remoteDiagnosis' },
  'request.return': { group: 'requests', allows: 'return a diagnosis', kinds: hospital, module: 'remoteDiagnosis' },
  'request.export': { group: 'requests', allows: 'request list as a spreadsheet', kinds: hospital, module: 'remoteDiagnosis' },

  'report.preview': { group: 'reports', allows: 'preview and download reports', kinds: hospital, module: 'remoteDiagnosis' },
  'report.print': { group: 'reports', allows: 'print reports', kinds: bothSides, module: 'remoteDiagnosis' },
  'report.issue': { group: 'reports', allows: 'issue a report from its preview', kinds: hospital, module: 'remoteDiagnosis' },
  'report.delete': { group: 'reports', allows: 'delete an issued document', kinds: hospital, module: 'remoteDiagnosis' },
  'report.link': { group: 'reports', allows: 'copy the link of a report or film', kinds: hospital, module: 'cloudFilm' },
  'report.edit': { group: 'reports', allows: 'write and save drafts', kinds: bothSides, module: 'remoteDiagnosis' },
  'report.diagnose': { group: 'reports', allows: 'claim, initial diagnosis, pass on', kinds: bothSides, module: 'remoteDiagnosis' },
  'report.review': { group: 'reports', allows: 'review, pass, return', kinds: bothSides, module: 'remoteDiagnosis' },
  'report.submit': { group: 'reports', allows: 'submit without another reviewer', kinds: bothSides, module: 'remoteDiagnosis' },
  'report.return_request': { group: 'reports', allows: 'return a request to the hospital', kinds: team, module: 'remoteDiagnosis' },
  'report.adjust': { group: 'reports', allows: 'adjust completed content', kinds: bothSides, module: 'remoteDiagnosis' },
  'report.break_lock': { group: 'reports', allows: "release another's lease or claim, dispatch", kinds: bothSides, module: 'remoteDiagnosis' },
  'report.export': { group: 'reports', allows: 'completed reports as a spreadsheet', kinds: bothSides, module: 'remoteDiagnosis' },

  'critical.report': { group: 'criticalValues', allows: 'report, edit, delete a critical value', kinds: bothSides, module: 'remoteDiagnosis' },
  'critical.manage': { group: 'criticalValues', allows: 'critical parts and values', kinds: team, module: 'remoteDiagnosis' },

  'ai.use': { group: 'assistance', allows: 'report assistance by language models', kinds: bothSides, module: 'remoteDiagnosis' },
  'lexicon.personal': { group: 'assistance', allows: 'own lexicon', kinds: bothSides },
  'lexicon.manage': { group: 'assistance', allows: "the organisation's lexicon, import, export", kinds: everywhere },

  'consult.create': { group: 'consultations', allows: 'create a consultation', kinds: bothSides, module: 'consultation' },
  'consult.review': { group: 'consultations', allows: 'review list, answers, other experts', kinds: bothSides, module: 'consultation' },
  'consult.report': { group: 'consultations', allows: 'edit, save, submit, print the consultation report', kinds: bothSides, module: 'consultation' },

  'meeting.create': { group: 'meetings', allows: 'create, edit, delete own meetings', kinds: withConsortium },
  'meeting.host': { group: 'meetings', allows: 'invite, lock, record, end', kinds: withConsortium },

  'ward.apply': { group: 'wardRounds', allows: 'apply for a ward round', kinds: bothSides, module: 'wardRound' },
  'ward.start': { group: 'wardRounds', allows: 'start audio and video', kinds: bothSides, module: 'wardRound' },

  'course.create': { group: 'teaching', allows: 'create courses', kinds: bothSides, module: 'teaching' },
  'course.publish_premium': { group: 'teaching', allows: 'publish premium classes', kinds: bothSides, module: 'teaching' },

  'qc.create': { group: 'imageQuality', allows: 'create quality tasks', kinds: bothSides, module: 'imageQuality' },
  'qc.score': { group: 'imageQuality', allows: 'score', kinds: bothSides, module: 'imageQuality' },
  'qc.stat': { group: 'imageQuality', allows: 'quality statistics', kinds: bothSides, module: 'imageQuality' },

  'stat.view_hospital': { group: 'statistics', allows: 'statistics of the hospital', kinds: hospital, module: 'statistics' },
  'stat.view_team': { group: 'statistics', allows: 'statistics of the team', kinds: team, module: 'statistics' },
  'stat.view_platform': { group: 'statistics', allows: 'statistics of the consortium or the platform', kinds: ['consortium', 'platform'], module: 'statistics' },
  'stat.download': { group: 'statistics', allows: 'download statistics in detail', kinds: everywhere, module: 'statistics' },
  'stat.export': { group: 'statistics', allows: 'charts and tables as a spreadsheet', kinds: everywhere, module: 'statistics' },

  'bill.view': { group: 'billing', allows: 'account of the hospital', kinds: hospital },
  'bill.pay': { group: 'billing', allows: 'pay bills', kinds: hospital },
  'bill.recharge': { group: 'billing', allows: 'recharge the account', kinds: hospital },
  'bill.prepay': { group: 'billing', allows: 'prepay', kinds: hospital },
  'bill.team_view': { group: 'billing', allows: 'account of the team', kinds: team },
  'bill.settle': { group: 'billing', allows: 'settle with hospitals', kinds: team },
  'bill.remind': { group: 'billing', allows: 'remind hospitals of bills', kinds: team },
  'bill.withdraw': { group: 'billing', allows: 'withdraw money', kinds: team },

  'org.hospital_edit': { group: 'organisation', allows: 'hospital settings, fixed signature, automatic request', kinds: hospital },
  'org.template': { group: 'organisation', allows: 'report templates', kinds: hospital },
  'org.part': { group: 'organisation', allows: 'body parts and tags, import and export', kinds: hospital },
  'org.member': { group: 'organisation', allows: 'create and invite members, change their roles and functions', kinds: everywhere },
  'org.role': { group: 'organisation', allows: 'roles', kinds: everywhere },
  'org.device': { group: 'organisation', allows: 'devices', kinds: hospital },
  'org.pairing': { group: 'organisation', allows: 'pairing with diagnosis teams', kinds: hospital },
  'org.api_key': { group: 'organisation', allows: 'API keys of programs, with at most what their maker may do', kinds: withConsortium },
  'org.sign_in': { group: 'organisation', allows: "sign-in by the organisation's own identity provider", kinds: everywhere },

  'team.edit': { group: 'team', allows: 'team settings', kinds: team },
  'team.pairing': { group: 'team', allows: 'pairing with hospitals, taking their orders', kinds: team },
  'team.fee': { group: 'team', allows: 'fees for each hospital, doctor and examination type', kinds: team },
  'team.signature': { group: 'team', allows: 'fixed signature for each hospital', kinds: team },

  'admin.department': { group: 'administration', allows: 'departments', kinds: hospital },
  'admin.doctor': { group: 'administration', allows: 'doctors', kinds: hospital },
  'admin.exam_attr': { group: 'administration', allows: 'device types, devices, parts, examination items', kinds: hospital },
  'admin.cloudfilm': { group: 'administration', allows: 'cloud film and its timing, download by patients', kinds: hospital, module: 'cloudFilm' },
  'admin.archive': { group: 'administration', allows: 'archive and retrieve studies', kinds: hospital },
  'admin.notify': { group: 'administration', allows: 'notification rules', kinds: everywhere },
  'admin.audit': { group: 'administration', allows: 'study, user and consultation logs', kinds: everywhere },
  'admin.data_maintain': { group: 'administration', allows: 'soft deletion and restoration', kinds: ['hospital', 'consortium'] },
  'admin.unfreeze': { group: 'administration', allows: 'release frozen accounts', kinds: everywhere },
  'admin.consortium': { group: 'administration', allows: 'hospitals of the consortium, their administrators and modules, figures of the consortium', kinds: consortium },

  'operator.organisations': { group: 'operation', allows: 'create consortia, their administrators, and other organisations', kinds: platform },
  'operator.modules': { group: 'operation', allows: 'which modules a consortium or an organisation of its own may have', kinds: platform },
  'operator.tariffs': { group: 'operation', allows: 'tariffs', kinds: platform },
  'operator.purge': { group: 'operation', allows: 'remove deleted data for good', kinds: platform },

  'gateway.manage': { group: 'gateways', allows: 'DICOM service, nodes, tests, records', kinds: hospital },
} as const satisfies Record<string, PermissionEntry>

/** A word of the permission list that a role can hold. */
export type RolePermission = keyof typeof entries
export const rolePermissions = Object.keys(entries) as RolePermission[]
export const RolePermission = Type.Enum([...rolePermissions])
export const permissionList: Readonly<Record<RolePermission, PermissionEntry>> = entries

/** Held by having all of others; no role is given it by itself. */
export const derivedPermissions: Partial<Record<RolePermission, readonly RolePermission[]>> = {
  'report.submit': ['report.diagnose', 'report.review'],
}

/** What roles of an organisation of this kind can be given. */
export const grantablePermissions = (kind: OrganisationKind): RolePermission[] =>
  rolePermissions.filter((permission) => permissionList[permission].kinds.includes(kind) && derivedPermissions[permission] === undefined)

/** With what follows from having them. */
export function withDerived(held: Iterable<RolePermission>): Set<RolePermission> {
  const all = new Set(held)
  for (const [permission, needed] of Object.entries(derivedPermissions) as [RolePermission, readonly RolePermission[]][]) {
    if (needed.every((one) => all.has(one))) all.add(permission)
  }
  return all
}

/** Places of the product that are entered by permissions: the modules, and what no switch turns off. */
export const places = ['remoteDiagnosis', 'consultation', 'wardRound', 'teaching', 'statistics', 'imageQuality', 'platformManagement'] as const
export type Place = typeof places[number]

/** Who holds one of these may enter. */
export const entrances: Readonly<Record<Place, readonly RolePermission[]>> = {
  remoteDiagnosis: ['study.view', 'request.create', 'report.edit', 'report.diagnose', 'report.review'],
  consultation: ['consult.create', 'consult.review', 'consult.report'],
  wardRound: ['ward.apply', 'ward.start'],
  teaching: ['course.create', 'course.publish_premium'],
  statistics: ['stat.view_hospital', 'stat.view_team', 'stat.view_platform'],
  imageQuality: ['qc.create', 'qc.score', 'qc.stat'],
  platformManagement: [
    'admin.department', 'admin.doctor', 'admin.exam_attr', 'admin.cloudfilm', 'admin.archive', 'admin.notify', 'admin.audit', 'admin.data_maintain',
    'admin.unfreeze', 'admin.consortium', 'operator.organisations',
  ],
}

/** True when these permissions let their holder into this place. */
export const mayEnter = (held: ReadonlySet<string>, place: Place): boolean => entrances[place].some((permission) => held.has(permission))

export const PermissionDescription = Type.Object({
  permission: RolePermission,
  group: Type.Enum([...permissionGroups]),
  allows: Type.String(),
  module: Type.Optional(OrganisationModule),
})
export type PermissionDescription = Static<typeof PermissionDescription>
