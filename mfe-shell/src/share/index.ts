import { createApplication } from '@isocenter/design-system'
import { ShareLinks } from './share-links.tsx'

export { ShareDialog, type ShareDialogProps } from './share-dialog.tsx'

/** Own share links, at `/o/:organisationId/shares`. */
export const { bootstrap, mount, unmount } = createApplication(ShareLinks, { place: 'content' })
