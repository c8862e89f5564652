/** Where signing in leads to who wanted to go nowhere in particular. */
import { ApiProblem, personalCentre, session } from '@isocenter/api-client'
import type { OwnMembership } from '@isocenter/contracts'

/** The administrators' entrance leads to management, where there is any to be entered (AUTH-11, AUTH-12). */
const managed = (memberships: readonly OwnMembership[]): string | undefined => {
  const one = memberships.find(({ isAtWork, places }) => isAtWork && places.includes('platformManagement')) ?? memberships.find(({ places }) => places.includes('platformManagement'))
  return one && `/o/${one.organisation.organisationId}/admin`
}

/** The page chosen for it, or the only organisation there is, else the workbench (D-07). */
export async function landing(memberships: readonly OwnMembership[], entrance: string): Promise<string> {
  if (entrance.startsWith('/sign-in/admin')) return managed(memberships) ?? '/workbench'
  try {
    const chosen = await personalCentre(session.api).landing()
    return chosen.page === 'organisation' ? `/o/${chosen.organisationId}/home` : '/workbench'
  } catch (error) {
    if (!(error instanceof ApiProblem)) throw error
    return '/workbench'
  }
}
