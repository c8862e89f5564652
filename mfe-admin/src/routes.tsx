import { useLocation } from '@isocenter/design-system'
import type { ComponentType } from 'react'

/** A page by what follows `/o/:organisationId/admin` in its address. */
export interface Route {
  readonly path: string
  readonly page: ComponentType
}

export const routes: readonly Route[] = []

/** The page of the address; nothing where there is none. */
export function Routes() {
  const { path } = useLocation()
  const below = /^\/o\/\d+\/admin(\/.*)?$/.exec(path)?.[1] ?? '/'
  const Content = routes.find((route) => route.path === below)?.page
  return Content && <Content />
}
