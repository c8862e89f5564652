import type { FromViewer } from '@isocenter/contracts/viewer'

/** So often at most, while somebody works. */
const grainMs = 60_000

/** Tells that somebody works here: the page hears nothing of what is done in its frame, and who reads for an hour asks the server for little (AUTH-22 counts operation). */
export function sayActive(tell: (message: FromViewer) => void): void {
  let toldAt = 0
  const worked = () => {
    if (Date.now() - toldAt < grainMs) return
    toldAt = Date.now()
    tell({ kind: 'active' })
  }
  for (const name of ['pointerdown', 'keydown', 'wheel']) addEventListener(name, worked, { capture: true, passive: true })
}
