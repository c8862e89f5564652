/** Share links: studies shown to whoever holds one, de-identified where its maker says so. */
export { createSharing, type Sharing } from './links.ts'
export { isShownMasked } from './names.ts'
export { createOutsideView } from './outside-view.ts'
export { sharingRoutes } from './routes.ts'
export { sharedService as sharedDicomweb } from './service.ts'
export { sharingTasks } from './tasks.ts'
