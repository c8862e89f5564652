/** An answer's body on its way to the socket. */
import { Stream } from 'node:stream'
import type { ServerResponse } from 'node:http'
import { giveBack } from '../../storage/index.ts'

/** Bytes to be sent. */
export interface Piece {
  readonly bytes: Uint8Array
  /** Nobody else looks at these bytes: once they have gone, their buffer may be used for others. */
  readonly isOurs: boolean
}

/**
 * Sends pieces in their order, waiting while the client is slower. It is what Fastify takes for a stream, but hands each piece
 * to the socket as it is and learns when it has gone; a Readable between would keep every buffer for the garbage collector.
 */
export class Transmission extends Stream {
  readonly #pieces: readonly Piece[] | AsyncIterable<Piece>
  #isStopped = false

  /** @param pieces all that there is, or what is made while the pieces before are sent; no piece twice */
  constructor(pieces: readonly Piece[] | AsyncIterable<Piece>) {
    super()
    this.#pieces = pieces
  }

  override pipe<Destination extends NodeJS.WritableStream>(destination: Destination): Destination {
    // Fastify gives no other destination than the response.
    void this.#send(destination as unknown as ServerResponse)
    return destination
  }

  /** Stops; called when the client has gone. */
  destroy(): void {
    this.#isStopped = true
  }

  async #send(response: ServerResponse): Promise<void> {
    try {
      if (Array.isArray(this.#pieces)) for (const piece of this.#pieces as readonly Piece[]) write(response, piece)
      else await this.#sendAsMade(response, this.#pieces as AsyncIterable<Piece>)
      if (this.#isStopped || response.destroyed) return
      response.end()
      this.emit('end')
    } catch (error) {
      // Reading for a client that has gone is ended by an error.
      if (!this.#isStopped) this.emit('error', error)
    }
  }

  async #sendAsMade(response: ServerResponse, pieces: AsyncIterable<Piece>): Promise<void> {
    for await (const piece of pieces) {
      if (this.#isStopped || response.destroyed) return
      if (!write(response, piece)) await drained(response)
    }
  }
}

/** False when the client is slower than we are. */
function write(response: ServerResponse, { bytes, isOurs }: Piece): boolean {
  if (!isOurs) return response.write(bytes)
  // What failed may still be in the socket's hands.
  return response.write(bytes, (error) => { if (!error) giveBack(bytes) })
}

/** Resolves when the client has taken what was written, or has gone. */
function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      response.off('drain', done).off('close', done)
      resolve()
    }
    if (response.destroyed || !response.writableNeedDrain) resolve()
    else response.on('drain', done).on('close', done)
  })
}
