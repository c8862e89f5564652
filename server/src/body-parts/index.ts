/** Body parts as they are requested and billed, the tags they are recognised by, and their spreadsheets. */
export { createBodyParts, type BodyParts } from './body-parts.ts'
export { bodyPartTasks } from './matching.ts'
export { bodyPartRoutes } from './routes.ts'
