/** What is done for share links in the background. */
import type { Tasks } from '../jobs/index.ts'
import type { Sharing } from './links.ts'

export const sharingTasks = ({ forget }: Pick<Sharing, 'forget'>): Tasks => ({ tasks: { 'forget-share-visits': forget }, schedule: ['41 * * * * forget-share-visits'] })
