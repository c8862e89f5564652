/** Films: collected, laid out, printed by gateways or fetched as a document, and kept in a history. */
export { createFilm, type Film } from './film.ts'
export { createFilmImages } from './images.ts'
export { filmRoutes } from './routes.ts'
export { settlePrintJobs } from './settling.ts'
