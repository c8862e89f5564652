import { createApplication } from '@isocenter/design-system'
import { session } from '@isocenter/api-client'
import { ViewerPage } from './page.tsx'
import { viewerFrame } from './viewer-frame.ts'
import './viewer.css'

// Whoever signs in next finds nothing of who was there before.
session.subscribe(() => { if (session.get().kind === 'signedOut') viewerFrame.discard() })

/** The viewer, at `/o/:organisationId/viewer`. */
export const { bootstrap, mount, unmount } = createApplication(ViewerPage, { place: 'content' })
