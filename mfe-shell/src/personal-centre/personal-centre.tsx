import { navigate, useLocation } from '@isocenter/design-system'
import { useEffect } from 'react'
import { NotFound } from '../not-found/not-found.tsx'
import { pages } from './pages.ts'

/** The page of the address; the first one where none is named. */
export function PersonalCentre() {
  const { path } = useLocation()
  const isRoot = /^\/me\/?$/.test(path)
  useEffect(() => { if (isRoot) navigate('/me/profile', { replace: true }) }, [isRoot])
  if (isRoot) return null
  const Content = pages.find((page) => page.path === path.replace(/\/$/, ''))?.page
  return Content ? <Content /> : <NotFound />
}
