import { useSyncExternalStore, type AnchorHTMLAttributes, type MouseEvent } from 'react'
import { hasUnsavedWork, mayLeave } from './unsaved-work.ts'

const listeners = new Set<() => void>()

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  addEventListener('popstate', listener)
  return () => {
    listeners.delete(listener)
    removeEventListener('popstate', listener)
  }
}

const here = () => location.pathname + location.search

/** Goes to another place of the page; `replace` where going back should not come here again. Another page than this one waits for an answer where something is not saved. */
export function navigate(to: string, { replace = false }: { readonly replace?: boolean } = {}): void {
  if (to === here()) return
  if (hasUnsavedWork() && new URL(to, location.origin).pathname !== location.pathname) void mayLeave().then((may) => { if (may) go(to, replace) })
  else go(to, replace)
}

function go(to: string, replace: boolean): void {
  if (replace) history.replaceState(null, '', to)
  else history.pushState(null, '', to)
  for (const listener of listeners) listener()
}

/** Where the page is: everything that is shown can be bookmarked, reloaded and gone back from. */
export function useLocation(): { readonly path: string; readonly search: URLSearchParams } {
  const { pathname, searchParams } = new URL(useSyncExternalStore(subscribe, here), location.origin)
  return { path: pathname, search: searchParams }
}

/** A link that a plain click follows without loading the page anew. */
export function Link({ href, onClick, children, ...rest }: AnchorHTMLAttributes<HTMLAnchorElement> & { readonly href: string }) {
  return <a href={href} {...rest} onClick={(event) => { follow(event, href); onClick?.(event) }}>{children}</a>
}

/** A click with a key held, or of another button, is the browser's: a new tab, a download. */
export function follow(event: MouseEvent, href: string): void {
  if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return
  event.preventDefault()
  navigate(href)
}
