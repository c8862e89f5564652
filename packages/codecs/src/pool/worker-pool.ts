/** Work for other threads: a bounded number of them, a bounded queue before them, and nothing that one task does costs another. */
import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import { CodecError } from '../codec-error.ts'
import type { Answer, Question } from './messages.ts'

export interface WorkerPoolOptions {
  /** Threads at most; they are started as tasks come. One a processor where absent. */
  readonly size?: number
  /** Tasks that may wait; 256 where absent. */
  readonly maxQueued?: number
  /** Longest a task may run; 30 000 where absent. */
  readonly timeoutMs?: number
  /** After a task of more bytes the thread is replaced: what a codec has taken it does not give back. 64 MiB where absent. */
  readonly replaceAboveBytes?: number
  readonly onTask?: (ended: EndedTask) => void
  readonly onReplaced?: (reason: ReplacedBecause) => void
}

/** What became of one task, for counters. */
export interface EndedTask {
  readonly outcome: 'done' | 'failed' | 'cancelled' | 'timeout' | 'trapped'
  readonly waitedMs: number
  readonly ranMs: number
}

export type ReplacedBecause = 'timeout' | 'trapped' | 'size'

export interface TaskOptions {
  /** Bytes the task holds at its largest, roughly. */
  readonly bytes?: number
  /** Longest it may run, where that is less than the pool allows. */
  readonly timeoutMs?: number
  /** Buffers handed over with the task: detached here, not copied. */
  readonly transfer?: readonly ArrayBuffer[]
  /** Ends the wait for the task; one that runs is left to end unheard. */
  readonly signal?: AbortSignal | undefined
}

export interface WorkerPool<Task, Result> {
  /**
   * The task's result from the next free thread.
   * @throws CodecError overloaded, timeout, trapped, closed, or as the task throws; the signal's reason once it is aborted
   */
  readonly run: (task: Task, options?: TaskOptions) => Promise<Result>
  /** Tasks that wait, and that run. */
  readonly load: () => { readonly queued: number; readonly running: number }
  /** Ends the threads; what has not ended is rejected. */
  readonly close: () => Promise<void>
}

interface Entry<Task, Result> {
  readonly task: Task
  readonly options: TaskOptions
  readonly resolve: (result: Result) => void
  readonly reject: (error: unknown) => void
  readonly queuedAt: number
  readonly onAbort: () => void
  startedAt: number
  isSettled: boolean
}

interface Thread<Task, Result> {
  readonly worker: Worker
  current: Entry<Task, Result> | undefined
  timer: NodeJS.Timeout | undefined
}

/** Threads that run `script`, a module that calls `answerTasks`. */
export function createWorkerPool<Task, Result>(script: URL, options: WorkerPoolOptions = {}): WorkerPool<Task, Result> {
  const { size = availableParallelism(), maxQueued = 256, timeoutMs = 30_000, replaceAboveBytes = 64 * 1024 * 1024, onTask, onReplaced } = options
  const threads = new Set<Thread<Task, Result>>()
  const queue = new Set<Entry<Task, Result>>()
  let isClosed = false

  const settle = (entry: Entry<Task, Result>, outcome: EndedTask['outcome'], how: () => void): void => {
    if (entry.isSettled) return
    entry.isSettled = true
    entry.options.signal?.removeEventListener('abort', entry.onAbort)
    const now = performance.now()
    const startedAt = entry.startedAt || now
    onTask?.({ outcome, waitedMs: startedAt - entry.queuedAt, ranMs: now - startedAt })
    how()
  }

  const start = (): Thread<Task, Result> => {
    const thread: Thread<Task, Result> = { worker: new Worker(script, { env: {}, execArgv: [] }), current: undefined, timer: undefined }
    thread.worker.on('message', (answer: Answer<Result>) => { take(thread, answer) })
    thread.worker.on('error', (error) => { replace(thread, 'trapped', new CodecError('trapped', 'the thread broke off', { cause: error })) })
    thread.worker.on('exit', () => { if (threads.has(thread)) replace(thread, 'trapped', new CodecError('trapped', 'the thread ended')) })
    threads.add(thread)
    return thread
  }

  const replace = (thread: Thread<Task, Result>, reason: ReplacedBecause, error: CodecError): void => {
    if (!threads.delete(thread)) return
    clearTimeout(thread.timer)
    const entry = thread.current
    if (entry) settle(entry, reason === 'timeout' ? 'timeout' : 'trapped', () => { entry.reject(error) })
    void thread.worker.terminate()
    onReplaced?.(reason)
    next()
  }

  const take = (thread: Thread<Task, Result>, answer: Answer<Result>): void => {
    const entry = thread.current
    if (!entry) return
    if ('trapped' in answer) {
      replace(thread, 'trapped', new CodecError('trapped', 'the codec broke off'))
      return
    }
    clearTimeout(thread.timer)
    thread.current = undefined
    thread.worker.unref()
    if ('result' in answer) settle(entry, 'done', () => { entry.resolve(answer.result) })
    else settle(entry, 'failed', () => { entry.reject(new CodecError(answer.code, answer.message)) })
    if ((entry.options.bytes ?? 0) > replaceAboveBytes) replace(thread, 'size', new CodecError('trapped', 'the thread has grown too large'))
    else next()
  }

  const idleThread = (): Thread<Task, Result> | undefined => {
    for (const thread of threads) if (!thread.current) return thread
    return threads.size < size ? start() : undefined
  }

  const next = (): void => {
    for (const entry of queue) {
      const thread = isClosed ? undefined : idleThread()
      if (!thread) return
      queue.delete(entry)
      give(thread, entry)
    }
  }

  const give = (thread: Thread<Task, Result>, entry: Entry<Task, Result>): void => {
    entry.startedAt = performance.now()
    thread.current = entry
    thread.worker.ref()
    thread.timer = setTimeout(() => { replace(thread, 'timeout', new CodecError('timeout', 'the codec did not end in time')) }, Math.min(timeoutMs, entry.options.timeoutMs ?? timeoutMs))
    const question: Question<Task> = { task: entry.task }
    thread.worker.postMessage(question, [...entry.options.transfer ?? []])
  }

  const run = (task: Task, taskOptions: TaskOptions = {}): Promise<Result> => {
    const { signal } = taskOptions
    if (isClosed) return Promise.reject(new CodecError('closed', 'the pool is closed'))
    if (signal?.aborted === true) return Promise.reject(reasonOf(signal))
    if (queue.size >= maxQueued) return Promise.reject(new CodecError('overloaded', 'too many frames wait for a codec'))
    return new Promise<Result>((resolve, reject) => {
      const onAbort = (): void => {
        queue.delete(entry)
        settle(entry, 'cancelled', () => { reject(signal ? reasonOf(signal) : new CodecError('closed', 'cancelled')) })
      }
      const entry: Entry<Task, Result> = { task, options: taskOptions, resolve, reject, queuedAt: performance.now(), startedAt: 0, isSettled: false, onAbort }
      signal?.addEventListener('abort', onAbort, { once: true })
      queue.add(entry)
      next()
    })
  }

  const close = async (): Promise<void> => {
    isClosed = true
    const left = [...queue, ...[...threads].flatMap(({ current }) => current ?? [])]
    queue.clear()
    for (const entry of left) settle(entry, 'cancelled', () => { entry.reject(new CodecError('closed', 'the pool is closed')) })
    const workers = [...threads]
    threads.clear()
    for (const { timer } of workers) clearTimeout(timer)
    await Promise.all(workers.map(({ worker }) => worker.terminate()))
  }

  return { run, close, load: () => ({ queued: queue.size, running: [...threads].filter(({ current }) => current).length }) }
}

const reasonOf = (signal: AbortSignal): Error => signal.reason instanceof Error ? signal.reason : new Error('aborted', { cause: signal.reason })
