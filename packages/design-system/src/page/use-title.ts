import { useEffect } from 'react'

/** The name of the tab and of the history entry, the most particular first. */
export function useTitle(title: string): void {
  useEffect(() => { document.title = `${title} · Isocenter` }, [title])
}
