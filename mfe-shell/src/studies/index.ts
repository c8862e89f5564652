import { createApplication } from '@isocenter/design-system'
import { Studies } from './studies.tsx'
import './studies.css'

/** The study list, at `/o/:organisationId/studies`. */
export const { bootstrap, mount, unmount } = createApplication(Studies, { place: 'content' })
