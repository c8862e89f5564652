import { createApplication } from '@isocenter/design-system'
import { Downloads } from './downloads.tsx'

/** Own downloads, at `/o/:organisationId/downloads`. */
export const { bootstrap, mount, unmount } = createApplication(Downloads, { place: 'content' })
