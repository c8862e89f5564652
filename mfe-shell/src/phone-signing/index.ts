import { createApplication } from '@isocenter/design-system'
import { PhoneSigning } from './phone-signing.tsx'

export const { bootstrap, mount, unmount } = createApplication(PhoneSigning, { place: 'content' })
