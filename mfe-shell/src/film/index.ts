import { createApplication } from '@isocenter/design-system'
import { FilmPage } from './film.tsx'

/** Films of an organisation, at `/o/:organisationId/film`. */
export const { bootstrap, mount, unmount } = createApplication(FilmPage, { place: 'content' })
