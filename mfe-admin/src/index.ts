import { createApplication } from '@isocenter/design-system'
import { Routes } from './routes.tsx'

/** Management of one organisation, at `/o/:organisationId/admin/…`. */
export const { bootstrap, mount, unmount } = createApplication(Routes, { place: 'content' })
