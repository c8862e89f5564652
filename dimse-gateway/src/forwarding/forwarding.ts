/** Forwarding: everything the spool takes in goes to the nodes it is meant for. */
import { isDeepStrictEqual } from 'node:util'
import { createCodecPool } from '@isocenter/codecs'
import { DimseStatusError, dimseStatus } from '@isocenter/dimse'
import type { Configuration } from '../configuration/schema.ts'
import type { Node } from '../configuration/nodes.ts'
import type { Clock } from '../platform/clock.ts'
import type { Database } from '../platform/database.ts'
import type { Log } from '../platform/log.ts'
import { createStatements } from '../platform/statements.ts'
import type { Spool } from '../spool/index.ts'
import { createBandwidthLimit, type BandwidthLimit } from './bandwidth.ts'
import type { Selection } from './by-hand.ts'
import { startCommitting, usualPace, type CommitmentPace, type Committing } from './commitment/committing.ts'
import { createLingering, discardStranded, type DiscardSelection, type Lingering } from './discard.ts'
import type { NewDeliveries } from './enqueue.ts'
import { createLossLog } from './loss-log.ts'
import type { Lost, LostSelection } from './lost.ts'
import { createNodeWorker, type NodeWorker, type NodeWorkerState } from './node-worker.ts'
import { createPreparation } from './prepare.ts'
import { createQueue, emptyQueue, type QueueCounts } from './queue.ts'
import { applyRetention, finishDeletions } from './retention.ts'
import { startRounds, type Rounds } from './rounds.ts'
import { createNodeSender, type SenderDeps } from './senders.ts'
import { completeStudies, type CompleteStudy } from './study-watch.ts'
import { createWaitingFiles } from './waiting-files.ts'

/** What of the configuration forwarding goes by. */
export type ForwardingSettings = Pick<Configuration, 'nodes' | 'rules' | 'retention' | 'spool'>

export type ForwardingChange =
  | { readonly topic: 'node' | 'deliveries'; readonly nodeId: string }
  /** Nothing more is expected of the study. */
  | { readonly topic: 'studyComplete'; readonly study: CompleteStudy }

export interface ForwardingOptions extends Omit<SenderDeps, 'queue' | 'clock'> {
  /** With `spoolSchema`, `forwardingTables`, `strandedTables`, `repeatTables`, `lostTables`, `supersededTables` and `againTables`. */
  readonly database: Database
  readonly spool: Pick<Spool, 'read' | 'pathOf' | 'look' | 'subscribe' | 'onRepeat' | 'onLoss' | 'get' | 'delete' | 'usage'>
  /** For recoded objects while they are sent; of this process alone, in a folder nobody else may read: they are of patients. Emptied at the start. */
  readonly scratchDirectory: string
  /** Whether somebody of this AE title has an association open; nobody where absent. */
  readonly isSenderPresent?: ((callingAETitle: string) => boolean) | undefined
  /** How nodes are asked for storage commitment; the usual pace where absent. */
  readonly commitmentPace?: CommitmentPace | undefined
  readonly settings: ForwardingSettings
  readonly clock: Clock
  readonly log: Log
}

export interface NodeForwarding extends NodeWorkerState {
  readonly node: Node
  readonly counts: QueueCounts
}

export interface Forwarding {
  /** Begins to send. Before the spool's own start, so that what that finds is taken in. */
  readonly start: () => Promise<void>
  /**
   * Takes settings that have changed: new nodes begin, removed ones end, what waits for them stays in the queue until somebody calls it
   * off. Objects that went nowhere go where they are meant for now.
   */
  readonly configure: (settings: ForwardingSettings) => Promise<void>
  readonly nodes: () => readonly NodeForwarding[]
  /** Deliveries waiting for nodes that are no longer configured are counted too. */
  readonly counts: () => QueueCounts
  /** Tries again what was given up or waits for its next attempt. How many. */
  readonly retry: (selection: Selection) => Promise<number>
  readonly cancel: (selection: Selection) => Promise<number>
  /** Lets go of objects kept for deliveries that were called off. How many deliveries. */
  readonly release: (selection: Selection) => Promise<number>
  /** Deletes objects that go nowhere, for good. How many. */
  readonly discard: (selection: DiscardSelection) => Promise<number>
  /** Objects that were lost here before they were proven to have arrived, until they come anew or a person has seen it. */
  readonly lost: () => Lost
  /** A person has seen to what was lost. How many objects. */
  readonly acknowledgeLost: (selection: LostSelection) => Promise<number>
  /** What is kept here until a person looks, as of a few seconds ago. */
  readonly lingering: () => Lingering
  /** Sends an object that is still here to one more node. False when it goes there already or has gone. */
  readonly sendTo: (objectId: string, nodeId: string, urgent?: boolean) => Promise<boolean>
  readonly subscribe: (listener: (change: ForwardingChange) => void) => () => void
  /** Takes what a node reports of a storage commitment it was asked for. @throws DimseStatusError */
  readonly eventReport: Committing['eventReport']
  /** Lets attempts end for so long, 5 s where absent. */
  readonly stop: (graceMs?: number) => Promise<void>
}

interface Running {
  node: Node
  readonly worker: NodeWorker
  readonly limit: BandwidthLimit
}

export function createForwarding({ database, spool, settings: initial, clock, log, isSenderPresent = () => false, scratchDirectory, commitmentPace = usualPace, ...senderDeps }: ForwardingOptions): Forwarding {
  const queue = createQueue(database)
  const running = new Map<string, Running>()
  const stopping = new Map<string, Promise<void>>()
  const listeners = new Set<(change: ForwardingChange) => void>()
  let settings = initial
  let hasStarted = false
  let unsubscribes: readonly (() => void)[] = []
  let rounds: readonly Rounds[] = []
  let committing: Committing | undefined
  const statements = createStatements(database)
  const retention = { statements, spool, clock, log }
  const lingering = createLingering(statements)
  const lossLog = createLossLog(log)
  const waitingFiles = createWaitingFiles({ statements, spool, log })

  const tell = (change: ForwardingChange): void => { for (const listener of listeners) listener(change) }
  const pool = createCodecPool()
  const { prepare, clear } = createPreparation({ spool, pool, scratchDirectory })

  const startNode = (node: Node): void => {
    const limit = createBandwidthLimit(node.bandwidthBytesPerSecond)
    const worker = createNodeWorker(lanesOf(node), {
      queue, clock, log, prepare, look: (objectId) => spool.look(objectId),
      createSender: () => createNodeSender(node, limit, { ...senderDeps, queue, clock }),
      onChange: (topic) => { tell({ topic, nodeId: node.id }) },
    })
    running.set(node.id, { node, worker, limit })
  }

  const stopNode = async (nodeId: string, graceMs: number): Promise<void> => {
    const one = running.get(nodeId)
    running.delete(nodeId)
    const stopped = one?.worker.stop(graceMs)
    if (stopped) stopping.set(nodeId, stopped)
    await stopped
    if (stopping.get(nodeId) === stopped) stopping.delete(nodeId)
  }

  const applyNode = async (node: Node): Promise<void> => {
    const one = running.get(node.id)
    if (one && isDeepStrictEqual(connectionOf(one.node), connectionOf(node))) {
      if (isDeepStrictEqual(one.node, node)) return
      one.node = node
      one.limit.set(node.bandwidthBytesPerSecond)
      one.worker.update(lanesOf(node))
      return
    }
    await stopNode(node.id, restartGraceMs)
    startNode(node)
  }

  const wake = (nodeIds: Iterable<string>): void => { for (const nodeId of nodeIds) running.get(nodeId)?.worker.wake() }
  const noteArrived = (nodes: ReadonlyMap<string, NewDeliveries>): void => {
    for (const [nodeId, those] of nodes) {
      running.get(nodeId)?.worker.arrived(those)
      tell({ topic: 'deliveries', nodeId })
    }
  }
  const noteNew = (nodeIds: ReadonlySet<string>): void => {
    wake(nodeIds)
    for (const nodeId of nodeIds) tell({ topic: 'deliveries', nodeId })
  }

  const noteLoss = (objectIds: readonly string[]): void => {
    const { arrived, lost } = queue.lose(objectIds, clock().getTime())
    database.afterCommit(() => {
      lossLog.note({ arrived, lost })
      if (lost + arrived > 0) tellAll({})
    })
  }

  return {
    start: async () => {
      await clear()
      await queue.recover()
      unsubscribes = [
        spool.subscribe((objects) => {
          const arrived = queue.enqueue(objects, settings)
          database.afterCommit(() => { noteArrived(arrived) })
        }),
        spool.onRepeat((object, { callingAETitle, calledAETitle }) =>
          queue.enqueueAgain(object.id, { ...object, callingAETitle, calledAETitle, receivedAt: clock() }, settings)
            .then(noteNew, (error: unknown) => { log.error({ err: error, id: object.id }, 'an object that came again could not be sent again') })),
        spool.onLoss(noteLoss),
      ]
      hasStarted = true
      for (const node of settings.nodes) startNode(node)
      // A change of the nodes may have been the last thing before a crash.
      noteNew(await queue.enqueueStranded(settings))
      let finishing: Promise<void> | undefined
      const finished = (): Promise<void> => (finishing ??= finishDeletions(retention))
      const onError = (error: unknown): void => { log.error({ err: error }, 'housekeeping failed') }
      committing = startCommitting({
        statements, clock, log, pace: commitmentPace, secrets: senderDeps.secrets, aeTitle: senderDeps.aeTitle, nodes: () => settings.nodes,
        onReport: (nodeId) => { noteNew(new Set([nodeId])) },
      })
      rounds = [
        startRounds(studyRoundMs, () => completeStudies({
          statements, clock, isSenderPresent, quietSeconds: () => settings.retention.studyCompleteAfterSeconds,
          onComplete: (study) => {
            log.info({ ...study }, 'study complete')
            tell({ topic: 'studyComplete', study })
          },
        }), onError),
        startRounds(retentionRoundMs, async () => {
          await finished()
          await applyRetention(retention, { retention: settings.retention, refuseAtFreeBytes: settings.spool.refuseAtFreeBytes })
        }, onError),
      ]
    },
    configure: async (next) => {
      const before = settings
      settings = next
      if (!hasStarted) return
      const gone = [...running.keys()].filter((id) => !next.nodes.some((node) => node.id === id))
      await Promise.all([...gone.map((id) => stopNode(id, restartGraceMs)), ...next.nodes.map(applyNode)])
      for (const { id, paused } of next.nodes) if (!paused && before.nodes.some((node) => node.id === id && node.paused)) waitingFiles.look(id)
      if (isDeepStrictEqual(routesOf(before), routesOf(next))) return
      noteNew(await queue.enqueueStranded(next))
      lingering.forget()
    },
    nodes: () => {
      const counts = queue.counts()
      return [...running.values()].map(({ node, worker }) => ({ node, counts: counts.get(node.id) ?? emptyQueue, ...worker.state() }))
    },
    counts: () => [...queue.counts().values()].reduce((sum, one) => ({
      waiting: sum.waiting + one.waiting, sending: sum.sending + one.sending, delivered: sum.delivered + one.delivered, dead: sum.dead + one.dead, cancelled: sum.cancelled + one.cancelled,
      waitingBytes: sum.waitingBytes + one.waitingBytes,
    }), emptyQueue),
    retry: async (selection) => {
      const count = await queue.retry(selection, clock().getTime())
      for (const { node, worker } of running.values()) if (selection.nodeId === undefined || selection.nodeId === node.id) worker.tryNow()
      tellAll(selection)
      return count
    },
    cancel: async (selection) => {
      // What is being sent cannot be called off; it waits again once the node has stopped.
      await (selection.nodeId === undefined ? Promise.all(stopping.values()) : stopping.get(selection.nodeId))
      const count = await queue.cancel(selection)
      tellAll(selection)
      return count
    },
    release: async (selection) => {
      const count = await queue.release(selection, clock().getTime())
      tellAll(selection)
      return count
    },
    discard: async (selection) => {
      const count = await discardStranded(retention, selection)
      tellAll({})
      return count
    },
    lost: queue.lost,
    acknowledgeLost: async (selection) => {
      const count = await queue.acknowledgeLost(selection)
      if (count > 0) log.warn({ ...selection, objects: count }, 'a person has seen to what was lost')
      tellAll({})
      return count
    },
    lingering: lingering.count,
    sendTo: async (objectId, nodeId, urgent = false) => {
      const isNew = await queue.sendAlso(objectId, { nodeId, urgent })
      if (isNew) wake([nodeId])
      return isNew
    },
    subscribe: (listener) => {
      listeners.add(listener)
      return () => { listeners.delete(listener) }
    },
    eventReport: (request) => {
      // Nobody listens yet, or any more: the node reports it again.
      if (!committing || !hasStarted) throw new DimseStatusError(dimseStatus.processingFailure.code, { ErrorComment: 'not now' })
      return committing.eventReport(request)
    },
    stop: async (graceMs = 5_000) => {
      for (const unsubscribe of unsubscribes) unsubscribe()
      hasStarted = false
      await committing?.stop()
      await Promise.all([waitingFiles.stop(), ...rounds.map((one) => one.stop())])
      await Promise.all([...running.keys()].map((id) => stopNode(id, graceMs)))
      await pool.close()
      lossLog.flush()
    },
  }

  function tellAll({ nodeId }: Selection): void {
    lingering.forget()
    for (const id of nodeId === undefined ? running.keys() : [nodeId]) tell({ topic: 'deliveries', nodeId: id })
  }
}

/** A study is noticed to be complete so long after it is, at most. */
const studyRoundMs = 2_000
const retentionRoundMs = 15_000
/** Attempts of a node whose settings changed may go on for so long. */
const restartGraceMs = 10_000

/** Accelerated: twice as many at a time, so that the line is full while answers are waited for. */
const lanesOf = (node: Node): Node => (node.kind !== 'dicom' && node.accelerated ? { ...node, concurrency: Math.min(node.concurrency * 2, 32) } : node)

/** What decides where objects go. */
const routesOf = ({ nodes, rules }: ForwardingSettings): unknown => ({ nodes: nodes.map(({ id, default: isDefault }) => ({ id, isDefault })), rules })

/** The settings a connection is made by. */
function connectionOf(node: Node): Partial<Node> {
  const { name: _name, paused: _paused, hours: _hours, default: _default, concurrency: _concurrency, maxAttempts: _attempts, bandwidthBytesPerSecond: _bandwidth, ...connection } = node
  return connection
}
