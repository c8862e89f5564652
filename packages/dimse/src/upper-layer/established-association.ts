import { errorOfEnd, type AcceptedContext, type Association, type AssociationEnd, type DataPiece, type TlsFacts } from './association.ts'
import { fragmentsOf, sendFragments, valueBytesFor, type DataLine } from './data-sender.ts'
import { AssociationLost, AssociationRejected, AssociationStateError } from './errors.ts'
import type { AsyncOperations } from './pdu.ts'
import type { ConnectionEnd, UpperLayerProvider } from './provider.ts'

/** What was agreed when an association was established, and with whom. */
export interface Agreement {
  readonly callingAETitle: string
  readonly calledAETitle: string
  readonly remoteAddress: string
  readonly remotePort: number
  readonly tls?: TlsFacts
  readonly contexts: ReadonlyMap<number, AcceptedContext>
  readonly maxPduLength: number
  readonly asyncOperations?: AsyncOperations
  readonly implementationClassUID?: string
  readonly implementationVersionName?: string
  readonly userIdentityResponse?: Uint8Array
}

/** The user's side of an established association; the acceptor and the requestor bring it the provider's indications. */
export class EstablishedAssociation implements Association {
  readonly callingAETitle: string
  readonly calledAETitle: string
  readonly remoteAddress: string
  readonly remotePort: number
  declare readonly tls?: TlsFacts
  readonly contexts: ReadonlyMap<number, AcceptedContext>
  readonly maxPduLength: number
  declare readonly asyncOperations?: AsyncOperations
  declare readonly implementationClassUID?: string
  declare readonly implementationVersionName?: string
  declare readonly userIdentityResponse?: Uint8Array

  readonly #provider: UpperLayerProvider
  readonly #valueBytes: number
  readonly #ended = Promise.withResolvers<AssociationEnd>()
  #end: AssociationEnd | undefined
  #releaseAsked = false
  #waiting: PromiseWithResolvers<DataPiece | undefined> | undefined
  /** The sends before have left. */
  #turn: Promise<void> = Promise.resolve()

  /** `ownMaxPduBytes` bounds what is sent to a peer that takes more. */
  constructor(provider: UpperLayerProvider, agreement: Agreement, ownMaxPduBytes: number) {
    Object.assign(this, agreement)
    this.callingAETitle = agreement.callingAETitle
    this.calledAETitle = agreement.calledAETitle
    this.remoteAddress = agreement.remoteAddress
    this.remotePort = agreement.remotePort
    this.contexts = agreement.contexts
    this.maxPduLength = agreement.maxPduLength
    this.#provider = provider
    this.#valueBytes = valueBytesFor(agreement.maxPduLength, ownMaxPduBytes)
  }

  get ended(): Promise<AssociationEnd> {
    return this.#ended.promise
  }

  async receive(): Promise<DataPiece | undefined> {
    const kept = this.#provider.takeKept()
    if (kept) return kept
    if (this.#end) return this.#afterEnd(this.#end)
    if (this.#releaseAsked) return undefined
    if (this.#waiting) throw new AssociationStateError('Somebody waits for the next piece already.')
    this.#waiting = Promise.withResolvers()
    return this.#waiting.promise
  }

  send(contextId: number, kind: 'command' | 'dataSet', bytes: Uint8Array | AsyncIterable<Uint8Array>): Promise<void> {
    return this.#inTurn(contextId, (line) => sendFragments(line, { contextId, kind, valueBytes: this.#valueBytes }, bytes))
  }

  sendMessage(contextId: number, command: Uint8Array, dataSet?: Uint8Array | AsyncIterable<Uint8Array>): Promise<void> {
    const stretch = { contextId, valueBytes: this.#valueBytes }
    if (!dataSet) return this.send(contextId, 'command', command)
    return this.#inTurn(contextId, (line) => sendFragments(line, { ...stretch, kind: 'dataSet' }, dataSet, fragmentsOf({ ...stretch, kind: 'command' }, command)))
  }

  working(): Disposable {
    return this.#provider.working()
  }

  async release(): Promise<void> {
    await this.#turn
    if (!this.#end) {
      if (this.#provider.state === 'Sta8') this.#provider.raise('releaseResponse')
      else if (this.#provider.state === 'Sta6') this.#provider.raise('releaseRequest')
    }
    const end = await this.ended
    this.#afterEnd(end)
  }

  async abort(reason = 0): Promise<void> {
    await this.#provider.abort({ how: 'aborted', by: 'us', source: 0, reason }, reason)
  }

  /** The provider received a piece; false when nobody waits for one. */
  take(piece: DataPiece): boolean {
    if (!this.#waiting) return false
    this.#waiting.resolve(piece)
    this.#waiting = undefined
    return true
  }

  /** The peer asked for release: no more data comes, ours may still go. */
  releaseIndicated(): void {
    this.#releaseAsked = true
    this.#waiting?.resolve(undefined)
    this.#waiting = undefined
  }

  finish(end: ConnectionEnd): void {
    this.#end = end.how === 'rejected' ? { how: 'lost', error: new AssociationRejected(end.rejection) } : end
    this.#ended.resolve(this.#end)
    const error = errorOfEnd(this.#end)
    if (error) this.#waiting?.reject(error)
    else this.#waiting?.resolve(undefined)
    this.#waiting = undefined
  }

  #afterEnd(end: AssociationEnd): undefined {
    const error = errorOfEnd(end)
    if (error) throw error
    return undefined
  }

  /** One message at a time on the line; what fails after its first PDU leaves the peer with half of it, so it ends the association. */
  async #inTurn(contextId: number, work: (line: DataLine) => Promise<void>): Promise<void> {
    if (!this.contexts.has(contextId)) throw new AssociationStateError(`Presentation context ${contextId} was not accepted.`)
    const before = this.#turn
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#turn = promise
    await before
    let begun = false
    try {
      await work({
        write: (parts) => {
          this.#provider.raise('dataRequest', { parts })
          begun = true
        },
        drained: () => this.#provider.drained(),
        assertOpen: () => { this.#assertOpen() },
      })
    } catch (error) {
      if (begun && !this.#end) await this.abort()
      throw error
    } finally {
      resolve()
    }
  }

  #assertOpen(): void {
    if (!this.#end) return
    throw errorOfEnd(this.#end) ?? new AssociationStateError('The association has been released.')
  }
}

/** An association that was asked for and did not come to be, as an error. */
export function errorOfConnectionEnd(end: ConnectionEnd): Error {
  if (end.how === 'rejected') return new AssociationRejected(end.rejection)
  return errorOfEnd(end) ?? new AssociationLost()
}
