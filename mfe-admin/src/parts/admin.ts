import { session, type ApiClient } from '@isocenter/api-client'
import type { OrganisationModule, OrganisationSummary, RolePermission } from '@isocenter/contracts'
import { useLocation, useStore } from '@isocenter/design-system'
import { createContext, useContext, useMemo } from 'react'

/** Who manages what: the organisation of the address, and what the role of who is signed in allows there. */
export interface Admin {
  readonly organisation: OrganisationSummary
  readonly membershipId: string
  readonly permissions: readonly RolePermission[]
  readonly modules: readonly OrganisationModule[]
  readonly may: (permission: RolePermission) => boolean
  /** Asks for this organisation. */
  readonly api: ApiClient
  /** Address of management here; pages are below it. */
  readonly base: string
}

export const AdminContext = createContext<Admin | undefined>(undefined)

export function useAdmin(): Admin {
  const admin = useContext(AdminContext)
  if (!admin) throw new Error('An AdminContext must stand above.')
  return admin
}

export type Here = { readonly kind: 'unknown' } | { readonly kind: 'stranger' } | { readonly kind: 'member'; readonly admin: Admin }

/** The membership in the organisation of the address. */
export function useMembershipHere(): Here {
  const { path } = useLocation()
  const state = useStore(session)
  const organisationId = /^\/o\/([1-9]\d{0,17})(?=\/|$)/.exec(path)?.[1]
  return useMemo(() => {
    if (state.kind !== 'signedIn') return { kind: 'unknown' }
    const membership = state.memberships.find(({ organisation }) => organisation.organisationId === organisationId)
    if (membership === undefined || organisationId === undefined) return { kind: 'stranger' }
    const { organisation, membershipId, permissions, modules } = membership
    return { kind: 'member', admin: { organisation, membershipId, permissions, modules, may: (permission) => permissions.includes(permission), api: session.api.of(organisationId), base: `/o/${organisationId}/admin` } }
  }, [state, organisationId])
}
