/**
 * The roles every organisation begins with. They reproduce which kind of person may enter which module (PLAT-03); an organisation may edit and delete them, all but
 * the full role, which always holds everything its organisation can have.
 */
import { grantablePermissions, permissionList, type OrganisationKind, type RolePermission } from '@isocenter/contracts'

/** What a built-in role is for; its name in an organisation can be changed, this cannot. */
export type BuiltInRole = 'full' | 'administrator' | 'general' | 'diagnosingDoctor' | 'reviewer' | 'finance' | 'technician'

interface RoleTemplate {
  readonly builtIn: BuiltInRole
  readonly name: string
  readonly description: string
  readonly permissions: readonly RolePermission[]
}

/** What everybody has who belongs to an organisation that does medicine. */
const everyone: readonly RolePermission[] = ['log.view_own', 'study.share_colleague', 'meeting.create', 'meeting.host', 'lexicon.personal']
/** The modules of a general user beside diagnosis. */
const collaboration: readonly RolePermission[] = ['consult.create', 'consult.report', 'ward.apply', 'ward.start', 'course.create', 'qc.create', 'qc.score', 'qc.stat']

const groupsOf = (kind: OrganisationKind, ...groups: readonly string[]): RolePermission[] =>
  grantablePermissions(kind).filter((permission) => groups.includes(permissionList[permission].group))

const hospitalGeneral: readonly RolePermission[] = [
  ...everyone, ...collaboration,
  'study.view', 'study.edit_case', 'study.upload', 'study.lock', 'study.download',
  'request.create', 'request.withdraw', 'request.confirm', 'request.return', 'report.preview', 'report.print', 'report.issue', 'report.edit', 'stat.view_hospital',
]
const diagnosing: readonly RolePermission[] = [
  ...everyone, ...collaboration,
  'study.view', 'report.edit', 'report.diagnose', 'report.return_request', 'report.print', 'critical.report', 'ai.use', 'stat.view_team',
]

const full = (kind: OrganisationKind): RoleTemplate => ({ builtIn: 'full', name: 'Full access', description: 'Everything the organisation can have', permissions: grantablePermissions(kind) })

const templates: Readonly<Record<OrganisationKind, readonly RoleTemplate[]>> = {
  hospital: [
    full('hospital'),
    {
      builtIn: 'administrator', name: 'Administrator', description: 'Runs the hospital: settings, people, devices, pairing, logs',
      permissions: [
        ...everyone, 'log.view_all', 'study.view', 'study.view_identity', 'study.delete', 'request.export', 'report.preview', 'consult.create', 'consult.review', 'consult.report',
        'stat.view_hospital', 'stat.download', 'stat.export', 'qc.create', 'qc.score', 'qc.stat', 'lexicon.manage', 'bill.view', 'report.link', 'gateway.manage',
        ...groupsOf('hospital', 'organisation', 'administration'),
      ],
    },
    { builtIn: 'general', name: 'Doctor', description: 'Studies, requests and reports of the hospital', permissions: hospitalGeneral },
    { builtIn: 'finance', name: 'Finance', description: 'Account and bills of the hospital', permissions: ['log.view_own', 'meeting.create', ...groupsOf('hospital', 'billing')] },
    { builtIn: 'technician', name: 'IT', description: 'Gateways and devices', permissions: ['log.view_own', 'meeting.create', 'gateway.manage', 'org.device', 'study.upload'] },
  ],
  team: [
    full('team'),
    {
      builtIn: 'administrator', name: 'Administrator', description: 'Runs the team: settings, people, pairing, fees',
      permissions: [
        ...everyone, 'log.view_all', 'study.view', 'report.return_request', 'report.break_lock', 'report.export', 'critical.manage', 'lexicon.manage', 'consult.create', 'consult.review', 'consult.report',
        'stat.view_team', 'stat.download', 'stat.export', 'qc.create', 'qc.score', 'qc.stat', 'bill.team_view', ...groupsOf('team', 'organisation', 'team', 'administration'),
      ],
    },
    { builtIn: 'diagnosingDoctor', name: 'Diagnosing doctor', description: 'Claims requests and writes the first diagnosis', permissions: diagnosing },
    { builtIn: 'reviewer', name: 'Reviewer', description: 'Diagnoses, reviews and adjusts', permissions: [...diagnosing, 'report.review', 'report.adjust', 'consult.review'] },
    { builtIn: 'finance', name: 'Finance', description: 'Account of the team and bills to hospitals', permissions: ['log.view_own', 'meeting.create', 'team.fee', ...groupsOf('team', 'billing')] },
  ],
  consortium: [
    full('consortium'),
    {
      builtIn: 'administrator', name: 'Administrator', description: 'Hospitals of the consortium, their administrators and modules',
      permissions: ['log.view_own', 'log.view_all', 'study.view', 'stat.view_platform', 'stat.download', 'org.member', ...groupsOf('consortium', 'administration')],
    },
  ],
  platform: [full('platform')],
}

/** The roles an organisation of this kind begins with; the full one first. */
export const builtInRoles = (kind: OrganisationKind): readonly RoleTemplate[] => templates[kind].map((role) => ({ ...role, permissions: [...new Set(role.permissions)] }))
