import { createApplication } from '@isocenter/design-system'
import { SharePage } from './share-page.tsx'

/** The page of a share link, at `/s/:linkId`. */
export const { bootstrap, mount, unmount } = createApplication(SharePage, { place: 'content' })
