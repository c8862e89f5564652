import { createApplication } from '@isocenter/design-system'
import { PersonalCentre } from './personal-centre.tsx'

export const { bootstrap, mount, unmount } = createApplication(PersonalCentre, { place: 'content' })
