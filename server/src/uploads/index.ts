/** Resumable uploads (tus 1.0.0). */
export { startKeepingUploads } from './keeping.ts'
export { uploadRoutes } from './routes.ts'
export { createUploads, type Uploads } from './uploads.ts'
