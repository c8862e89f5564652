import { createApplication } from '@isocenter/design-system'
import { Frame } from './frame.tsx'

export const { bootstrap, mount, unmount } = createApplication(Frame, { place: 'frame' })
