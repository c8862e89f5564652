/** Storage Commitment, answered from what the server really holds (PS3.4 Annex J). */
import { DimseStatusError, dimseStatus, type ActionRequest, type DimseConnection, type NormalizedResult } from '@isocenter/dimse'
import type { Configuration } from '../../configuration/schema.ts'
import type { Secrets } from '../../nodes/node-tls.ts'
import type { Clock } from '../../platform/clock.ts'
import type { Database } from '../../platform/database.ts'
import type { Log } from '../../platform/log.ts'
import type { GatewayService } from '../../reception/index.ts'
import { destinationOf } from '../destinations.ts'
import { UpstreamRefused, UpstreamUnavailable, type Upstream } from '../upstream/upstream.ts'
import { createCommitmentTable, type Commitment, type CommitmentResult } from './commitment-table.ts'
import { reportAnew, reportOn } from './report.ts'
import { readCommitmentRequest, requestCommitment, StorageCommitmentInstance, StorageCommitmentPushModel } from '@isocenter/dimse'
import { verify } from './verify.ts'

const lookEveryMs = 2_000
/** Attempts come at growing distances up to this. */
const longestPauseMs = 5 * 60_000
/** What has not reached the server by then is answered with as failed; whom we could not tell by twice that is given up. */
const patienceMs = 24 * 3600_000
const atATime = 20
/** Transactions of one AE title that are not reported yet. */
const maxOpen = 1_000
/** PS3.3 §C.14.1.1. */
const duplicateTransactionUID = 0x0131
/** Fewer attempts than these take no day: a clock that was put forward does not make anything overdue. */
const leastAttempts = 100

export interface Commitments {
  readonly service: GatewayService
  /** The newest first, for a person to see. */
  list(limit: number): readonly Commitment[]
  subscribe(listener: () => void): () => void
  /** Commitments that their requestors could not be told of, which no person has seen yet. */
  needingPerson(): number
  /** A person has seen these; how many there were to see. Durable. */
  acknowledge(ids: readonly number[]): Promise<number>
  removeSettledBefore(moment: Date): number
  close(): Promise<void>
}

export interface CommitmentDeps {
  readonly upstream: Upstream
  readonly database: Database
  readonly configuration: () => Configuration
  readonly secrets: Secrets
  /** Whether an instance is in the spool and has yet to arrive at the server. */
  readonly isOnItsWay: (SOPInstanceUID: string) => boolean
  /** Whose gateway this is, or was last; undefined while it was nobody's. */
  readonly organisation: () => string | undefined
  readonly clock: Clock
  readonly log: Log
}

export function createCommitments({ upstream, database, configuration, secrets, isOnItsWay, organisation, clock, log }: CommitmentDeps): Commitments {
  const table = createCommitmentTable(database)
  /** Associations on which requests came, for as long as they last: where the requestor hears of it first. */
  const live = new Map<number, DimseConnection>()
  const working = new Set<number>()
  const listeners = new Set<() => void>()
  const stop = new AbortController()
  let round: Promise<void> | undefined
  const timer = setInterval(() => { void settleDue() }, lookEveryMs).unref()
  const tell = (): void => { for (const listener of listeners) listener() }

  async function action(request: ActionRequest): Promise<NormalizedResult> {
    const { SOPInstanceUID, ActionTypeID, dataSet, association, connection } = request
    if (SOPInstanceUID !== StorageCommitmentInstance) throw new DimseStatusError(dimseStatus.noSuchSOPInstance.code)
    if (ActionTypeID !== requestCommitment) throw new DimseStatusError(dimseStatus.noSuchActionType.code)
    const asked = readCommitmentRequest(dataSet)
    const callingAETitle = association.callingAETitle.trim()
    if (table.isOpen(callingAETitle, asked.TransactionUID)) throw new DimseStatusError(duplicateTransactionUID, { ErrorComment: 'the transaction is open' })
    if (table.openOf(callingAETitle) >= maxOpen) throw new DimseStatusError(dimseStatus.resourceLimitation.code, { ErrorComment: `${maxOpen} transactions are open` })
    const id = await database.write(() => table.add({
      ...asked, callingAETitle, calledAETitle: association.calledAETitle.trim(),
      remoteAddress: association.remoteAddress, requestedAt: clock(), organisation: organisation(),
    }), { durable: true })
    live.set(id, connection)
    void association.ended.then(() => { live.delete(id) })
    tell()
    return { status: dimseStatus.success.code, afterwards: () => settle(id) }
  }

  /** Goes as far with a transaction as it can now. */
  async function settle(id: number): Promise<void> {
    if (working.has(id)) return
    working.add(id)
    try {
      const commitment = table.get(id)
      if (commitment?.state === 'verifying') await verifyNow(commitment)
      const verified = table.get(id)
      if (verified?.state === 'reporting' && verified.result) await reportNow(verified, verified.result)
    } catch (error) {
      if (!stop.signal.aborted) await setAside(id, error)
    } finally {
      working.delete(id)
      tell()
    }
  }

  /** Lets the others have their turn before one is tried again that failed in a way it should not. */
  async function setAside(id: number, error: unknown): Promise<void> {
    log.error({ err: error }, 'a storage commitment could not be settled')
    try {
      const commitment = table.get(id)
      if (commitment) await postpone(commitment, 'failed')
    } catch (again) {
      log.error({ err: again }, 'a storage commitment could not be set aside')
    }
  }

  async function verifyNow(commitment: Commitment): Promise<void> {
    const isOverdue = isOlderThan(commitment, patienceMs)
    // What one organisation holds is not asked of another, nor told by it.
    const isOfAnother = commitment.organisation !== undefined && commitment.organisation !== organisation()
    if (isOfAnother && !isOverdue) return postpone(commitment, 'otherOrganisation')
    let result: CommitmentResult
    try {
      if (isOfAnother) throw new UpstreamUnavailable('The gateway is bound to another organisation.')
      result = await verify(upstream, commitment.references, stop.signal)
    } catch (error) {
      // A refusal is no answer either: nothing was learnt of the instances.
      if (!(error instanceof UpstreamUnavailable || error instanceof UpstreamRefused)) throw error
      if (!isOverdue) return postpone(commitment, error instanceof UpstreamRefused ? 'serverRefuses' : 'serverUnreachable')
      result = { committed: [], failed: commitment.references.map((reference) => ({ ...reference, FailureReason: 0x0110 as const })) }
    }
    // Also of what the server has: another object of the same UID may be what is asked about.
    const isComing = commitment.references.some(({ SOPInstanceUID }) => isOnItsWay(SOPInstanceUID))
    if (isComing && !isOverdue) return postpone(commitment, 'onItsWay')
    await database.write(() => { table.verified(commitment.id, result) }, { durable: true })
  }

  async function reportNow(commitment: Commitment, result: CommitmentResult): Promise<void> {
    try {
      await deliver(commitment, result)
      await database.write(() => { table.settle(commitment.id, 'reported', clock()) }, { durable: true })
    } catch (error) {
      if (stop.signal.aborted) return
      const reason = error instanceof NowhereToReport ? 'noAddress' : 'reportNotTaken'
      log.info({ err: error, callingAETitle: commitment.callingAETitle }, 'a storage commitment could not be reported')
      if (isOlderThan(commitment, 2 * patienceMs)) await database.write(() => { table.settle(commitment.id, 'unreported', clock(), reason) }, { durable: true })
      else await postpone(commitment, reason)
    }
  }

  async function deliver(commitment: Commitment, result: CommitmentResult): Promise<void> {
    const connection = live.get(commitment.id)
    if (connection) {
      try {
        await reportOn(connection, commitment, result)
        return
      } catch (error) {
        live.delete(commitment.id)
        log.debug({ err: error }, 'a storage commitment is reported on another association')
      }
    }
    const destination = await destinationOf(commitment.callingAETitle, configuration(), secrets)
    if (!destination) throw new NowhereToReport()
    await reportAnew(commitment, result, destination, commitment.calledAETitle || configuration().service.aeTitle, stop.signal)
  }

  async function postpone({ id, attempts }: Commitment, reason: string): Promise<void> {
    const pauseMs = Math.min(longestPauseMs, lookEveryMs * 2 ** Math.min(attempts, 10)) * (0.75 + Math.random() / 2)
    await database.write(() => { table.postpone(id, new Date(clock().getTime() + pauseMs), reason) })
  }

  const isOlderThan = ({ requestedAt, attempts }: Commitment, ageMs: number): boolean => attempts >= leastAttempts && clock().getTime() - requestedAt.getTime() > ageMs

  function settleDue(): Promise<void> {
    round ??= settleRound()
      .catch((error: unknown) => { log.error({ err: error }, 'storage commitments could not be looked at') })
      .finally(() => { round = undefined })
    return round
  }

  async function settleRound(): Promise<void> {
    const first = organisation()
    if (first !== undefined) table.adopt(first)
    await Promise.all(table.due(clock(), atATime).map(({ id }) => settle(id)))
  }

  return {
    service: { name: 'commitment', SOPClassUIDs: [StorageCommitmentPushModel], handlers: { action } },
    list: (limit) => table.list(limit),
    subscribe(listener) {
      listeners.add(listener)
      return () => { listeners.delete(listener) }
    },
    needingPerson: () => table.needingPerson(),
    async acknowledge(ids) {
      const seen = await database.write(() => table.acknowledge(ids), { durable: true })
      log.info({ ids, seen }, 'a person has seen storage commitments that could not be reported')
      tell()
      return seen
    },
    removeSettledBefore: (moment) => table.removeSettledBefore(moment),
    async close() {
      clearInterval(timer)
      stop.abort()
      await round
    },
  }
}

/** The requestor is on no association, and no address is configured for its AE title. */
class NowhereToReport extends Error {
  override readonly name = 'NowhereToReport'
}
