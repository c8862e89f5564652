import { createApplication } from '@isocenter/design-system'
import './admin.css'
import { Management } from './routes.tsx'

/** Management of one organisation, at `/o/:organisationId/admin/…`. */
export const { bootstrap, mount, unmount } = createApplication(Management, { place: 'content' })
