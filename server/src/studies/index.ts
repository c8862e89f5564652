/** The product's study list. */
export { assertMayCorrectOnArrival, correctCase } from './correct.ts'
export { examTypesOf } from './exam-types.ts'
export { studyExport } from './export.ts'
export { studyRoutes } from './routes.ts'
export { createStudies, type Studies } from './studies.ts'
