/** The product's study list. */
export { studyExport, type StudyExportFilter } from './export.ts'
export { studyRoutes } from './routes.ts'
export { createStudies, type Studies } from './studies.ts'
