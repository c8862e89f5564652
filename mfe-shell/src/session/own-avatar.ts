import { createStore, personalCentre, session } from '@isocenter/api-client'
import { useResource, useStore } from '@isocenter/design-system'

/** What the personal centre last read of the own picture; undefined before it was open. */
const told = createStore<{ readonly accountId: string; readonly mark: string | undefined } | undefined>(undefined)

/** Tells the header which picture of this account is the present one. */
export function tellAvatar(accountId: string, mark: string | undefined): void {
  const known = told.get()
  if (known?.accountId !== accountId || known.mark !== mark) told.set({ accountId, mark })
}

/** The mark of the own picture, which is part of its address; undefined where there is none, or not yet. */
export function useOwnAvatar(accountId: string): string | undefined {
  const known = useStore(told)
  const { value } = useResource(accountId, (signal) => personalCentre(session.api).profile(signal))
  return known?.accountId === accountId ? known.mark : value?.avatar
}
