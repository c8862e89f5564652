import { createApplication } from '@isocenter/design-system'
import { ApiReference } from './api-reference.tsx'

export const { bootstrap, mount, unmount } = createApplication(ApiReference, { place: 'content' })
