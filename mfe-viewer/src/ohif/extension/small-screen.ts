import { smallScreen } from '@isocenter/contracts/viewer'

/**
 * The header of OHIF holds three groups that lie upon each other on a phone: its tools stay; its mark, undoing and settings go, and so do the buttons for films, for which
 * there is no room. Who is seen is written whole, in narrow panes too.
 */
const rules = `
.viewport-overlay.overlay-top.left-viewport { max-width: 85%; }
@media ${smallScreen} {
  div:has(> [data-cy="return-to-work-list"]), div:has(> div > [data-cy="undo-btn"]), .isocenter-host:has(> .isocenter-film) { display: none; }
}
`

export function fitSmallScreens(): void {
  const style = document.createElement('style')
  style.textContent = rules
  document.head.append(style)
}
