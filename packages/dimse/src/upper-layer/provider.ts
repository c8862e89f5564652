import type { Socket } from 'node:net'
import type { AssociationEnd } from './association.ts'
import { Deadline } from './deadline.ts'
import { AssociationStateError } from './errors.ts'
import type { UpperLayerLimits } from './limits.ts'
import { rejections } from './meanings.ts'
import { encodePdu } from './pdu-encode.ts'
import {
  abortReasons, PduError, type AssociateAcceptPdu, type AssociateRejectPdu, type AssociateRequestPdu, type ControlPdu, type PduName,
  type Rejection,
} from './pdu.ts'
import { PduStream, type DataPiece, type StreamItem } from './pdu-stream.ts'
import { actionFor, outcomeOf, states, type ActionName, type Condition, type Effect, type State, type UpperLayerStateEvent } from './state-machine.ts'
import { Transport } from './transport.ts'

/** How a connection ended, with or without an association. */
export type ConnectionEnd = AssociationEnd | { readonly how: 'rejected'; readonly rejection: Pick<AssociateRejectPdu, 'result' | 'source' | 'reason'> }

/** Who is told what the provider receives: PS3.8 §7 indications and confirmations. */
export interface ProviderUser {
  /** Acceptor: why the provider itself rejects a request; undefined when the user is to be asked. */
  objection?(request: AssociateRequestPdu): Rejection | undefined
  /** Acceptor: answer by `associateAccept` or `associateReject`. */
  associateIndicated?(request: AssociateRequestPdu): void
  /** Requestor: established. */
  accepted?(accept: AssociateAcceptPdu): void
  /** A piece for whoever asks; false when nobody does: it is kept until `takeKept`, and nothing more is read. */
  data(piece: DataPiece): boolean
  releaseIndicated(): void
  /** Once. */
  ended(end: ConnectionEnd): void
}

/** What comes with an event. */
interface Cause {
  readonly pdu?: ControlPdu
  /** Of what came from the peer. */
  readonly pduName?: PduName
  readonly error?: PduError
  /** Whole PDUs to send, encoded by who raised the event. */
  readonly parts?: readonly Uint8Array[]
  /** With `associateReject`. */
  readonly rejection?: Rejection
  readonly abort?: { readonly source: number; readonly reason: number }
  /** How it ended, where the event alone does not tell. */
  readonly end?: AssociationEnd
}

const eventsByPdu = {
  'A-ASSOCIATE-RQ': 'associateRqPdu',
  'A-ASSOCIATE-AC': 'associateAcPdu',
  'A-ASSOCIATE-RJ': 'associateRjPdu',
  'A-RELEASE-RQ': 'releaseRqPdu',
  'A-RELEASE-RP': 'releaseRpPdu',
  'A-ABORT': 'abortPdu',
} as const satisfies Record<ControlPdu['name'], UpperLayerStateEvent>

/** The states in which an association exists. */
const establishedStates: ReadonlySet<State> = new Set<State>(['Sta6', 'Sta7', 'Sta8', 'Sta9', 'Sta10', 'Sta11', 'Sta12'])
/** The states in which we wait for an answer of the peer and the standard has no timer. */
const awaitingAnswer: ReadonlySet<State> = new Set<State>(['Sta5', 'Sta7', 'Sta10', 'Sta11'])

export interface ProviderOptions {
  readonly role: 'requestor' | 'acceptor'
  readonly limits: UpperLayerLimits
  readonly user: ProviderUser
  /** Requestor: opens the transport connection; `transportConfirm` is raised when it is open. */
  readonly connect?: () => Socket
}

/**
 * One connection of the DICOM upper layer: brings what comes from the line, the clock and the local user to the state
 * machine (state-machine.ts), and carries out what that says.
 */
export class UpperLayerProvider {
  readonly #options: ProviderOptions
  readonly #stream: PduStream
  readonly #artim: Deadline
  /** Bounds what Table 9-10 leaves without a timer, with the ARTIM time. */
  readonly #answer: Deadline
  readonly #idle: Deadline
  readonly #pdu: Deadline
  #state: State = 'Sta1'
  #transport: Transport | undefined
  #end: ConnectionEnd | undefined
  #rejection: Rejection | undefined
  #request: AssociateRequestPdu | undefined
  #contextIds: ReadonlySet<number> = new Set()
  /** Came while nobody asked. */
  #kept: DataPiece | undefined
  #inputEnded = false
  /** How many things the local user does that the peer waits for. */
  #working = 0
  /** Resolves when the A-ABORT has left, or cannot. */
  #abortSent: Promise<void> | undefined
  readonly #closed = Promise.withResolvers<void>()

  constructor(options: ProviderOptions) {
    this.#options = options
    const { limits } = options
    this.#stream = new PduStream(limits)
    this.#artim = new Deadline(limits.artimMs, () => { this.raise('artimExpired') })
    this.#answer = new Deadline(limits.artimMs, () => { this.#timedOut('artim') })
    this.#idle = new Deadline(limits.idleMs, () => { this.#timedOut('idle') })
    this.#pdu = new Deadline(limits.pduMs, () => { this.#timedOut('pdu') })
  }

  get state(): State {
    return this.#state
  }

  get end(): ConnectionEnd | undefined {
    return this.#end
  }

  /** Acceptor: what the peer asked for, once it did. */
  get request(): AssociateRequestPdu | undefined {
    return this.#request
  }

  /** Resolves when the socket is closed. */
  get closed(): Promise<void> {
    return this.#closed.promise
  }

  /** Takes over a connected socket, which nobody has read from. */
  attach(socket: Socket): void {
    this.#transport = new Transport(socket, { writeMs: this.#options.limits.writeMs, lingerMs: this.#options.limits.artimMs }, {
      chunk: (bytes) => {
        this.#heardOf()
        this.#stream.push(bytes)
        this.#pump()
      },
      inputEnded: () => {
        this.#inputEnded = true
        this.#pump()
      },
      closed: (error) => { this.#transportClosed(error) },
      writeTimedOut: () => {
        if (this.#state === 'Sta1') return
        // A-ABORT would wait behind what the peer does not take.
        this.#settle({ how: 'timedOut', timer: 'write' })
        this.#transport?.destroy()
      },
    })
  }

  /** The ids that data may come on, from the A-ASSOCIATE-AC. */
  setContextIds(ids: Iterable<number>): void {
    this.#contextIds = new Set(ids)
  }

  /**
   * An event of the local user, or of the transport.
   * @throws AssociationStateError when Table 9-10 has nothing for it in this state
   */
  raise(event: UpperLayerStateEvent, cause: Cause = {}): void {
    this.#transition(event, cause)
    this.#pump()
  }

  /** The piece that came while nobody asked. */
  takeKept(): DataPiece | undefined {
    const piece = this.#kept
    if (!piece) return undefined
    this.#kept = undefined
    this.#pump()
    return piece
  }

  /** Undefined when more may be sent at once; else resolves when it may, or when the association has ended. */
  drained(): Promise<void> | undefined {
    return this.#end ? undefined : this.#transport?.drained()
  }

  /** Aborts for the local user, unless it is over already; resolves when the A-ABORT has left, or cannot. */
  async abort(end: AssociationEnd, reason = 0): Promise<void> {
    if (actionFor(this.#state, 'abortRequest')) this.raise('abortRequest', { abort: { source: 0, reason }, end })
    else if (this.#state === 'Sta2') this.#transport?.destroy()
    await this.#abortSent
  }

  /** Closes the connection at once, in whatever state. */
  destroy(): void {
    this.#transport?.destroy()
  }

  /** Until it is disposed, silence is ours and not the peer's. */
  working(): Disposable {
    this.#working++
    this.#idle.stop()
    let isOver = false
    return {
      [Symbol.dispose]: () => {
        if (isOver) return
        isOver = true
        this.#working--
        this.#heardOf()
      },
    }
  }

  /** Idleness begins anew, where it counts. */
  #heardOf(): void {
    if (this.#isEstablished && this.#working === 0 && !this.#kept) this.#idle.restart()
  }

  get #isEstablished(): boolean {
    return establishedStates.has(this.#state)
  }

  #transition(event: UpperLayerStateEvent, cause: Cause): void {
    const name = actionFor(this.#state, event)
    if (!name) throw new AssociationStateError(`${event} has no place in ${this.#state}: ${states[this.#state]}.`)
    const { effects, next } = outcomeOf(name, (condition) => this.#is(condition, cause))
    const wasEstablished = this.#isEstablished
    this.#state = next
    // Before the effects: what they tell the local user may lead to the next event.
    this.#setTimers(wasEstablished)
    for (const effect of effects) this.#effects[effect](name, cause)
    if (next === 'Sta13' || next === 'Sta1') this.#settle(endOf(name, cause, this.#rejection))
    if (next === 'Sta1' && event === 'transportClosed') this.#transport?.close()
  }

  #setTimers(wasEstablished: boolean): void {
    if (awaitingAnswer.has(this.#state)) this.#answer.start()
    else this.#answer.stop()
    // Who has asked for release wants the answer to it, not what came before.
    if (this.#state === 'Sta7') this.#kept = undefined
    if (this.#isEstablished === wasEstablished) return
    if (this.#isEstablished) {
      this.#heardOf()
    } else {
      this.#idle.stop()
      this.#pdu.stop()
      this.#kept = undefined
    }
  }

  #is(condition: Condition, cause: Cause): boolean {
    if (condition === 'isRequestor') return this.#options.role === 'requestor'
    if (cause.pdu?.name !== 'A-ASSOCIATE-RQ') return false
    this.#request = cause.pdu
    this.#rejection = this.#options.user.objection?.(cause.pdu)
    return this.#rejection === undefined
  }

  readonly #effects: Readonly<Record<Effect, (action: ActionName, cause: Cause) => void>> = {
    connectTransport: () => {
      if (!this.#options.connect) throw new Error('an acceptor does not connect')
      this.attach(this.#options.connect())
    },
    // AA-2 is for a peer that does not close, or has nothing more to hear.
    closeTransport: (action) => {
      if (action === 'AA-2') this.#transport?.destroy()
      else this.#transport?.close()
    },
    startArtim: () => { this.#artim.restart() },
    stopArtim: () => { this.#artim.stop() },
    sendAssociateRequest: (_, cause) => { this.#write(cause) },
    sendAssociateAccept: (_, cause) => { this.#write(cause) },
    sendAssociateReject: (_, cause) => {
      const rejection = this.#rejection ?? cause.rejection
      if (rejection) this.#send({ name: 'A-ASSOCIATE-RJ', ...rejection })
    },
    sendData: (_, cause) => {
      this.#heardOf()
      this.#write(cause)
    },
    sendReleaseRequest: () => { this.#send({ name: 'A-RELEASE-RQ' }) },
    sendReleaseResponse: () => { this.#send({ name: 'A-RELEASE-RP' }) },
    sendAbort: (_, cause) => {
      this.#send({ name: 'A-ABORT', ...abortOf(cause) })
      // The peer reads A-ABORT, then the end of our side, and closes; what it still sends is read and dropped until then,
      // because closing over unread bytes resets the connection and takes the A-ABORT with it.
      this.#abortSent ??= this.#transport?.halfClose()
    },
    indicateAssociate: (_, { pdu }) => {
      if (pdu?.name === 'A-ASSOCIATE-RQ') this.#options.user.associateIndicated?.(pdu)
    },
    confirmAccepted: (_, { pdu }) => {
      if (pdu?.name === 'A-ASSOCIATE-AC') this.#options.user.accepted?.(pdu)
    },
    confirmRejected: (action, cause) => { this.#settle(endOf(action, cause, this.#rejection)) },
    // A piece at a time, as they come (#take).
    indicateData: () => undefined,
    indicateRelease: () => {
      this.#options.user.releaseIndicated()
      // We asked for release ourselves, so the local answer is known.
      if (this.#state === 'Sta9') this.#transition('releaseResponse', {})
    },
    confirmRelease: () => {
      this.#settle({ how: 'released' })
      if (this.#state === 'Sta12') this.#transition('releaseResponse', {})
    },
    indicateAbort: (action, cause) => { this.#settle(endOf(action, cause, this.#rejection)) },
  }

  #send(pdu: ControlPdu): void {
    this.#transport?.write([encodePdu(pdu)])
  }

  #write({ parts = [] }: Cause): void {
    this.#transport?.write(parts)
  }

  /** Brings what has come to the state machine, until it runs out or a piece has nobody to take it. */
  #pump(): void {
    while (!this.#kept) {
      const item = this.#stream.next()
      if (!item) break
      this.#take(item)
      if (!this.#stream.insidePdu) this.#pdu.stop()
    }
    this.#transport?.pause(this.#kept !== undefined)
    if (this.#kept) {
      this.#pdu.hold()
      this.#idle.stop()
      return
    }
    if (this.#stream.insidePdu && (this.#isEstablished || this.#state === 'Sta5')) this.#pdu.start()
    if (!this.#idle.running) this.#heardOf()
    // The end of the line comes after all that came before it.
    if (this.#inputEnded && this.#state !== 'Sta1') this.#transition('transportClosed', {})
  }

  #take(item: StreamItem): void {
    // What a peer still sends after the connection ended for us has nowhere to go.
    if (this.#state === 'Sta1') return
    switch (item.item) {
      case 'pdu':
        this.#transition(eventsByPdu[item.pdu.name], { pdu: item.pdu, pduName: item.pdu.name })
        break
      case 'dataPdu':
        this.#transition('dataPdu', { pduName: 'P-DATA-TF' })
        break
      case 'piece':
        this.#takePiece(item.piece)
        break
      case 'invalid':
        this.#transition('invalidPdu', { error: item.error })
        break
    }
  }

  #takePiece(piece: DataPiece): void {
    if (this.#state !== 'Sta6' && this.#state !== 'Sta7') return
    if (!this.#contextIds.has(piece.contextId)) {
      this.#transition('invalidPdu', { error: new PduError(`data on presentation context ${piece.contextId}, which was not accepted`) })
      return
    }
    const taken = this.#options.user.data(piece)
    if (!taken && this.#state === 'Sta6') this.#kept = piece
  }

  #transportClosed(error: Error | undefined): void {
    if (this.#state !== 'Sta1') this.#transition('transportClosed', error ? { end: { how: 'lost', error } } : {})
    for (const deadline of [this.#artim, this.#answer, this.#idle, this.#pdu]) deadline.dispose()
    this.#closed.resolve()
  }

  #timedOut(timer: 'artim' | 'idle' | 'pdu'): void {
    void this.abort({ how: 'timedOut', timer })
  }

  #settle(end: ConnectionEnd): void {
    if (this.#end) return
    this.#end = end
    this.#transport?.wake()
    this.#options.user.ended(end)
  }
}

/**
 * What an A-ABORT says. Wider than Table 9-9 AA-1, which is "service-user" also where a PDU was wrong before there was an
 * association: only the service-provider can give the reason (Table 9-26), and it was the provider that noticed.
 */
function abortOf({ abort, error }: Cause): { source: number; reason: number } {
  return abort ?? { source: 2, reason: error?.reason ?? abortReasons.unexpectedPdu }
}

/** How it ended, by the action that ended it. */
function endOf(action: ActionName, cause: Cause, objection: Rejection | undefined): ConnectionEnd {
  if (cause.end) return cause.end
  switch (action) {
    case 'AA-3':
    case 'AA-2':
      if (cause.pdu?.name === 'A-ABORT') return { how: 'aborted', by: 'peer', source: cause.pdu.source, reason: cause.pdu.reason }
      return { how: 'timedOut', timer: 'artim' }
    case 'AA-4':
    case 'AA-5':
    case 'AR-5':
      return { how: 'lost' }
    case 'AR-3':
    case 'AR-4':
      return { how: 'released' }
    case 'AE-4':
    case 'AE-6':
    case 'AE-8':
      if (cause.pdu?.name === 'A-ASSOCIATE-RJ') return { how: 'rejected', rejection: cause.pdu }
      return { how: 'rejected', rejection: cause.rejection ?? objection ?? rejections.noReasonGiven }
    default:
      break
  }
  const detail = cause.error?.message ?? (cause.pduName ? `${cause.pduName} was not expected` : undefined)
  return { how: 'aborted', by: 'us', ...abortOf(cause), ...(detail === undefined ? {} : { detail }) }
}
