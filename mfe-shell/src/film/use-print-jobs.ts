import { film, session } from '@isocenter/api-client'
import { defaultPageSize, type PrintJob, type PrintJobPage } from '@isocenter/contracts'
import { useAction, useConfirm, usePages, type Action, type Pages } from '@isocenter/design-system'
import { useEffect } from 'react'
import { useFilmWords } from './words.ts'

export interface PrintJobs {
  readonly jobs: Pages<PrintJob, PrintJobPage>
  readonly action: Action
  readonly cancel: (job: PrintJob) => Promise<void>
  readonly repeat: (job: PrintJob) => Promise<void>
}

/** A gateway takes what it is to print within seconds while somebody is at work on it, and films take minutes. */
const lookEveryMs = 3_000

/** What was printed, the newest first; looked at anew as long as something is under way. */
export function usePrintJobs(organisationId: string, study: string | undefined): PrintJobs {
  const words = useFilmWords()
  const api = film(session.api.of(organisationId))
  const jobs = usePages(`${organisationId} ${study ?? ''}`, (cursor, signal, isAgain) => api[isAgain ? 'look' : 'jobs']({ limit: defaultPageSize, ...(study !== undefined && { study }), ...(cursor !== undefined && { cursor }) }, signal))
  const action = useAction()
  const confirm = useConfirm()
  const { reload } = jobs
  const isUnderWay = jobs.value?.items.some(({ state }) => state === 'waiting' || state === 'printing') === true
  useEffect(() => {
    if (!isUnderWay) return undefined
    const timer = setInterval(reload, lookEveryMs)
    return () => { clearInterval(timer) }
  }, [isUnderWay, reload])
  return {
    jobs, action,
    cancel: async ({ jobId }) => {
      // Refused when it has begun meanwhile: the list says so.
      await action.run(() => api.cancel(jobId), { done: words.cancelled })
      reload()
    },
    repeat: async ({ jobId, printer }) => {
      if (printer && !await confirm({ title: words.repeatTitle(printer.printerName), hint: words.repeatHint, action: words.repeat })) return
      if (await action.run(() => api.repeat(jobId), { done: printer ? words.sent(printer.printerName) : words.documentMade })) reload()
    },
  }
}
