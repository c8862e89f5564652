import { createApplication } from '@isocenter/design-system'
import { NotFound } from './not-found.tsx'

export const { bootstrap, mount, unmount } = createApplication(NotFound, { place: 'content' })
