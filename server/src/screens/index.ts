export { readScreens, type BuiltScreens } from './built-screens.ts'
export { screenRoutes } from './routes.ts'
export { viewerRoutes } from './viewer.ts'
