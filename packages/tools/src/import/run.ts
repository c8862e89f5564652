import { setTimeout as delay } from 'node:timers/promises'
import { storeStatusMeaning, storeWarnings } from '@isocenter/dicom'
import { batches, sopInstanceUIDOf, type Batch, type Skipped } from './batches.ts'
import type { Journal } from './journal.ts'
import type { Source, Unreadable } from './source.ts'
import { SourceUnreadable, StoreError, type StoreAnswer, type StowClient } from './stow.ts'

export interface Refused {
  readonly name: string
  readonly reason: string
}

/** What a run has done so far; the same object is shown by the progress bar and by the summary. */
export interface Tally {
  stored: number
  warned: number
  /** Of those stored: kept, but in no study until somebody decides, since their study is of another patient. */
  heldApart: number
  resumed: number
  bytes: number
  readonly refused: Refused[]
  readonly skipped: Skipped[]
}

export const newTally = (): Tally => ({ stored: 0, warned: 0, heldApart: 0, resumed: 0, bytes: 0, refused: [], skipped: [] })

export interface RunOptions {
  readonly client: StowClient
  readonly journal: Journal
  readonly found: AsyncIterable<Source | Unreadable>
  readonly batchSize: number
  readonly concurrency: number
  readonly signal: AbortSignal
  readonly tally: Tally
  /** Pauses between tries of one request, ms; the request is given up after the last. */
  readonly retryAfterMs?: readonly number[]
}

const patience = [500, 2_000, 5_000, 15_000, 30_000]

/**
 * Sends everything that was found, several requests at a time, until the end or the signal.
 * @throws StoreError when the server does not take a request even after several tries; what was sent is in the journal.
 */
export async function runImport(options: RunOptions): Promise<void> {
  const { journal, tally, signal } = options
  const waiting = batches(options.found, options.batchSize, ({ name, stamp }) => journal.isDone(name, stamp), {
    onSkipped: (skipped) => tally.skipped.push(skipped),
    onDone: () => { tally.resumed++ },
  })
  let broken = false
  const worker = async () => {
    while (!signal.aborted && !broken) {
      const next = await waiting.next()
      if (next.done === true) return
      await sendBatch(next.value, options)
    }
  }
  const results = await Promise.allSettled(Array.from({ length: options.concurrency }, () => worker().catch((error: unknown) => { broken = true; throw error })))
  const failed = results.find((result) => result.status === 'rejected')
  if (failed !== undefined) throw failed.reason
}

async function sendBatch({ sources }: Pick<Batch, 'sources'>, options: RunOptions): Promise<void> {
  if (sources.length === 0) return
  let answer: StoreAnswer
  try {
    answer = await persistently(sources, options)
  } catch (error) {
    if (!(error instanceof SourceUnreadable)) throw error
    options.tally.skipped.push({ name: error.source.name, reason: 'cannot be read to its end' })
    await sendBatch({ sources: sources.filter((source) => source !== error.source) }, options)
    return
  }
  if (answer.failed.length === 0 || sources.length === 1) {
    await settle(sources, answer, options)
    return
  }
  // A failure may name no instance (a part that is not DICOM): which files it was is learnt one by one. Those that were stored are named.
  for (const source of sources) {
    const uid = await sopInstanceUIDOf(source)
    const warning = uid === undefined ? undefined : answer.stored.get(uid)
    const isNamedOnce = uid !== undefined && warning !== undefined && !answer.failed.some(({ SOPInstanceUID }) => SOPInstanceUID === uid)
    await settle([source], isNamedOnce ? { stored: new Map([[uid, warning]]), failed: [] } : await persistently([source], options), options)
  }
}

/** Writes down what became of sources: all of them as stored, or the only one of them as refused. */
async function settle(sources: readonly Source[], answer: StoreAnswer, { tally, journal }: RunOptions): Promise<void> {
  const [failure] = answer.failed
  const [first] = sources
  if (failure !== undefined && first !== undefined) {
    tally.refused.push({ name: first.name, reason: storeStatusMeaning(failure.reason) })
    return
  }
  tally.stored += sources.length
  const warnings = [...answer.stored.values()].flatMap(({ warning }) => warning ?? [])
  const heldApart = warnings.filter((warning) => warning === storeWarnings.otherPatient.code).length
  tally.heldApart += heldApart
  tally.warned += warnings.length - heldApart
  await journal.done(sources)
}

async function persistently(sources: readonly Source[], { client, signal, tally, retryAfterMs = patience }: RunOptions): Promise<StoreAnswer> {
  for (let attempt = 0; ; attempt++) {
    let sent = 0
    try {
      return await client.store(sources, (count) => { sent += count; tally.bytes += count })
    } catch (error) {
      tally.bytes -= sent
      const pauseMs = retryAfterMs[attempt]
      if (!(error instanceof StoreError) || !error.retry || pauseMs === undefined || signal.aborted) throw error
      await delay(pauseMs)
    }
  }
}
