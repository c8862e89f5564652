import { createApplication } from '@isocenter/design-system'
import { Workbench } from './workbench.tsx'

export const { bootstrap, mount, unmount } = createApplication(Workbench, { place: 'content' })
