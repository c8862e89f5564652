/** Reports to the cloud as long as the gateway runs, over a line that may be down for days, and does what it is told in return. */
import { setTimeout as sleep } from 'node:timers/promises'
import { ReportAnswer, type IssuedCommand } from '@isocenter/contracts'
import { Value } from 'typebox/value'
import { LineError } from '../nodes/line-error.ts'
import type { Clock } from '../platform/clock.ts'
import type { Log } from '../platform/log.ts'
import { CloudRefused, NotTheCloud, type CloudApi } from './cloud-api.ts'
import type { CommandJournal } from './command-journal.ts'
import { doCommand, type CommandedControl } from './commands.ts'
import { makeReport, type ReportedControl } from './report.ts'
import type { TokenProvider } from './token-provider.ts'

export interface ReportLoopOptions {
  readonly api: CloudApi
  readonly tokens: TokenProvider
  readonly control: ReportedControl & CommandedControl
  readonly journal: CommandJournal
  readonly clock: Clock
  readonly log: Log
  readonly timing?: Partial<ReportTiming>
}

export interface ReportTiming {
  /** After the first failure; doubled with each that follows. */
  readonly retryMs: number
  readonly maxRetryMs: number
  /** After the cloud said that it does not know this gateway any more. */
  readonly refusedMs: number
  /** Whatever the cloud asks for, not more often. */
  readonly minReportAfterMs: number
}

const defaultTiming: ReportTiming = { retryMs: 5_000, maxRetryMs: 60_000, refusedMs: 300_000, minReportAfterMs: 1_000 }
const maxReportAfterMs = 3_600_000
const closeWithinMs = 5_000

/** How the last contact went. */
export interface CloudContact {
  readonly lastContactAt?: Date
  /** Absent while contact is fine. */
  readonly lastFailure?: { readonly at: Date; readonly reason: 'lineDown' | 'timedOut' | 'tlsFailed' | 'notAuthorised' | 'nodeFailing' | 'badAnswer' | 'refused'; readonly text: string }
}

export interface ReportLoop {
  readonly contact: CloudContact
  /** Something an administrator should see has changed: the next report goes at once. */
  readonly reportSoon: () => void
  /** Resolves when a report under way has ended, and a command too unless it takes long. */
  readonly close: () => Promise<void>
}

/** Starts reporting. Nothing that happens on the line ends it. */
export function startReportLoop({ api, tokens, control, journal, clock, log, timing = {} }: ReportLoopOptions): ReportLoop {
  const { retryMs, maxRetryMs, refusedMs, minReportAfterMs } = { ...defaultTiming, ...timing }
  const closing = new AbortController()
  let contact: CloudContact = {}
  let knownRevision: number | undefined
  let failures = 0
  let isAsked = false
  let wake: (() => void) | undefined
  /** The end of what is being done, by what it is done with. */
  const lanes = new Map<string, Promise<void>>()
  /** Commands that wait here or are being done; the cloud names them with every answer until their result is told. */
  const inHand = new Set<string>()

  const reportSoon = () => {
    isAsked = true
    wake?.()
  }

  /** One after another, beside the reports: a test of a slow node must not make the gateway look dead, and a film that prints for minutes must not keep the rest waiting. */
  const work = (commands: readonly IssuedCommand[]) => {
    for (const command of commands.filter(({ commandId }) => !inHand.has(commandId))) {
      inHand.add(command.commandId)
      const lane = laneOf(command)
      const done = (lanes.get(lane) ?? Promise.resolve()).then(() => follow(command))
        .catch((error: unknown) => { log.error({ err: error, commandId: command.commandId }, 'a command of the cloud could not be written down') })
        .finally(() => {
          inHand.delete(command.commandId)
          if (lanes.get(lane) === done) lanes.delete(lane)
        })
      lanes.set(lane, done)
    }
  }

  const follow = async (command: IssuedCommand): Promise<void> => {
    if (closing.signal.aborted) return
    if (await journal.begin(command.commandId)) {
      const result = await doCommand(control, command)
      await journal.finish(result)
      log.info({ command: command.name, commandId: command.commandId, outcome: result.outcome }, 'a command of the cloud was done')
    } else {
      await journal.tellAgain(command.commandId)
    }
    reportSoon()
  }

  /** @returns milliseconds until the next report is due */
  const report = async (): Promise<number> => {
    const results = journal.unreported()
    const content = await makeReport(control, { knownRevision, results })
    const token = await tokens.token(closing.signal)
    let answer: unknown
    try {
      answer = await api.post('/gateways/self/report', { json: content, bearer: token, signal: closing.signal })
    } catch (error) {
      if (error instanceof CloudRefused && error.status === 401) tokens.refused(token)
      throw error
    }
    if (!Value.Check(ReportAnswer, answer)) throw new NotTheCloud('The answer to the report is none of an Isocenter server.')
    await journal.reported(results)
    ;({ configurationRevision: knownRevision } = answer)
    if (contact.lastFailure) log.info({}, 'contact with the cloud is back')
    contact = { lastContactAt: clock() }
    failures = 0
    work(answer.commands)
    // More results wait than one report takes.
    if (journal.unreported().length > 0) isAsked = true
    return Math.min(Math.max(answer.reportAfterMs, minReportAfterMs), maxReportAfterMs)
  }

  /** @returns milliseconds until it is worth another try */
  const failed = (error: unknown): number => {
    failures++
    const reason = reasonOf(error)
    const text = error instanceof Error ? error.message : String(error)
    if (contact.lastFailure?.reason !== reason) log.warn({ err: error, reason }, 'no contact with the cloud')
    contact = { ...contact, lastFailure: { at: clock(), reason, text } }
    if (error instanceof CloudRefused && error.retryAfterMs !== undefined) return Math.max(error.retryAfterMs, retryMs)
    return reason === 'notAuthorised' ? Math.min(refusedMs, retryMs * 2 ** (failures - 1) * 4) : Math.min(maxRetryMs, retryMs * 2 ** (failures - 1))
  }

  const run = async (): Promise<void> => {
    while (!closing.signal.aborted) {
      isAsked = false
      const waitMs = await report().catch((error: unknown) => (closing.signal.aborted ? 0 : failed(error)))
      // Earlier by chance, never later than was promised: gateways that lost the cloud together do not come back in one instant.
      await pause(waitMs * (0.8 + 0.2 * Math.random()))
    }
  }

  /** Waits; less, once contact is fine, when a report is asked for meanwhile. */
  const pause = async (timeMs: number): Promise<void> => {
    const { promise, resolve } = Promise.withResolvers<void>()
    const timer = setTimeout(resolve, timeMs)
    wake = () => { if (contact.lastFailure === undefined || closing.signal.aborted) resolve() }
    if (isAsked || closing.signal.aborted) wake()
    await promise
    clearTimeout(timer)
    wake = undefined
  }

  const running = run()
  return {
    get contact() { return contact },
    reportSoon,
    close: async () => {
      closing.abort(new Error('the gateway stops'))
      wake?.()
      await running
      // A command that does not end is cut off with the process, and told as such after the next start.
      await Promise.race([Promise.all(lanes.values()), sleep(closeWithinMs, undefined, { ref: false })])
    },
  }
}

/** What must not wait for each other: each film printer, and everything else. */
const laneOf = ({ name, arguments: { printerId } }: IssuedCommand): string => (name === 'printFilms' ? `printer ${String(printerId)}` : '')

function reasonOf(error: unknown): NonNullable<CloudContact['lastFailure']>['reason'] {
  if (error instanceof LineError) return error.code
  if (error instanceof NotTheCloud) return 'badAnswer'
  if (!(error instanceof CloudRefused)) return 'refused'
  if (error.status === 401 || error.status === 403) return 'notAuthorised'
  return error.status >= 500 || error.status === 429 ? 'nodeFailing' : 'refused'
}
