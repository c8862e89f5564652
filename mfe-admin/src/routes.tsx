import { managementPageNames, managementPages, managementPagesOf, type ManagementPage } from '@isocenter/contracts'
import { DeniedState, EmptyState, LoadingState, navigate, Page, useLocation } from '@isocenter/design-system'
import { useEffect, type ComponentType } from 'react'
import { Hospitals, Organisations } from './below/organisations.tsx'
import { Purges } from './below/purges.tsx'
import { BodyParts } from './body-parts/body-parts.tsx'
import { ApiKeys } from './machines/api-keys.tsx'
import { Gateways } from './machines/gateways.tsx'
import { SignInProviderPage } from './machines/sign-in-provider.tsx'
import { Devices } from './organisation/devices.tsx'
import { DeviceTypes } from './organisation/device-types.tsx'
import { Pairings } from './organisation/pairings.tsx'
import { Settings } from './organisation/settings.tsx'
import { AdminContext, useMembershipHere } from './parts/admin.ts'
import { usePermissionWords } from './parts/permission-words.ts'
import { Departments } from './people/departments.tsx'
import { FrozenAccounts } from './people/frozen-accounts.tsx'
import { Invitations } from './people/invitations.tsx'
import { Members } from './people/members.tsx'
import { Roles } from './people/roles.tsx'
import { DeletedStudies } from './records/deleted-studies.tsx'
import { Logs } from './records/logs.tsx'
import { Notifications } from './records/notifications.tsx'
import { Quarantine } from './records/quarantine.tsx'
import { Storage } from './records/storage.tsx'
import { useCommonWords } from './words/common.ts'

const pages: Readonly<Record<ManagementPage, ComponentType>> = {
  'members': Members, 'invitations': Invitations, 'frozen-accounts': FrozenAccounts, 'roles': Roles, 'departments': Departments,
  'settings': Settings, 'pairings': Pairings, 'devices': Devices, 'device-types': DeviceTypes, 'body-parts': BodyParts,
  'gateways': Gateways, 'api-keys': ApiKeys, 'sign-in-provider': SignInProviderPage,
  'logs': Logs, 'notifications': Notifications, 'quarantine': Quarantine, 'deleted-studies': DeletedStudies, 'storage': Storage,
  'hospitals': Hospitals, 'organisations': Organisations, 'purges': Purges,
}

/** The page of the address, for who may open it. */
export function Management() {
  const { path } = useLocation()
  const words = useCommonWords()
  const { allows } = usePermissionWords()
  const here = useMembershipHere()
  const below = /^\/o\/\d+\/admin\/?([^/]*)\/?$/.exec(path)?.[1]
  const name = managementPageNames.find((one) => one === below)
  const first = here.kind === 'member' && below === '' ? managementPagesOf(here.admin.permissions)[0] : undefined
  useEffect(() => {
    if (here.kind === 'member' && first !== undefined) navigate(`${here.admin.base}/${first}`, { replace: true })
  }, [here, first])

  if (here.kind === 'unknown' || first !== undefined) return <LoadingState />
  if (here.kind === 'stranger') return <Page title={words.management}><DeniedState detail={words.noMember} /></Page>
  if (below === '') return <Page title={words.management}><DeniedState detail={words.nothingOpen} /></Page>
  if (name === undefined) return <Page title={words.management}><EmptyState title={words.noSuchPage}>{words.noSuchPageHint}</EmptyState></Page>
  const Content = pages[name]
  const { openedBy } = managementPages[name]
  if (!openedBy.some(here.admin.may)) return <Page title={words.management}><DeniedState detail={words.missingPermission} missing={openedBy.map(allows).join(' / ')} /></Page>
  // Another organisation's page is another page: nothing that was typed or chosen stays.
  return <AdminContext value={here.admin}><Content key={`${here.admin.organisation.organisationId} ${name}`} /></AdminContext>
}
