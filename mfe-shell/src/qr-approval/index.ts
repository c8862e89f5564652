import { createApplication } from '@isocenter/design-system'
import { QrApproval } from './qr-approval.tsx'

export const { bootstrap, mount, unmount } = createApplication(QrApproval, { place: 'content' })
