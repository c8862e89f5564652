/** Files people add to a study. */
export { createAttachments, type Attachments } from './attachments.ts'
export { attachmentRoutes } from './routes.ts'
export { attachmentTasks } from './tasks.ts'
