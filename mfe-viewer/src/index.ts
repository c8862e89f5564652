import { createApplication } from '@isocenter/design-system'
import { ownPreferences } from '@isocenter/api-client'
import { smallScreen } from '@isocenter/contracts/viewer'
import { ViewerPage } from './page.tsx'
import { viewerFrame } from './viewer-frame.ts'
import './viewer.css'

/** Begins the viewer for who is likely to open a study next. Not on small screens, which may pay for every byte, and not where studies are shown in a second window. */
export async function prepare(organisationId: string): Promise<void> {
  if (matchMedia(smallScreen).matches) return
  const preferences = await ownPreferences.get()
  if (preferences?.dualScreen !== true) viewerFrame.prepare({ organisationId, isSimple: preferences?.viewerLayout === 'classic' })
}

/** The viewer, at `/o/:organisationId/viewer`. */
export const { bootstrap, mount, unmount } = createApplication(ViewerPage, { place: 'content' })
