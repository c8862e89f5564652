/** Body parts as they are requested and billed, the tags they are recognised by, and their spreadsheets. */
export { bodyPartTasks } from './background.ts'
export { createBodyParts, type BodyParts } from './body-parts.ts'
export { hasTag, isTagSearchComplete } from './found-by-tag.ts'
export { bodyPartRoutes } from './routes.ts'
