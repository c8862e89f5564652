/** The modality worklist and performed procedure steps. */
export { worklistDicomwebRoutes } from './dicomweb-routes.ts'
export { worklistRoutes } from './routes.ts'
export { createWorklist, type Worklist } from './worklist.ts'
