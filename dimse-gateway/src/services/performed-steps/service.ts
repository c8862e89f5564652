/** Modality Performed Procedure Step, taken for the server and kept while it cannot be reached (PS3.4 Annex F). */
import { newUID, sopClassUID, writeDicomJson, type DataSet } from '@isocenter/dicom'
import { DimseStatusError, dimseStatus, isUID, statusClass, type CreateRequest, type CreateResult, type NormalizedRequest, type NormalizedResult } from '@isocenter/dimse'
import type { Clock } from '../../platform/clock.ts'
import type { Database } from '../../platform/database.ts'
import type { Log } from '../../platform/log.ts'
import type { GatewayService } from '../../reception/index.ts'
import { UpstreamUnavailable, type Upstream } from '../upstream/upstream.ts'
import { sendStep, type StepAnswer } from './send.ts'
import { createStepTable, type NewStepMessage, type StepMessage } from './step-table.ts'

/** A modality waits this long for the server itself to answer; then the gateway takes it. */
const patienceMs = 10_000
const retryEveryMs = 15_000
/** Messages in a row without an answer in all that time: the line is dead then, and not one message hard to digest. */
const unansweredEndRound = 2

export interface PerformedSteps {
  readonly service: GatewayService
  /** The newest first, for a person to see. */
  list(limit: number): readonly StepMessage[]
  /** Calls back when one came or went; answers how to stop. */
  subscribe(listener: () => void): () => void
  /** Sends what waits now, in order; for when the line has come back. */
  send(): Promise<void>
  /** Messages refused by the server after they were taken, and messages of another organisation than the gateway is bound to now, which no person has seen yet. */
  needingPerson(): number
  /** A person has seen these, by which those of another organisation are given up; how many there were to see. Durable. */
  acknowledge(ids: readonly number[]): Promise<number>
  removeSettledBefore(moment: Date): number
  close(): Promise<void>
}

export interface PerformedStepsDeps {
  readonly upstream: Upstream
  readonly database: Database
  /** Whose gateway this is, or was last; undefined while it was nobody's. */
  readonly organisation: () => string | undefined
  readonly clock: Clock
  readonly log: Log
}

export function createPerformedSteps({ upstream, database, organisation, clock, log }: PerformedStepsDeps): PerformedSteps {
  const table = createStepTable(database)
  const listeners = new Set<() => void>()
  const stop = new AbortController()
  let sending: Promise<void> | undefined
  const timer = setInterval(() => { void send() }, retryEveryMs).unref()
  const boundTo = (): string => organisation() ?? ''
  const tell = (): void => { for (const listener of listeners) listener() }

  /** Asks the server at once unless something of this step still waits; what it cannot take now is kept durably and succeeds. */
  async function take(message: Omit<NewStepMessage, 'state' | 'reason'>): Promise<NormalizedResult> {
    const outcome = table.isWaiting(message.SOPInstanceUID) ? undefined : withoutRepeat(message, await attempt(message))
    const result = outcome instanceof Unsent ? undefined : outcome
    const isRefused = result && statusClass(result.status) === 'failure'
    await database.write(() => {
      table.add({ ...message, state: !result ? 'waiting' : isRefused ? 'refused' : 'sent', reason: isRefused ? result.ErrorComment : undefined })
    }, { durable: true })
    tell()
    if (!result) return { status: dimseStatus.success.code }
    const { isThereAlready: _, ...answer } = result
    return answer
  }

  /** The server has the very step, and we never heard so: the gateway ended between its success and our own word for it. */
  function withoutRepeat({ SOPInstanceUID, operation }: Pick<StepMessage, 'SOPInstanceUID' | 'operation'>, outcome: StepAnswer | Unsent): StepAnswer | Unsent {
    const isRepeat = operation === 'create' && !(outcome instanceof Unsent) && outcome.isThereAlready === true
    return isRepeat && !table.isCreated(SOPInstanceUID) ? { status: dimseStatus.success.code } : outcome
  }

  async function attempt(message: Pick<StepMessage, 'SOPInstanceUID' | 'operation' | 'dataSet'>): Promise<StepAnswer | Unsent> {
    const patience = AbortSignal.timeout(patienceMs)
    try {
      return await sendStep(upstream, message, AbortSignal.any([stop.signal, patience]))
    } catch (error) {
      if (patience.aborted || stop.signal.aborted) return new Unsent('noAnswer')
      if (error instanceof UpstreamUnavailable) return new Unsent(error.status === undefined ? 'noLine' : 'notTaken')
      throw error
    }
  }

  /** What came while the gateway was nobody's is of the first who took it. */
  function adopt(): void {
    const first = organisation()
    if (first !== undefined) table.adopt(first)
  }

  async function sendWaiting(): Promise<void> {
    // A step whose message could not go holds back its own later ones, no others.
    const heldBack = new Set<string>()
    adopt()
    let unanswered = 0
    for (let message = table.nextWaiting(0, boundTo()); message && !stop.signal.aborted; message = table.nextWaiting(message.id, boundTo())) {
      if (heldBack.has(message.SOPInstanceUID)) continue
      const result = await attempt(message)
      if (result instanceof Unsent) {
        unanswered = result.why === 'noAnswer' ? unanswered + 1 : 0
        if (result.why === 'noLine' || unanswered >= unansweredEndRound) return
        heldBack.add(message.SOPInstanceUID)
        continue
      }
      unanswered = 0
      const { id } = message
      const isFine = statusClass(result.status) !== 'failure' || result.isThereAlready === true
      await database.write(() => { table.settle(id, isFine ? 'sent' : 'refused', clock(), isFine ? undefined : result.ErrorComment) }, { durable: true })
      if (!isFine) log.warn({ SOPInstanceUID: message.SOPInstanceUID, status: result.status }, 'the server refused a performed procedure step')
      tell()
    }
  }

  function send(): Promise<void> {
    sending ??= sendWaiting()
      .catch((error: unknown) => { log.error({ err: error }, 'performed procedure steps could not be sent') })
      .finally(() => { sending = undefined })
    return sending
  }

  const messageOf = (operation: StepMessage['operation'], SOPInstanceUID: string, dataSet: DataSet, callingAETitle: string): Omit<NewStepMessage, 'state' | 'reason'> => ({
    SOPInstanceUID, operation, callingAETitle: callingAETitle.trim(), receivedAt: clock(),
    stepStatus: dataSet.string('PerformedProcedureStepStatus'), dataSet: writeDicomJson(dataSet), organisation: organisation(),
  })

  const handlers: GatewayService['handlers'] = {
    create: async ({ SOPInstanceUID, dataSet, association }: CreateRequest): Promise<CreateResult> => {
      const uid = SOPInstanceUID ?? newUID()
      return { ...await take(messageOf('create', uidOf(uid), given(dataSet), association.callingAETitle)), SOPInstanceUID: uid }
    },
    set: async ({ SOPInstanceUID, dataSet, association }: NormalizedRequest) => take(messageOf('set', uidOf(SOPInstanceUID), given(dataSet), association.callingAETitle)),
  }

  return {
    service: { name: 'performedSteps', SOPClassUIDs: [sopClassUID('ModalityPerformedProcedureStep')], handlers },
    list: (limit) => table.list(limit, boundTo()),
    subscribe(listener) {
      listeners.add(listener)
      return () => { listeners.delete(listener) }
    },
    send,
    needingPerson: () => table.needingPerson(boundTo()),
    async acknowledge(ids) {
      const seen = await database.write(() => table.acknowledge(ids, boundTo(), clock()), { durable: true })
      log.info({ ids, seen }, 'a person has seen refused performed procedure steps')
      tell()
      return seen
    },
    removeSettledBefore: (moment) => table.removeSettledBefore(moment),
    async close() {
      clearInterval(timer)
      stop.abort()
      await sending
    },
  }
}

/** A message did not get through: nobody was there, nobody answered in all the time there was, or the answer says nothing of it. */
class Unsent {
  readonly why: 'noLine' | 'noAnswer' | 'notTaken'
  constructor(why: Unsent['why']) {
    this.why = why
  }
}

function given(dataSet: DataSet | undefined): DataSet {
  if (!dataSet) throw new DimseStatusError(dimseStatus.missingAttribute.code, { ErrorComment: 'the request has no attributes' })
  return dataSet
}

function uidOf(uid: string): string {
  if (!isUID(uid)) throw new DimseStatusError(dimseStatus.invalidSOPInstance.code, { ErrorComment: 'the SOP Instance UID is none' })
  return uid
}
