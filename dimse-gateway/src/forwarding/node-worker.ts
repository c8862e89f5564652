/** Works off what is to go to one node: as many attempts at a time as it is set to, none while it is held or in trouble. */
import { isWithinHours } from '../configuration/hours.ts'
import type { Node } from '../configuration/nodes.ts'
import type { Clock } from '../platform/clock.ts'
import type { Log } from '../platform/log.ts'
import { ObjectUnreadable, troubleOf, type Attempt, type Sendable, type Sender, type Trouble } from './attempt.ts'
import { backoffMs, longestWaitMs } from '../platform/backoff.ts'
import { createBatchSize } from './batch-size.ts'
import { troublesBeforeAlone } from './claim.ts'
import type { Delivery } from './delivery.ts'
import type { DeliveryError } from './delivery-states.ts'
import type { NewDeliveries } from './enqueue.ts'
import { outcomesOf } from './outcomes.ts'
import type { Queue } from './queue.ts'
import { createReceptionFirst } from './reception-first.ts'
import type { Settled } from './settle.ts'
import { createWakeUp } from './wake-up.ts'

/** Makes an object ready to be sent. @throws ObjectUnreadable */
export type Prepare = (delivery: Delivery, node: Node, signal: AbortSignal) => Promise<Sendable>

export interface NodeWorkerDeps {
  readonly queue: Queue
  /** One for each lane. @throws what is wrong with the node's settings */
  readonly createSender: () => Promise<Sender>
  readonly prepare: Prepare
  /** Looks whether the copy of an object that could not be read is there, and has it written down where it is not. */
  readonly look: (objectId: string) => Promise<unknown>
  readonly clock: Clock
  readonly log: Log
  readonly onChange: (change: 'node' | 'deliveries') => void
}

export type NodeStatus = 'idle' | 'sending' | 'retrying' | 'paused' | 'outsideHours'

export interface NodeWorkerState {
  readonly status: NodeStatus
  /** Attempts under way. */
  readonly attempts: number
  readonly lastArrivalAt?: Date | undefined
  /** While in trouble. */
  readonly nextAttemptAt?: Date | undefined
  /** Of the line or the node, while it lasts. */
  readonly trouble?: (DeliveryError & { readonly at: Date; readonly since: Date }) | undefined
}

export interface NodeWorker {
  /** Objects were taken in for the node. While more come, those that are not urgent wait a moment. */
  readonly arrived: (those: NewDeliveries) => void
  /** Something waits that goes at once, or a person wants it tried now: trouble is forgotten. */
  readonly wake: () => void
  readonly tryNow: () => void
  /** Takes settings that need no new connection: pause, hours, concurrency, attempts. */
  readonly update: (node: Node) => void
  readonly state: () => NodeWorkerState
  /** Lets attempts under way end for so long, breaks off the rest; what they sent goes back into the queue. */
  readonly stop: (graceMs: number) => Promise<void>
}

const nodeBackoff = { baseMs: 1_000, capMs: 60_000 }
/** Hours are looked at again so often. */
const hoursCheckMs = 30_000
const longestSleepMs = 60_000
/** Connections grown old one after the other: after so many the line is to blame. */
const mostHarmless = 3
/** Objects that bring trouble of their own; when so many did and nothing arrived between, it is the node's. */
const mostSuspects = 3
const clientStopped = new Error('The worker of the node is stopping.')

export function createNodeWorker(initial: Node, { queue, createSender, prepare, look, clock, log, onChange }: NodeWorkerDeps): NodeWorker {
  let node = initial
  let isStopping = false
  let attempts = 0
  let failures = 0
  let harmless = 0
  /** Objects that went alone and met trouble since something arrived. */
  const suspects = new Set<number>()
  let blockedUntil = 0
  let lastArrivalAt: Date | undefined
  let trouble: NodeWorkerState['trouble']
  const size = createBatchSize()
  const reception = createReceptionFirst()
  let mayHaveUrgent = false
  const news = createWakeUp()
  const abort = new AbortController()
  const lanes = new Map<number, Promise<void>>()
  const now = (): number => clock().getTime()

  const isHeld = (): boolean => node.paused || !isWithinHours(node.hours, clock())

  /** How long lane `index` has nothing to do; 0: something may be due. */
  const restMs = (index: number): number => {
    if (node.paused) return longestSleepMs
    if (isHeld()) return hoursCheckMs
    // In trouble one lane feels the way, and only when it is time.
    if (failures > 0 && index > 0) return longestSleepMs
    const leftMs = blockedUntil - now()
    return leftMs > longestWaitMs ? 0 : Math.max(0, leftMs)
  }

  const noteSuccess = (): void => {
    const wasInTrouble = failures > 0
    failures = 0
    harmless = 0
    blockedUntil = 0
    trouble = undefined
    if (!wasInTrouble) return
    log.info({ nodeId: node.id }, 'node takes objects again')
    news.wake()
    onChange('node')
  }

  const noteTrouble = ({ error, retryAfterMs, isHarmless, wantsLess }: Trouble): void => {
    if (isHarmless && ++harmless < mostHarmless) return
    size.failed(wantsLess && error.code === 'refused')
    // That one of several was refused is no trouble of the node.
    if (wantsLess && error.code === 'refused') return
    failures++
    const waitMs = Math.max(backoffMs(failures, nodeBackoff), retryAfterMs ?? 0)
    blockedUntil = now() + waitMs
    trouble = { ...error, at: clock(), since: trouble?.since ?? clock() }
    log.warn({ nodeId: node.id, code: error.code, failures, waitMs }, 'node in trouble')
    onChange('node')
  }

  /** Whether trouble is of the one object that met it time and again: it waits by itself then, and the others do not. */
  const isOfOneObject = ([first, ...others]: readonly Delivery[], { concernsObjects, isHarmless, retryAfterMs }: Trouble): boolean => {
    if (first === undefined || others.length > 0 || first.troubles < troublesBeforeAlone || !concernsObjects || isHarmless || retryAfterMs !== undefined) return false
    suspects.add(first.deliveryId)
    return suspects.size <= mostSuspects
  }

  const attempt = async (sender: Sender, batch: readonly Delivery[]): Promise<Attempt> => {
    const prepared: Sendable[] = []
    try {
      // Answers name instances: the same one twice in a request could not be told apart.
      const once = batch.filter((one, index) => batch.findIndex(({ SOPInstanceUID }) => SOPInstanceUID === one.SOPInstanceUID) === index)
      for (const delivery of once) prepared.push(await prepare(delivery, node, abort.signal))
      return await sender.send(prepared, abort.signal)
    } catch (error) {
      if (error instanceof ObjectUnreadable) {
        log.error({ err: error, nodeId: node.id }, 'object cannot be read')
        return { verdicts: new Map([[error.deliveryId, { kind: 'refused', error: { code: 'objectUnreadable' }, isFinal: false }]]) }
      }
      if (abort.signal.aborted) return { verdicts: new Map() }
      log.error({ err: error, nodeId: node.id }, 'attempt failed in a way it should not')
      return { verdicts: new Map(), trouble: troubleOf({ code: 'nodeFailing', detail: error instanceof Error ? error.message : undefined }, { concernsObjects: true }) }
    } finally {
      for (const one of prepared) await one.dispose?.()
    }
  }

  /** What has arrived and is not written down would stay under way: written down as soon as the disk takes it. */
  const settleSurely = async (settled: readonly Settled[]): Promise<void> => {
    for (;;) {
      try {
        await queue.settle(settled, now())
        return
      } catch (error) {
        log.error({ err: error, nodeId: node.id }, 'outcomes cannot be written down')
        // At the next start they wait again, and are sent again, which does no harm.
        if (isStopping) return
        await news.sleep(nodeBackoff.baseMs, news.count())
      }
    }
  }

  /** Whether a copy that could not be read is gone is known before the outcome is written down, which goes by it. */
  const lookForUnread = async (batch: readonly Delivery[], { verdicts }: Attempt): Promise<void> => {
    for (const { deliveryId, objectId } of batch) {
      const verdict = verdicts.get(deliveryId)
      if (verdict?.kind !== 'refused' || verdict.error.code !== 'objectUnreadable') continue
      // It is looked for again with the next attempt.
      await look(objectId).catch((error: unknown) => { log.error({ err: error, id: objectId }, 'the file of a spooled object cannot be looked for') })
    }
  }

  const work = async (sender: Sender, batch: readonly Delivery[]): Promise<void> => {
    attempts++
    reception.attemptBegan()
    onChange('deliveries')
    const start = performance.now()
    const result = await attempt(sender, batch)
    await lookForUnread(batch, result)
    attempts--
    const settled = outcomesOf(batch, result, { maxAttempts: node.maxAttempts, now: now() })
    const arrived = settled.filter(({ outcome }) => outcome.kind === 'arrived').length
    reception.attemptEnded(arrived)
    await settleSurely(settled)
    const refused = settled.filter(({ outcome }) => outcome.kind === 'refused').length
    if (arrived > 0) {
      lastArrivalAt = clock()
      suspects.clear()
    }
    // A line that breaks and carries something each time is worth going on with.
    if (arrived > 0) failures = Math.min(failures, 1)
    if (result.trouble && isOfOneObject(batch, result.trouble)) log.warn({ nodeId: node.id, code: result.trouble.error.code, deliveryId: batch[0]?.deliveryId }, 'an object brings trouble')
    else if (result.trouble) noteTrouble(result.trouble)
    else if (arrived + refused > 0) noteSuccess()
    // The lane that feels the way may have found nothing to do, since this one had it.
    if (result.trouble) news.wake()
    if (!result.trouble && arrived > 0) size.succeeded(batch.reduce((sum, { byteLength }) => sum + byteLength, 0), performance.now() - start)
    log.info({ nodeId: node.id, objects: batch.length, arrived, refused, tookMs: Math.round(performance.now() - start) }, 'attempt ended')
    onChange('deliveries')
  }

  /** Undefined, with the node in trouble, when its settings make none. */
  const openSender = async (): Promise<Sender | undefined> => {
    try {
      return await createSender()
    } catch (error) {
      noteTrouble(troubleOf({ code: 'tlsFailed', detail: error instanceof Error ? error.message : undefined }))
      return undefined
    }
  }

  /** Works until the worker stops, or the node is set to fewer lanes. */
  const runLane = async (index: number): Promise<void> => {
    let sender: Sender | undefined
    try {
      while (!isStopping && index < node.concurrency) {
        const seen = news.count()
        const rest = restMs(index)
        if (rest > 0) {
          await news.sleep(Math.min(rest, longestSleepMs), seen)
          continue
        }
        const holdMs = reception.holdMs()
        if (holdMs > 0 && !mayHaveUrgent) {
          await news.sleep(holdMs, seen)
          continue
        }
        sender ??= await openSender()
        if (!sender) continue
        const batch = await queue.claim(node.id, { ...size.limits(), urgentOnly: holdMs > 0 }, now())
        if (batch.length === 0 && holdMs > 0) {
          // Others may have come since.
          if (news.count() === seen) mayHaveUrgent = false
          continue
        }
        if (batch.length === 0) {
          reception.letGo()
          const dueAt = queue.nextDueAt(node.id)
          await news.sleep(dueAt === undefined ? longestSleepMs : Math.min(Math.max(dueAt - now(), 5), longestSleepMs), seen)
          continue
        }
        await work(sender, batch)
      }
    } finally {
      await sender?.close()
    }
  }

  const startLane = (index: number): void => {
    const lane = runLane(index).catch((error: unknown) => {
      // The queue itself failed, as when the disk is full: nothing was claimed then.
      log.error({ err: error, nodeId: node.id }, 'lane of the node failed')
    }).then(async () => {
      lanes.delete(index)
      if (isStopping || index >= node.concurrency) return
      await news.sleep(nodeBackoff.baseMs, news.count())
      ensureLanes()
    })
    lanes.set(index, lane)
  }

  const ensureLanes = (): void => {
    if (isStopping) return
    for (let index = 0; index < node.concurrency; index++) if (!lanes.has(index)) startLane(index)
  }
  ensureLanes()

  const letGo = (): void => {
    reception.letGo()
    news.wake()
  }

  return {
    arrived: ({ objects, isAnyUrgent }) => {
      // Lanes that hold back look again by themselves.
      const isHolding = reception.holdMs() > 0
      reception.arrived(objects)
      mayHaveUrgent ||= isAnyUrgent
      if (isAnyUrgent || !isHolding) news.wake()
    },
    wake: letGo,
    tryNow: () => {
      blockedUntil = 0
      letGo()
    },
    update: (next) => {
      node = next
      ensureLanes()
      news.wake()
      onChange('node')
    },
    state: () => ({
      status: node.paused ? 'paused' : isHeld() ? 'outsideHours' : failures > 0 ? 'retrying' : attempts > 0 ? 'sending' : 'idle',
      attempts, lastArrivalAt, trouble,
      nextAttemptAt: failures > 0 && !isHeld() ? new Date(blockedUntil) : undefined,
    }),
    stop: async (graceMs) => {
      isStopping = true
      news.wake()
      const breakOff = setTimeout(() => { abort.abort(clientStopped) }, graceMs)
      await Promise.all(lanes.values())
      clearTimeout(breakOff)
    },
  }
}
