import type { Tasks } from '../jobs/index.ts'
import type { Attachments } from './attachments.ts'

/** What is done for attachments in the background. */
export const attachmentTasks = ({ sweep }: Pick<Attachments, 'sweep'>): Tasks => ({
  tasks: { 'sweep-attachments': async () => { await sweep() } },
  schedule: ['41 3 * * * sweep-attachments'],
})
