/** Files people take with them: zips of studies and spreadsheets of lists. */
export { createDownloads, type Downloads } from './downloads.ts'
export { knownList } from './lists.ts'
export { endPurgedDownloads } from './making.ts'
export { downloadRoutes } from './routes.ts'
export { downloadTasks } from './tasks.ts'
