/** Everything the server does for organisations, the people in them, and what binds them to each other. */
import type { Accounts } from '../accounts/index.ts'
import type { Outbox } from '../notifications/index.ts'
import type { Db } from '../platform/db.ts'
import { createBelow, type OrganisationsBelow } from './below.ts'
import { createDepartments, type Departments } from './departments.ts'
import { createDevices, type Devices } from './devices.ts'
import { createDeviceTypes, type DeviceTypes } from './device-types.ts'
import { createFees, type Fees } from './fees.ts'
import { createInvitations, type Invitations } from './invitations.ts'
import { createMembers, type Members } from './members.ts'
import { createPairings, type Pairings } from './pairings.ts'
import { createRecord, type OrganisationRecord } from './record.ts'
import { createRoles, type Roles } from './roles.ts'
import { createSignInRules, type OrganisationSignInRules } from './sign-in-rules.ts'
import { createWorkbench, type Workbench } from './workbench.ts'

export interface OrganisationsDeps {
  readonly db: Db
  /** Makes the accounts of new members. */
  readonly accounts: Pick<Accounts, 'administration'>
  /** Takes the codes of invitations to their phones. */
  readonly outbox: Pick<Outbox, 'add'>
  readonly now?: () => Date
}

export interface Organisations {
  readonly record: OrganisationRecord
  readonly departments: Departments
  readonly roles: Roles
  readonly members: Members
  readonly invitations: Invitations
  readonly devices: Devices
  readonly deviceTypes: DeviceTypes
  readonly pairings: Pairings
  readonly fees: Fees
  readonly below: OrganisationsBelow
  readonly workbench: Workbench
  readonly signInRules: OrganisationSignInRules
}

export function createOrganisations({ db, accounts, outbox, now = () => new Date() }: OrganisationsDeps): Organisations {
  const invitations = createInvitations({ db, outbox, now })
  return {
    record: createRecord({ db }), departments: createDepartments({ db }), roles: createRoles({ db }), members: createMembers({ db, accounts, invitations }), invitations,
    devices: createDevices({ db }),
    deviceTypes: createDeviceTypes({ db }),
    pairings: createPairings({ db, now }),
    fees: createFees({ db, now }),
    below: createBelow({ db, accounts, invitations }),
    workbench: createWorkbench({ db }),
    signInRules: createSignInRules({ db }),
  }
}
