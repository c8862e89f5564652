import { createApplication } from '@isocenter/design-system'
import { Home } from './home.tsx'

export const { bootstrap, mount, unmount } = createApplication(Home, { place: 'content' })
