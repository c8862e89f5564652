import { createApplication } from '@isocenter/design-system'
import { Notifications } from './notifications.tsx'

export const { bootstrap, mount, unmount } = createApplication(Notifications, { place: 'content' })
