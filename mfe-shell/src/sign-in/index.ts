import { createApplication } from '@isocenter/design-system'
import { SignInPages } from './sign-in.tsx'

export const { bootstrap, mount, unmount } = createApplication(SignInPages, { place: 'content' })
