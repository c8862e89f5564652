import type { AcceptedContext, Association, AssociationEnd, DataPiece } from '../upper-layer/association.ts'
import { AssociationAborted } from '../upper-layer/errors.ts'

/** The pieces on their way from one end to the other, and what became of the association. */
class Line {
  readonly #pieces: DataPiece[] = []
  #wake: (() => void) | undefined
  #over: 'released' | 'aborted' | undefined
  /** Pieces put on the line so far. */
  sent = 0
  /** Pieces that may lie on the line before a sender has to wait, as a socket's buffer has room for so much. */
  room = 4
  #roomWaiters: (() => void)[] = []

  async put(piece: DataPiece): Promise<void> {
    while (this.#pieces.length >= this.room && !this.#over) await new Promise<void>((resolve) => this.#roomWaiters.push(resolve))
    if (this.#over === 'aborted') throw new AssociationAborted({ by: 'peer', source: 0, reason: 0 })
    this.sent++
    this.#pieces.push(piece)
    this.#wake?.()
  }

  close(how: 'released' | 'aborted'): void {
    this.#over ??= how
    this.#wake?.()
    for (const wake of this.#roomWaiters.splice(0)) wake()
  }

  async take(): Promise<DataPiece | undefined> {
    for (;;) {
      if (this.#over === 'aborted') throw new AssociationAborted({ by: 'peer', source: 0, reason: 0 })
      const piece = this.#pieces.shift()
      if (piece) {
        for (const wake of this.#roomWaiters.splice(0)) wake()
        return piece
      }
      if (this.#over) return undefined
      await new Promise<void>((resolve) => { this.#wake = resolve })
    }
  }
}

export interface MemoryAssociation extends Association {
  readonly wasAborted: boolean
  /** Puts a piece on the line as it is, right or wrong. */
  put(piece: DataPiece): Promise<void>
  /** Pieces this end has sent. */
  readonly piecesSent: number
}

/** Two ends of one association without a network: pieces arrive as they were sent, cut at `pieceBytes`. */
export function memoryAssociations(
  contexts: readonly AcceptedContext[], pieceBytes = 16_384,
): { readonly requestor: MemoryAssociation; readonly acceptor: MemoryAssociation } {
  const forth = new Line()
  const back = new Line()
  const ended = Promise.withResolvers<AssociationEnd>()
  let wasAborted = false
  const end = (out: Line, into: Line): MemoryAssociation => ({
    callingAETitle: 'REQUESTOR', calledAETitle: 'ACCEPTOR', remoteAddress: '192.0.2.1', remotePort: 104, maxPduLength: 16_384,
    contexts: new Map(contexts.map((context) => [context.id, context])),
    receive: () => into.take(),
    async send(contextId, kind, bytes) {
      const pieces = bytes instanceof Uint8Array ? [bytes] : bytes
      let held: Uint8Array | undefined
      for await (const piece of pieces) {
        for (let at = 0; at < piece.length; at += pieceBytes) {
          if (held) await out.put({ contextId, kind, bytes: held, last: false })
          held = piece.subarray(at, at + pieceBytes)
        }
      }
      await out.put({ contextId, kind, bytes: held ?? new Uint8Array(0), last: true })
    },
    async sendMessage(contextId, command, dataSet) {
      await this.send(contextId, 'command', command)
      if (dataSet) await this.send(contextId, 'dataSet', dataSet)
    },
    release() {
      out.close('released')
      into.close('released')
      ended.resolve({ how: 'released' })
      return Promise.resolve()
    },
    abort() {
      wasAborted = true
      out.close('aborted')
      into.close('aborted')
      ended.resolve({ how: 'aborted', by: 'us', source: 0, reason: 0 })
      return Promise.resolve()
    },
    ended: ended.promise,
    put: (piece) => out.put(piece),
    get wasAborted() { return wasAborted },
    get piecesSent() { return out.sent },
  })
  return { requestor: end(forth, back), acceptor: end(back, forth) }
}
