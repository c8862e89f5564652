/**
 * Who and what is in the demonstration consortium, as data. Everybody in it is invented. The phone numbers begin like Beijing's and go on with a
 * zero, as no number there does: no message to them reaches anybody.
 */
import type { OrganisationKind } from '@isocenter/contracts'
import type { BuiltInRole } from '../organisations/index.ts'

/** An organisation of the demonstration, by the word it is called here. */
export type DemonstrationOrganisation = 'platform' | 'consortium' | 'north' | 'south' | 'team'

export interface DemonstrationPerson {
  /** without the country's code, as somebody types it */
  readonly phone: string
  readonly name: string
  /** The first is where the account is made. */
  readonly memberships: readonly { readonly organisation: DemonstrationOrganisation; readonly role: BuiltInRole; readonly department?: string }[]
}

export const organisationNames: Readonly<Record<DemonstrationOrganisation, string>> = {
  platform: 'Platform', consortium: 'Demonstration Consortium', north: 'Demonstration Hospital North', south: 'Demonstration Hospital South', team: 'Demonstration Diagnosis Team',
}
export const organisationKindOf: Readonly<Record<DemonstrationOrganisation, OrganisationKind>> = { platform: 'platform', consortium: 'consortium', north: 'hospital', south: 'hospital', team: 'team' }

const person = (number: number, name: string, organisation: DemonstrationOrganisation, role: BuiltInRole, department?: string): DemonstrationPerson =>
  ({ phone: `100000000${String(number).padStart(2, '0')}`, name, memberships: [{ organisation, role, ...(department === undefined ? {} : { department }) }] })

/** Of each organisation the one with the full role first: it is its first administrator. */
export const demonstrationPeople: readonly DemonstrationPerson[] = [
  person(1, 'Chen Operator', 'platform', 'full'),
  person(2, 'Zhao Union', 'consortium', 'full'),
  person(3, 'Sun Union', 'consortium', 'administrator'),
  person(10, 'Wang North', 'north', 'full'),
  person(11, 'Liu North', 'north', 'administrator'),
  person(12, 'Huang North', 'north', 'general', 'Radiology'),
  person(13, 'Wu North', 'north', 'finance'),
  person(14, 'Xu North', 'north', 'technician', 'Radiology'),
  person(20, 'Zhang South', 'south', 'full'),
  person(21, 'Zhu South', 'south', 'administrator'),
  person(22, 'Ma South', 'south', 'general', 'Emergency'),
  person(23, 'Hu South', 'south', 'finance'),
  person(24, 'Guo South', 'south', 'technician', 'Radiology'),
  person(30, 'Li Team', 'team', 'full'),
  person(31, 'He Team', 'team', 'administrator'),
  person(32, 'Gao Team', 'team', 'diagnosingDoctor'),
  person(33, 'Lin Team', 'team', 'reviewer'),
  person(34, 'Luo Team', 'team', 'finance'),
  {
    phone: '10000000040', name: 'Zheng Both',
    memberships: [{ organisation: 'north', role: 'general', department: 'Radiology' }, { organisation: 'team', role: 'reviewer' }],
  },
]

export const departments: Readonly<Record<'north' | 'south', readonly { readonly name: string; readonly code: string }[]>> = {
  north: [{ name: 'Radiology', code: 'RAD' }, { name: 'Orthopaedics', code: 'ORT' }, { name: 'Emergency', code: 'EMG' }],
  south: [{ name: 'Radiology', code: 'RAD' }, { name: 'Emergency', code: 'EMG' }],
}

export const devices: Readonly<Record<'north' | 'south', readonly { readonly name: string; readonly type: string; readonly aeTitle: string }[]>> = {
  north: [
    { name: 'CT 1', type: 'CT', aeTitle: 'NORTH_CT1' }, { name: 'MR 1', type: 'MR', aeTitle: 'NORTH_MR1' },
    { name: 'Radiography 1', type: 'DX', aeTitle: 'NORTH_DX1' }, { name: 'Ultrasound 1', type: 'US', aeTitle: 'NORTH_US1' },
  ],
  south: [{ name: 'CT 1', type: 'CT', aeTitle: 'SOUTH_CT1' }, { name: 'Radiography 1', type: 'DX', aeTitle: 'SOUTH_DX1' }],
}

/** What doctors of the team ask for a study, in yuan. */
export const fees: readonly { readonly examType: string; readonly amount: string }[] = [{ examType: 'CT', amount: '60.00' }, { examType: 'MR', amount: '80.00' }, { examType: 'DX', amount: '20.00' }]
