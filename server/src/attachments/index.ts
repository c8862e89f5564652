/** Files people add to a study. */
export { createAttachments, type Attachments } from './attachments.ts'
export { noSuchAttachment } from './problems.ts'
export { attachmentRoutes } from './routes.ts'
export { sendAttachment } from './sending.ts'
export { attachmentTasks } from './tasks.ts'
