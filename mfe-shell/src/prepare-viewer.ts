/** Who looks at the list is likely to open a study: the viewer, which takes a second to begin, begins while nobody waits for it. */

/** Of the list itself, which comes first. */
const afterMs = 1_500

const isSparing = (): boolean => (navigator as Navigator & { readonly connection?: { readonly saveData?: boolean } }).connection?.saveData === true

let timer: ReturnType<typeof setTimeout> | undefined

/** Safari has no such callback. */
const whenIdle = (work: () => void): void => { if ('requestIdleCallback' in globalThis) requestIdleCallback(work, { timeout: 10_000 }); else work() }

/** @param organisationId whose list is shown; undefined for any other page */
export function prepareViewer(organisationId: string | undefined): void {
  clearTimeout(timer)
  if (organisationId === undefined || isSparing()) return
  timer = setTimeout(() => {
    // Beginning holds the page for a moment: not while somebody scrolls or types.
    whenIdle(() => {
      // A viewer that cannot be had is told of by its own page.
      import('@isocenter/mfe-viewer').then(({ prepare }) => prepare(organisationId)).catch(() => undefined)
    })
  }, afterMs)
}
