import { session, studies } from '@isocenter/api-client'
import type { SavedView, SavedViewRequest } from '@isocenter/contracts'
import { useAction, useResource, type ProblemLike } from '@isocenter/design-system'

export interface SavedViews {
  /** Undefined before they are there. */
  readonly views: readonly SavedView[] | undefined
  readonly error: ProblemLike | undefined
  readonly isBusy: boolean
  /** @throws ApiProblem */
  readonly save: (view: SavedViewRequest) => Promise<SavedView>
  readonly replace: (viewId: string, view: SavedViewRequest) => Promise<void>
  readonly remove: (viewId: string) => Promise<void>
}

/** The views of the list somebody keeps in one organisation, on all his devices. */
export function useSavedViews(organisationId: string): SavedViews {
  const api = studies(session.api.of(organisationId))
  const { value, error, reload } = useResource(organisationId, (signal) => api.views(signal))
  const { run, isBusy } = useAction()
  const then = async (act: () => Promise<unknown>) => {
    await run(act)
    reload()
  }
  return {
    views: value?.items, error, isBusy,
    save: async (view) => {
      const made = await api.createView(view)
      reload()
      return made
    },
    replace: (viewId, view) => then(() => api.replaceView(viewId, view)),
    remove: (viewId) => then(() => api.deleteView(viewId)),
  }
}
