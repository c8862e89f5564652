/** Whole DIMSE messages on an association, one after the other, in the order of the line (PS3.7 §6.3). */
import type { AcceptedContext, Association } from '../upper-layer/association.ts'
import { decodeCommandSet, encodeCommandSet, NO_DATA_SET, type CommandSet } from './command-set.ts'
import { DimseProtocolError } from './dimse-error.ts'
import { IncomingDataSet } from './incoming-data-set.ts'
import { assertSendable } from './message-rules.ts'

/** One received message. Its data set streams: it is read off the line as it is iterated. */
export interface DimseMessage {
  readonly context: AcceptedContext
  readonly command: CommandSet
  readonly dataSet?: IncomingDataSet | undefined
}

/** What a message takes with it: bytes at hand, or a stream that is sent as fast as the peer takes it. */
export type OutgoingDataSet = Uint8Array | AsyncIterable<Uint8Array>

/** All elements of Table E.1-1 with the longest values any message gives them stay far below. A list of attributes to get may be long. */
const LONGEST_COMMAND_BYTES = 64 * 1024

export class MessageStream {
  readonly association: Association
  #dataSet: IncomingDataSet | undefined

  constructor(association: Association) {
    this.association = association
  }

  /**
   * The next message; undefined once the association is released. What was not read of the last data set is discarded first.
   * @throws DimseProtocolError after aborting the association, and what the association throws
   */
  async receive(): Promise<DimseMessage | undefined> {
    try {
      await this.#dataSet?.discard()
      this.#dataSet = undefined
      return await this.#receiveMessage()
    } catch (error) {
      if (error instanceof DimseProtocolError) await this.association.abort()
      throw error
    }
  }

  async #receiveMessage(): Promise<DimseMessage | undefined> {
    const head = await this.#receiveCommand()
    if (!head) return undefined
    const context = this.association.contexts.get(head.contextId)
    if (!context) throw new DimseProtocolError('unexpectedFragment', 'a message came in a presentation context that was not accepted')
    const command = decodeCommandSet(head.bytes)
    if ((command.CommandDataSetType ?? NO_DATA_SET) === NO_DATA_SET) return { context, command }
    this.#dataSet = new IncomingDataSet(this.association, head.contextId)
    return { context, command, dataSet: this.#dataSet }
  }

  async #receiveCommand(): Promise<{ readonly contextId: number; readonly bytes: Uint8Array } | undefined> {
    const pieces: Uint8Array[] = []
    let contextId: number | undefined
    let length = 0
    for (;;) {
      const piece = await this.association.receive()
      if (!piece) {
        if (contextId === undefined) return undefined
        throw new DimseProtocolError('ended', 'the association was released in the middle of a command set')
      }
      if (piece.kind !== 'command') throw new DimseProtocolError('unexpectedFragment', 'a data set came that no command announced')
      contextId ??= piece.contextId
      if (piece.contextId !== contextId) throw new DimseProtocolError('unexpectedFragment', 'a command set changed its presentation context')
      length += piece.bytes.length
      if (length > LONGEST_COMMAND_BYTES) throw new DimseProtocolError('commandTooLong', 'a command set is longer than any can be')
      if (piece.last) return { contextId, bytes: pieces.length === 0 ? piece.bytes : Buffer.concat([...pieces, piece.bytes]) }
      pieces.push(piece.bytes)
    }
  }

  /**
   * Sends one message; calls made meanwhile wait, since messages do not interleave. Resolves when the socket has taken it. A data
   * set that fails on our side after a part of it was sent aborts the association: half of one cannot be taken back.
   * @throws DimseProtocolError badMessage, with nothing sent; what the association or the data set throws
   */
  async send(contextId: number, command: CommandSet, dataSet?: OutgoingDataSet): Promise<void> {
    assertSendable(command, dataSet !== undefined)
    await this.association.sendMessage(contextId, encodeCommandSet(command, dataSet !== undefined), dataSet)
  }
}
