import {
  ApartmentOutlined, ApiOutlined, AppstoreOutlined, BankOutlined, BellOutlined, CloudServerOutlined, ClusterOutlined, DatabaseOutlined, DeleteOutlined, DesktopOutlined, DisconnectOutlined, DownloadOutlined, EditOutlined, FileSearchOutlined, HomeOutlined, IdcardOutlined, InfoCircleOutlined,
  KeyOutlined, LinkOutlined, LockOutlined, UserSwitchOutlined, MailOutlined, NotificationOutlined, PictureOutlined, PrinterOutlined, ProfileOutlined, UndoOutlined, SafetyCertificateOutlined, SafetyOutlined, SettingOutlined, SoundOutlined, ShareAltOutlined, StarOutlined, TagsOutlined, TeamOutlined, UserOutlined,
} from '@ant-design/icons'
import { managementPagesOf, type ManagementPage, type OwnMembership } from '@isocenter/contracts'
import type { ComponentType } from 'react'
import type { Words } from '../words/index.ts'

/** One line of the navigation. */
export interface Entry {
  readonly name: keyof Words['frame']['places']
  readonly icon: ComponentType<{ readonly 'aria-hidden': true }>
  /** What follows `/o/:organisationId`; everything below it belongs to the entry too. */
  readonly path: string
  /** True when the role and the organisation's modules let its holder in. */
  readonly isOpenTo: (membership: OwnMembership) => boolean
}

/** Navigation of an organisation, in its order (PLAT-10). An entry is added with its pages, not before. */
export const entries: readonly Entry[] = [
  { name: 'home', icon: HomeOutlined, path: '/home', isOpenTo: () => true },
  { name: 'studies', icon: PictureOutlined, path: '/studies', isOpenTo: ({ permissions }) => permissions.includes('study.view') },
  { name: 'film', icon: PrinterOutlined, path: '/film', isOpenTo: ({ permissions }) => permissions.includes('study.print_film') },
  { name: 'downloads', icon: DownloadOutlined, path: '/downloads', isOpenTo: ({ permissions }) => permissions.includes('study.download') },
  { name: 'shares', icon: ShareAltOutlined, path: '/shares', isOpenTo: ({ permissions }) => permissions.includes('study.share') },
  { name: 'information', icon: InfoCircleOutlined, path: '/information', isOpenTo: () => true },
  { name: 'admin', icon: SettingOutlined, path: '/admin', isOpenTo: ({ permissions }) => managementPagesOf(permissions).length > 0 },
]

/** Pages of management; which are open says `managementPagesOf`. */
export const managementIcons: Readonly<Record<ManagementPage, Entry['icon']>> = {
  'members': TeamOutlined, 'invitations': MailOutlined, 'frozen-accounts': LockOutlined, 'roles': SafetyCertificateOutlined, 'departments': ApartmentOutlined,
  'settings': BankOutlined, 'pairings': LinkOutlined, 'devices': DesktopOutlined, 'device-types': TagsOutlined, 'body-parts': ProfileOutlined, 'gateways': CloudServerOutlined, 'api-keys': ApiOutlined, 'sign-in-provider': UserSwitchOutlined,
  'logs': FileSearchOutlined, 'notifications': NotificationOutlined, 'quarantine': DisconnectOutlined, 'deleted-studies': UndoOutlined, 'storage': DatabaseOutlined, 'hospitals': ClusterOutlined, 'organisations': ClusterOutlined, 'purges': DeleteOutlined,
}

export const entriesOf = (membership: OwnMembership): readonly Entry[] => entries.filter(({ isOpenTo }) => isOpenTo(membership))

/** One line of the navigation of one's own pages. */
export interface OwnEntry {
  readonly name: keyof Words['frame']['own']
  readonly icon: Entry['icon']
  readonly path: string
}

export const ownEntries: readonly OwnEntry[] = [
  { name: 'workbench', icon: AppstoreOutlined, path: '/workbench' },
  { name: 'notifications', icon: BellOutlined, path: '/notifications' },
]

/** The personal centre (PC-01, WB-10). */
export const personalCentreEntries: readonly OwnEntry[] = [
  { name: 'profile', icon: UserOutlined, path: '/me/profile' },
  { name: 'security', icon: SafetyOutlined, path: '/me/security' },
  { name: 'settings', icon: SettingOutlined, path: '/me/settings' },
  { name: 'messages', icon: SoundOutlined, path: '/me/notifications' },
  { name: 'signature', icon: EditOutlined, path: '/me/signature' },
  { name: 'credentials', icon: IdcardOutlined, path: '/me/credentials' },
  { name: 'favourites', icon: StarOutlined, path: '/me/favourites' },
  { name: 'permissions', icon: KeyOutlined, path: '/me/permissions' },
]
