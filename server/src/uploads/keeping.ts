import type { UploadLog } from './finish.ts'
import type { Uploads } from './uploads.ts'

const intervalMs = 15_000

/** Looks after uploads now and then again and again until closed: what was left complete is stored, what is over removed. */
export function startKeepingUploads(uploads: Uploads, log: UploadLog): { close: () => Promise<void> } {
  let timer: NodeJS.Timeout | undefined
  let isClosed = false
  const run = async () => {
    try {
      const kept = await uploads.keep()
      if (kept.finished + kept.expired > 0) log.info({ ...kept }, 'uploads looked after')
    } catch (error) {
      log.warn({ err: error }, 'uploads could not be looked after')
    }
    if (!isClosed) timer = setTimeout(() => { running = run() }, intervalMs).unref()
  }
  let running = run()
  return {
    close: async () => {
      isClosed = true
      clearTimeout(timer)
      await running
      await uploads.close()
    },
  }
}
