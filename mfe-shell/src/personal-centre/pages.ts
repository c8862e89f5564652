import type { ComponentType } from 'react'
import { Credentials } from './credentials/credentials.tsx'
import { Favourites } from './favourites.tsx'
import { NotificationSettings } from './notification-settings.tsx'
import { Permissions } from './permissions.tsx'
import { ProfilePage } from './profile/profile.tsx'
import { Security } from './security/security.tsx'
import { Settings } from './settings.tsx'
import { SignaturePage } from './signature/signature.tsx'

/** The pages of the personal centre; their names and order are the navigation's (frame/entries.ts). */
export const pages: readonly { readonly path: string; readonly page: ComponentType }[] = [
  { path: '/me/profile', page: ProfilePage },
  { path: '/me/security', page: Security },
  { path: '/me/settings', page: Settings },
  { path: '/me/notifications', page: NotificationSettings },
  { path: '/me/signature', page: SignaturePage },
  { path: '/me/credentials', page: Credentials },
  { path: '/me/favourites', page: Favourites },
  { path: '/me/permissions', page: Permissions },
]
