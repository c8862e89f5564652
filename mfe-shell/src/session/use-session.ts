import { session, type SessionState } from '@isocenter/api-client'
import { useLocation, useStore } from '@isocenter/design-system'
import type { OwnMembership, Session } from '@isocenter/contracts'
import { organisationOf } from '../places.ts'

export const useSessionState = (): SessionState => useStore(session)

/** Who is signed in; the pages that ask are shown to nobody else. Undefined for the moment in which that ends. */
export function useSignedIn(): { readonly session: Session; readonly memberships: readonly OwnMembership[] } | undefined {
  const state = useSessionState()
  return state.kind === 'signedIn' ? state : undefined
}

/** The membership in the organisation of the address; undefined elsewhere, and where there is none. */
export function useMembership(): OwnMembership | undefined {
  const { path } = useLocation()
  const organisationId = organisationOf(path)
  return useSignedIn()?.memberships.find(({ organisation }) => organisation.organisationId === organisationId)
}
