/** The product's study list. */
export { studyRoutes } from './routes.ts'
export { createStudies, type Studies } from './studies.ts'
