/**
 * Runs before everything else of the page, at every address: begins to show what a viewer's address asks for. Nothing of the component library is in it. Not on small
 * screens, which may pay for every byte and ask first.
 */
import { smallScreen } from '@isocenter/contracts/viewer'
import { shownBy } from './places.ts'
import { viewerFrame } from './viewer-frame.ts'

/** Who waits for an image that does not come is not kept from the page around it. */
const longestMs = 4_000

const shown = shownBy(location.pathname, new URLSearchParams(location.search))
if (shown !== undefined && !matchMedia(smallScreen).matches) viewerFrame.begin(shown)

/** Lets what was begun be seen, by who may see it. Kept once its first image is there, is refused, or is long in coming; at once where nothing was begun. */
export const firstImage = (): Promise<void> => Promise.race([viewerFrame.firstImage(), new Promise<void>((resolve) => { setTimeout(resolve, longestMs) })])
