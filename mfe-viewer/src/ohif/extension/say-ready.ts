/** When the viewer can be told what to show. */
import type { FromViewer } from '@isocenter/contracts/viewer'

/** Tells once the viewer has drawn its first page, whichever: from then on it goes where it is sent. */
export function sayReady(tell: (message: FromViewer) => void): void {
  const root = document.getElementById('root')
  const isDrawn = () => root !== null && root.childElementCount > 0
  if (root === null || isDrawn()) {
    tell({ kind: 'ready' })
    return
  }
  const watching = new MutationObserver(() => {
    if (!isDrawn()) return
    watching.disconnect()
    tell({ kind: 'ready' })
  })
  watching.observe(root, { childList: true })
}
