import { createApplication } from '@isocenter/design-system'
import { Information } from './information.tsx'

/** What the organisation at hand says of itself, at `/o/:organisationId/information`. */
export const { bootstrap, mount, unmount } = createApplication(Information, { place: 'content' })
