/** DIMSE in both directions on one association: requests of ours and their responses, requests of the peer, cancellations. */
import type { Association } from '../upper-layer/association.ts'
import { collect } from './collect.ts'
import { commandFields, isResponse, RESPONSE } from './command-field.ts'
import type { CommandSet } from './command-set.ts'
import { DimseProtocolError } from './dimse-error.ts'
import { Invocation, type DimseResponse } from './invocation.ts'
import { faultOf, isAnswered } from './message-rules.ts'
import { MessageStream, type DimseMessage, type OutgoingDataSet } from './message-stream.ts'
import { dimseStatus } from './status.ts'
import { Turns } from './turns.ts'

export interface ConnectionOptions {
  /** The longest data set that is taken whole (identifiers, lists of attributes), where its service sets no shorter one; data sets of C-STORE stream and have no limit here. */
  readonly maxIdentifierBytes?: number
  /** Requests of ours that may be under way at once; 0 for no limit. When absent, what was negotiated for the requestor of the association. */
  readonly operationsWindow?: number
}

export interface CallLimits {
  /** How long to wait for our turn among the requests under way, and then for the response. */
  readonly timeoutMs: number
  readonly signal?: AbortSignal | undefined
}

/** A request's command set; its MessageID is given when it is sent. */
export type RequestCommand = Omit<CommandSet, 'MessageID'>

/** 100,000 references of a Storage Commitment request take 15 MB. */
const DEFAULT_MAX_IDENTIFIER_BYTES = 16 * 1024 * 1024
/** Pipelined requests that may lie here while a query runs; a peer that sends more waits. */
const MOST_QUEUED_REQUESTS = 64
const HIGHEST_MESSAGE_ID = 0xffff

/** A request that the peer has made and may cancel. */
interface Cancellable {
  readonly MessageID: number | undefined
  readonly controller: AbortController
}

export class DimseConnection {
  readonly association: Association
  readonly maxIdentifierBytes: number
  readonly #stream: MessageStream
  readonly #turns: Turns
  readonly #invocations = new Map<number, Invocation>()
  readonly #requests: { readonly message: DimseMessage; readonly cancellable: Cancellable }[] = []
  readonly #performing = new Set<Cancellable>()
  readonly #cancellableOf = new WeakMap<DimseMessage, Cancellable>()
  #wantsRequest: (() => void) | undefined
  #servers = 0
  #readsAhead = 0
  #isPumping = false
  #lastMessageID = 0
  #end: { readonly error: unknown } | 'released' | undefined

  constructor(association: Association, options: ConnectionOptions = {}) {
    this.association = association
    this.maxIdentifierBytes = options.maxIdentifierBytes ?? DEFAULT_MAX_IDENTIFIER_BYTES
    this.#stream = new MessageStream(association)
    this.#turns = new Turns(options.operationsWindow ?? association.asyncOperations?.invoked ?? 1)
  }

  /**
   * The peer's requests in the order of their arrival, until the association is released or `signal` fires. The data set of one
   * has to be read before the next is asked for; what is left of it is discarded. While nobody iterates, requests are answered
   * with "unrecognized operation".
   * @throws DimseProtocolError, and what the association throws
   */
  async *requests(signal?: AbortSignal): AsyncGenerator<DimseMessage, void, undefined> {
    this.#servers++
    const wake = (): void => this.#wantsRequest?.()
    signal?.addEventListener('abort', wake)
    try {
      for (;;) {
        const next = this.#requests.shift()
        if (next) {
          this.#cancellableOf.set(next.message, next.cancellable)
          yield next.message
          await next.message.dataSet?.discard()
          continue
        }
        if (signal?.aborted || this.#end === 'released') return
        if (this.#end) throw this.#end.error
        await this.#nextRequest()
      }
    } finally {
      signal?.removeEventListener('abort', wake)
      this.#servers--
    }
  }

  #nextRequest(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#wantsRequest = () => {
      this.#wantsRequest = undefined
      resolve()
    }
    this.#pump()
    return promise
  }

  /**
   * Reads on while a request is being performed, so that C-CANCEL is seen: `signal` fires when the peer cancels this request, or
   * is gone. To be disposed when the request has been answered.
   */
  perform(message: DimseMessage): { readonly signal: AbortSignal } & Disposable {
    const cancellable = this.#cancellableOf.get(message) ?? { MessageID: message.command.MessageID, controller: new AbortController() }
    this.#performing.add(cancellable)
    this.#readsAhead++
    // The peer waits for us: its silence is no sign that it has gone.
    const working = this.association.working()
    this.#pump()
    return {
      signal: cancellable.controller.signal,
      [Symbol.dispose]: () => {
        working[Symbol.dispose]()
        this.#performing.delete(cancellable)
        this.#readsAhead--
      },
    }
  }

  /** Sends one message as it is; for requests of our own use `call` or `begin`. As MessageStream.send. */
  send(contextId: number, command: CommandSet, dataSet?: OutgoingDataSet): Promise<void> {
    return this.#stream.send(contextId, command, dataSet)
  }

  /**
   * Sends a request under a MessageID of its own once its turn has come; the signal ends the waiting for it and nothing else. The
   * turn ends, and later responses answer nothing, when the invocation is disposed.
   * @throws DimseTimeout when the turn does not come, DimseProtocolError, the signal's reason; what the association or the data set throws
   */
  async begin(contextId: number, command: RequestCommand, dataSet: OutgoingDataSet | undefined, { timeoutMs, signal }: CallLimits): Promise<Invocation> {
    await this.#turns.enter(timeoutMs, signal)
    return this.#sendRequest(contextId, command, dataSet)
  }

  /**
   * Makes a request that has one response, and gives it.
   * @throws as begin; once the request is on its way DimseTimeout and the signal's reason come after aborting the association
   */
  async call(contextId: number, command: RequestCommand, dataSet: OutgoingDataSet | undefined, { timeoutMs, signal }: CallLimits): Promise<DimseResponse> {
    await this.#turns.enter(timeoutMs, signal)
    const abort = (): void => void this.association.abort()
    signal?.addEventListener('abort', abort)
    try {
      using invocation = await this.#sendRequest(contextId, command, dataSet)
      return await invocation.next(timeoutMs)
    } catch (error) {
      // The abort makes sending and waiting fail in ways of their own; why it was aborted is what the caller has to know.
      throw signal?.aborted ? signal.reason : error
    } finally {
      signal?.removeEventListener('abort', abort)
    }
  }

  /** Sends a request whose turn it is. */
  async #sendRequest(contextId: number, command: RequestCommand, dataSet: OutgoingDataSet | undefined): Promise<Invocation> {
    const invocation = new Invocation(this.#newMessageID(), {
      onWanted: () => this.#pump(),
      onSilence: () => this.association.abort(),
      onDisposed: () => {
        this.#invocations.delete(invocation.MessageID)
        this.#turns.leave()
      },
    })
    this.#invocations.set(invocation.MessageID, invocation)
    try {
      if (this.#end) throw this.#endError()
      await this.send(contextId, { ...command, CommandField: command.CommandField, MessageID: invocation.MessageID }, dataSet)
      return invocation
    } catch (error) {
      invocation[Symbol.dispose]()
      throw error
    }
  }

  #newMessageID(): number {
    do this.#lastMessageID = (this.#lastMessageID % HIGHEST_MESSAGE_ID) + 1
    while (this.#invocations.has(this.#lastMessageID))
    return this.#lastMessageID
  }

  #endError(): unknown {
    return this.#end === 'released' || !this.#end ? new DimseProtocolError('ended', 'the association was released before the answer') : this.#end.error
  }

  /** Someone waits for what only the line can bring, and nobody's queue is full. */
  #isReadingWanted(): boolean {
    if (this.#end || this.#requests.length >= MOST_QUEUED_REQUESTS) return false
    const invocations = [...this.#invocations.values()]
    if (invocations.some((invocation) => invocation.isFull)) return false
    return this.#readsAhead > 0 || (this.#wantsRequest !== undefined && this.#requests.length === 0) || invocations.some((invocation) => invocation.isWaiting)
  }

  #pump(): void {
    if (this.#isPumping || !this.#isReadingWanted()) return
    this.#isPumping = true
    void this.#readMessages()
  }

  async #readMessages(): Promise<void> {
    try {
      while (this.#isReadingWanted()) {
        const message = await this.#stream.receive()
        if (!message) return this.#ended('released')
        await this.#route(message)
      }
    } catch (error) {
      if (error instanceof DimseProtocolError) await this.association.abort()
      this.#ended({ error })
    } finally {
      this.#isPumping = false
    }
  }

  async #route(message: DimseMessage): Promise<void> {
    const { command } = message
    if (isResponse(command.CommandField)) await this.#respond(message)
    else if (command.CommandField === commandFields['C-CANCEL-RQ']) this.#cancel(command.MessageIDBeingRespondedTo)
    else if (this.#servers === 0) await this.#refuse(message)
    else {
      this.#requests.push({ message, cancellable: { MessageID: command.MessageID, controller: new AbortController() } })
      this.#wantsRequest?.()
      // Nothing behind a data set can be read before it; whoever serves the request reads it.
      await message.dataSet?.drained
    }
  }

  /** A response to nothing under way is let go: a peer that answers twice, or late, does no harm. */
  async #respond(message: DimseMessage): Promise<void> {
    const { MessageIDBeingRespondedTo: id, Status } = message.command
    const invocation = id === undefined ? undefined : this.#invocations.get(id)
    if (!invocation || invocation.isAnswered) return message.dataSet?.discard()
    const fault = faultOf(message.command, message.dataSet !== undefined)
    if (Status === undefined || fault?.keyword === 'Status') throw new DimseProtocolError('badMessage', 'a response has no Status')
    const dataSet = message.dataSet && (await collect(message.dataSet, this.maxIdentifierBytes))
    const response: DimseResponse = { command: message.command, Status, ...(dataSet && { dataSet }) }
    invocation.deliver(response)
  }

  #cancel(MessageID: number | undefined): void {
    const all = [...this.#performing, ...this.#requests.map(({ cancellable }) => cancellable)]
    for (const cancellable of all) if (cancellable.MessageID === MessageID) cancellable.controller.abort()
  }

  async #refuse({ context, command, dataSet }: DimseMessage): Promise<void> {
    await dataSet?.discard()
    if (!isAnswered(command.CommandField) || command.MessageID === undefined) return
    await this.send(context.id, {
      CommandField: command.CommandField | RESPONSE,
      MessageIDBeingRespondedTo: command.MessageID,
      Status: dimseStatus.unrecognizedOperation.code,
    })
  }

  #ended(end: { readonly error: unknown } | 'released'): void {
    this.#end = end
    for (const invocation of this.#invocations.values()) invocation.fail(this.#endError())
    for (const { controller } of this.#performing) controller.abort()
    this.#wantsRequest?.()
  }
}
