/** Where somebody belongs, and invitations to belong. */
import type { OwnInvitations, OwnMembership, OwnMemberships } from '@isocenter/contracts'
import { part, type ApiClient } from './client.ts'

export const workbench = (api: ApiClient) => ({
  memberships: (signal?: AbortSignal) => api.request<OwnMemberships>('GET', '/account/memberships', { signal }),
  /** The session works there from now on, for requests that name no organisation. */
  switchTo: (membershipId: string) => api.request<OwnMembership>('POST', `/account/memberships/${part(membershipId)}/switch`),
  invitations: (signal?: AbortSignal) => api.request<OwnInvitations>('GET', '/account/invitations', { signal }),
  /** @param code where the invitation says `needsCode` */
  accept: (invitationId: string, code?: string) => api.request<{ membershipId: string }>('POST', `/account/invitations/${part(invitationId)}/acceptance`, { body: { ...(code !== undefined && { code }) } }),
  decline: (invitationId: string) => api.request('POST', `/account/invitations/${part(invitationId)}/declination`),
})
