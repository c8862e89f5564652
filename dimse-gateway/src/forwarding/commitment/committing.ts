/** Storage commitment as a user: nodes that are set to are asked to commit to what they took; only then it counts as confirmed. */
import { DimseStatusError, dimseStatus, type EventReportRequest, type NormalizedResult } from '@isocenter/dimse'
import type { DicomNode, Node } from '../../configuration/nodes.ts'
import { isWithinHours } from '../../configuration/hours.ts'
import { tlsOptionsOf, type Secrets } from '../../nodes/node-tls.ts'
import type { Clock } from '../../platform/clock.ts'
import type { Log } from '../../platform/log.ts'
import type { Statements } from '../../platform/statements.ts'
import { StorageCommitmentInstance } from '@isocenter/dimse'
import { backoffMs } from '../../platform/backoff.ts'
import { startRounds } from '../rounds.ts'
import { askForCommitment } from './ask.ts'
import { createCommitmentRequests, type CommitmentRequests } from './requests.ts'
import { readCommitmentReport } from './report.ts'

/** How commitments are asked for, ms. */
export interface CommitmentPace {
  readonly everyMs: number
  /** Objects that arrive within so long are asked about together. */
  readonly collectMs: number
  readonly lingerMs: number
  /** After so long without an answer the node is asked again; an hour at most. */
  readonly patienceMs: number
}

export const usualPace: CommitmentPace = { everyMs: 2_000, collectMs: 10_000, lingerMs: 5_000, patienceMs: 3_600_000 }
/** Of one request. */
const mostReferences = 1_000
const backoff = { baseMs: 10_000, capMs: 600_000 }
/** Of nodes that are no longer configured. */
const usualMaxAttempts = 5

export interface CommittingOptions {
  readonly statements: Statements
  readonly nodes: () => readonly Node[]
  readonly secrets: Secrets
  readonly aeTitle: () => string
  readonly clock: Clock
  readonly log: Log
  readonly pace: CommitmentPace
  /** Something of the node was confirmed, or waits to be sent again. */
  readonly onReport: (nodeId: string) => void
}

export interface Committing {
  /** Answers an N-EVENT-REPORT, whichever association it comes on. @throws DimseStatusError */
  readonly eventReport: (request: EventReportRequest) => Promise<NormalizedResult>
  readonly stop: () => Promise<void>
}

export function startCommitting({ statements, nodes, secrets, aeTitle, clock, log, pace, onReport }: CommittingOptions): Committing {
  const requests: CommitmentRequests = createCommitmentRequests(statements)
  const stop = new AbortController()
  /** Of nodes in trouble: when to ask next, by a clock nobody puts back. */
  const trouble = new Map<string, { readonly failures: number; readonly until: number }>()
  const now = (): number => clock().getTime()

  async function eventReport({ SOPInstanceUID, EventTypeID, dataSet }: EventReportRequest): Promise<NormalizedResult> {
    if (SOPInstanceUID !== StorageCommitmentInstance) throw new DimseStatusError(dimseStatus.noSuchSOPInstance.code)
    const report = readCommitmentReport(EventTypeID, dataSet)
    const nodeId = await requests.take(report, (id) => nodes().find((node) => node.id === id)?.maxAttempts ?? usualMaxAttempts, now())
    if (nodeId === undefined) throw new DimseStatusError(dimseStatus.processingFailure.code, { ErrorComment: 'no such transaction' })
    log.info({ nodeId, committed: report.committed.size, failed: report.failed.size }, 'storage commitment reported')
    onReport(nodeId)
    return { status: dimseStatus.success.code }
  }

  async function askNode(node: DicomNode): Promise<void> {
    if (!node.commitment) return requests.waive(node.id, now())
    if (node.paused || !isWithinHours(node.hours, clock()) || (trouble.get(node.id)?.until ?? 0) > performance.now()) return
    const request = await requests.begin(node.id, { most: mostReferences, collectMs: pace.collectMs, patienceMs: pace.patienceMs }, now())
    if (!request) return
    try {
      const tls = node.tls && await tlsOptionsOf(node.tls, secrets)
      await askForCommitment(request, { node, tls, callingAETitle: node.callingAETitle ?? aeTitle(), eventReport, lingerMs: pace.lingerMs, signal: stop.signal })
      trouble.delete(node.id)
    } catch (error) {
      const failures = (trouble.get(node.id)?.failures ?? 0) + 1
      trouble.set(node.id, { failures, until: performance.now() + backoffMs(failures, backoff) })
      if (!stop.signal.aborted) log.warn({ err: error, nodeId: node.id, failures }, 'the node could not be asked for storage commitment')
      await requests.giveUp(request.requestId)
    }
  }

  const rounds = startRounds(pace.everyMs, async () => {
    await Promise.all(nodes().filter((node) => node.kind === 'dicom').map(askNode))
  }, (error) => { log.error({ err: error }, 'storage commitments could not be asked for') })

  return {
    eventReport,
    stop: async () => {
      stop.abort()
      await rounds.stop()
    },
  }
}
