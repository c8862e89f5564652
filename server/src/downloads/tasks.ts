/** What is done for downloads in the background. */
import type { Tasks } from '../jobs/index.ts'
import { makeDownloadsTask, type Downloads } from './downloads.ts'

export const downloadTasks = ({ makeAll, makeWhatWaits, forget }: Pick<Downloads, 'makeAll' | 'makeWhatWaits' | 'forget'>): Tasks => ({
  tasks: {
    [makeDownloadsTask]: async (_payload, { signal, again }) => {
      await makeAll(signal)
      // Stopped in the middle: another process goes on at once.
      if (signal.aborted) await again()
    },
    'resume-downloads': makeWhatWaits,
    'forget-downloads': forget,
  },
  schedule: ['* * * * * resume-downloads', '37 * * * * forget-downloads'],
})
