/** Says in the log how much was found to be gone, once for all that is found about then: a whole folder may have been emptied. */
import type { Log } from '../platform/log.ts'
import type { Losses } from './lost.ts'

export interface LossLog {
  readonly note: (losses: Losses) => void
  /** Says at once what is still to be said. */
  readonly flush: () => void
}

/** What is found within so long makes one line. */
const collectMs = 1_000

export function createLossLog(log: Pick<Log, 'error' | 'info'>): LossLog {
  let arrived = 0
  let lost = 0
  let timer: NodeJS.Timeout | undefined
  const flush = (): void => {
    clearTimeout(timer)
    timer = undefined
    if (lost > 0) log.error({ objects: lost }, 'objects were lost here before they had arrived everywhere they should')
    if (arrived > 0) log.info({ objects: arrived }, 'copies here of objects that had arrived are gone')
    arrived = 0
    lost = 0
  }
  return {
    flush,
    note: (losses) => {
      arrived += losses.arrived
      lost += losses.lost
      if (arrived + lost > 0) timer ??= setTimeout(flush, collectMs)
    },
  }
}
