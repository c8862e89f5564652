/** Background work: kept in Postgres, done by whichever server process is free, tried again when it fails. */
import { Logger, makeWorkerUtils, run, type Runner } from 'graphile-worker'
import pg from 'pg'
import { startRepeating } from '../platform/repeating.ts'

/** Does one piece of work. What it does must be harmless to do twice. `signal` fires when the process stops: end soon, what is left is done later. */
export type Task = (payload: unknown, job: { readonly signal: AbortSignal; readonly again: () => Promise<void> }) => Promise<void>

/** Work by name, and when some of it is due by itself. */
export interface Tasks {
  readonly tasks: Readonly<Record<string, Task>>
  /** Lines of five cron fields in UTC and a task's name. */
  readonly schedule: readonly string[]
}

/** The work of several capabilities as one. */
export const joinTasks = (...all: readonly Tasks[]): Tasks => ({
  tasks: Object.assign({}, ...all.map(({ tasks }) => tasks)) as Tasks['tasks'],
  schedule: all.flatMap(({ schedule }) => schedule),
})

export interface Jobs {
  close: () => Promise<void>
}

export interface JobLog {
  readonly info: (fields: object, message: string) => void
  readonly warn: (fields: object, message: string) => void
  readonly error: (fields: object, message: string) => void
}

export interface JobsDeps extends Tasks {
  /** Postgres connection string. */
  readonly database: string
  readonly log: JobLog
}

/** Connections beside those of the server's own pool: one that listens, and one for each lane. */
const connections = 4
/** Three: what takes minutes holds two of them, compressing and the making of downloads one each; what takes a moment does not wait for them. */
const lanes = 3
const restartAfterMs = 5_000
/** A stop waits so long for the job under way before it asks it to end. */
const abortAfterMs = 100

/** Begins to do what waits. Without a database it goes on trying; nothing but background work depends on it. */
export function startJobs({ database, tasks, schedule, log }: JobsDeps): Jobs {
  let runner: Runner | undefined
  let isClosed = false

  const start = async (): Promise<void> => {
    const pool = openPool(database, connections, log)
    try {
      runner = await run({
        pgPool: pool,
        preset: { worker: { gracefulShutdownAbortTimeout: abortAfterMs } },
        concurrency: lanes,
        noHandleSignals: true,
        logger: quietLogger(log),
        crontab: schedule.join('\n'),
        taskList: Object.fromEntries(Object.entries(tasks).map(([name, task]) => [name, (payload, { abortSignal, addJob, job }) =>
          task(payload, {
            signal: abortSignal ?? new AbortController().signal,
            again: async () => { await addJob(name, payload as never, job.key === null ? {} : { jobKey: job.key }) },
          })])),
      })
      if (isClosed) await runner.stop()
      await runner.promise
    } finally {
      await pool.end()
    }
  }
  const running = startRepeating({
    round: async () => {
      try {
        await start()
      } finally {
        runner = undefined
      }
    },
    pauseMs: restartAfterMs,
    onError: (error) => { log.warn({ err: error }, 'background jobs have stopped and will be started again') },
  })

  return {
    close: async () => {
      isClosed = true
      const closed = running.close()
      await runner?.stop()
      await closed
    },
  }
}

/** Puts a job into the queue, in place of one with the same key that waits. */
export async function addJob(database: string, task: string, payload: object, key: string): Promise<void> {
  const pool = openPool(database, 1)
  try {
    const worker = await makeWorkerUtils({ pgPool: pool, logger: quietLogger() })
    try {
      await worker.migrate()
      await worker.addJob(task, payload, { jobKey: key })
    } finally {
      await worker.release()
    }
  } finally {
    await pool.end()
  }
}

/**
 * Connections for the queue. A pool of its own it ends without waiting, and listens to no longer: what the database says to a connection that is being closed, as when it
 * stops as well, would end the process.
 */
function openPool(database: string, max: number, log?: JobLog): pg.Pool {
  const pool = new pg.Pool({ connectionString: database, max })
  // It is replaced.
  pool.on('error', ({ message }) => { log?.warn({ message }, 'a connection of background jobs has broken') })
  // The statement that was under way fails by it.
  pool.on('connect', (client) => { client.on('error', () => undefined) })
  return pool
}

/** What the queue says on its own; only its troubles are worth a line, and its metadata, which may hold payloads, are not passed on. */
function quietLogger(log?: JobLog): Logger {
  return new Logger(() => (level, message) => {
    if (level === 'error') log?.error({ message }, 'background jobs report an error')
    else if (level === 'warning') log?.warn({ message }, 'background jobs report a warning')
  })
}
