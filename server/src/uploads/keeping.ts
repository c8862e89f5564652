import { startRepeating, type Repeating } from '../platform/repeating.ts'
import type { UploadLog } from './finish.ts'
import type { Uploads } from './uploads.ts'

const intervalMs = 15_000

/** Looks after uploads now and then again and again until closed: what was left complete is stored, what is over removed. */
export function startKeepingUploads(uploads: Uploads, log: UploadLog): Repeating {
  const keeping = startRepeating({
    round: async () => {
      const kept = await uploads.keep()
      if (kept.finished + kept.expired > 0) log.info({ ...kept }, 'uploads looked after')
    },
    pauseMs: intervalMs,
    onError: (error) => { log.warn({ err: error }, 'uploads could not be looked after') },
  })
  return {
    close: async () => {
      await keeping.close()
      await uploads.close()
    },
  }
}
