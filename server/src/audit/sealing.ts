/** Sealing again and again, and what else is done for the trail in the background. */
import type { FastifyBaseLogger } from 'fastify'
import type { Tasks } from '../jobs/index.ts'
import type { Db } from '../platform/db.ts'
import { startRepeating, type Repeating } from '../platform/repeating.ts'
import { cutTrail } from './retention.ts'
import { chainEnd, sealTrail, type SealSigner } from './seal.ts'

const defaultIntervalMs = 10_000
const tellHeadEveryMs = 60 * 60_000

/** Seals what has been written, `intervalMs` after each end, until closed; once an hour the log is told the head, to be held against it later. */
export function startSealing({ db, signer, now, log, intervalMs = defaultIntervalMs }: {
  readonly db: Db; readonly signer: SealSigner; readonly now: () => Date; readonly log: Pick<FastifyBaseLogger, 'info' | 'error'>; readonly intervalMs?: number
}): Repeating {
  let toldAt = -Infinity
  return startRepeating({
    round: async () => {
      await sealTrail(db, signer, now)
      if (performance.now() - toldAt < tellHeadEveryMs) return
      toldAt = performance.now()
      const { seal, hash } = await chainEnd(db)
      log.info({ seal, hash: hash.toString('hex') }, 'head of the audit trail')
    },
    pauseMs: intervalMs,
    onError: (error) => { log.error({ err: error }, 'the audit trail could not be sealed') },
  })
}

/** Cuts the trail once a night, where it is not kept for ever. */
export function auditTasks({ db, signer, keptDays }: { readonly db: Db; readonly signer: SealSigner; readonly keptDays: number | undefined }): Tasks {
  if (keptDays === undefined) return { tasks: { 'cut-audit-trail': () => Promise.resolve() }, schedule: [] }
  return { tasks: { 'cut-audit-trail': async () => { await cutTrail(db, signer, keptDays, new Date()) } }, schedule: ['50 2 * * * cut-audit-trail'] }
}
