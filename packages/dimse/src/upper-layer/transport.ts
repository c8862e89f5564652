import type { Socket } from 'node:net'
import { Deadline } from './deadline.ts'

export interface TransportListener {
  chunk(bytes: Buffer): void
  /** The peer sends no more. */
  inputEnded(): void
  /** Closed both ways; `error` when it did not end in order. */
  closed(error?: Error): void
  /** The peer did not take what was written within the limit. */
  writeTimedOut(): void
}

/** What every socket of the upper layer is made with. */
export const socketOptions = {
  /** Whether our side ends when the peer's does is for the state machine to say. */
  allowHalfOpen: true,
  /** Without it a response waits for the delayed acknowledgement of the one before: 40 ms an object. */
  noDelay: true,
  /** A peer whose power went is found out also where silence is allowed. */
  keepAlive: true,
  keepAliveInitialDelay: 60_000,
}

/** A connected socket as the upper layer uses it: whole PDUs out, chunks in when they are wanted, and an orderly end. */
export class Transport {
  readonly #socket: Socket
  readonly #write: Deadline
  readonly #linger: Deadline
  #error: Error | undefined
  #paused = false
  #waiting: (() => void)[] = []

  /** `lingerMs`: how long a close waits for what was written to leave. The socket must allow half-open use. */
  constructor(socket: Socket, limits: { readonly writeMs: number; readonly lingerMs: number }, listener: TransportListener) {
    this.#socket = socket
    this.#write = new Deadline(limits.writeMs, () => { listener.writeTimedOut() })
    this.#linger = new Deadline(limits.lingerMs, () => { socket.destroy() })
    socket.on('data', (chunk) => { listener.chunk(chunk) })
    socket.on('end', () => { listener.inputEnded() })
    socket.on('drain', () => { this.#drained() })
    socket.on('error', (error) => { this.#error = error })
    socket.on('close', () => {
      this.#linger.dispose()
      this.#write.dispose()
      this.wake()
      listener.closed(this.#error)
    })
  }

  /** Stops or resumes reading; a chunk that is under way still comes. */
  pause(paused: boolean): void {
    if (paused === this.#paused) return
    this.#paused = paused
    if (paused) this.#socket.pause()
    else this.#socket.resume()
  }

  /** The parts in one write. Nothing once the output has been closed. */
  write(parts: readonly Uint8Array[]): void {
    if (this.#socket.writableEnded || this.#socket.destroyed) return
    if (parts.length > 1) this.#socket.cork()
    for (const part of parts) this.#socket.write(part)
    if (parts.length > 1) this.#socket.uncork()
    if (this.#socket.writableNeedDrain) this.#write.start()
  }

  /** Undefined when more may be written at once; else resolves when it may, or when `wake` says that it makes no sense to wait. */
  drained(): Promise<void> | undefined {
    if (!this.#socket.writableNeedDrain || this.#socket.destroyed) return undefined
    return new Promise((resolve) => { this.#waiting.push(resolve) })
  }

  wake(): void {
    const waiting = this.#waiting
    this.#waiting = []
    for (const resolve of waiting) resolve()
  }

  /** Sends what was written and then the end of our side; resolves when it has left, or cannot. */
  halfClose(): Promise<void> {
    if (this.#socket.destroyed || this.#socket.writableFinished) return Promise.resolve()
    this.#socket.end()
    return new Promise((resolve) => {
      this.#socket.once('finish', resolve)
      this.#socket.once('close', () => { resolve() })
    })
  }

  /** Sends what was written, then closes both ways, at the latest after the linger time. */
  close(): void {
    if (this.#socket.destroyed) return
    this.#linger.start()
    this.#socket.destroySoon()
  }

  /** Closes now; what has not left is lost. */
  destroy(): void {
    this.#socket.destroy()
  }

  #drained(): void {
    this.#write.stop()
    this.wake()
  }
}
