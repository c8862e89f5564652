import type { OwnMembership } from '@isocenter/contracts'

/** Where signing in leads to who wanted to go nowhere in particular: to the only organisation there is, else to the workbench (WB-03). */
export function landing(memberships: readonly OwnMembership[], _entrance: string): string {
  const [first, ...others] = memberships
  return first && others.length === 0 ? `/o/${first.organisation.organisationId}/home` : '/workbench'
}
