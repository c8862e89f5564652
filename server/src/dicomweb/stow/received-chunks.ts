import type { Readable } from 'node:stream'

/** Bytes that may wait for whoever reads them before the sender is held back. */
const maxWaitingBytes = 1024 * 1024

/**
 * The chunks of a body as they come off the connection, each as it is: a stream's own iterator joins those that wait into
 * ever new buffers. Whoever reads may stop in the middle, and the connection stays for the answer.
 * @throws what the body fails with, and that it ended early
 */
export async function* receivedChunks(body: Readable): AsyncGenerator<Buffer, void> {
  const waiting: Buffer[] = []
  let waitingBytes = 0
  let isOver = body.readableEnded || body.destroyed
  let wake = (): void => undefined

  const take = (chunk: Buffer): void => {
    waiting.push(chunk)
    waitingBytes += chunk.length
    if (waitingBytes >= maxWaitingBytes) body.pause()
    wake()
  }
  const finish = (): void => {
    isOver = true
    wake()
  }
  body.on('data', take).on('end', finish).on('error', finish).on('close', finish)
  try {
    for (;;) {
      const chunk = waiting.shift()
      if (chunk) {
        waitingBytes -= chunk.length
        yield chunk
      } else if (isOver) {
        if (body.errored) throw body.errored
        if (!body.readableEnded) throw new Error('The connection closed before the body was whole.')
        return
      } else {
        const woken = new Promise<void>((resolve) => { wake = resolve })
        if (body.isPaused()) body.resume()
        await woken
      }
    }
  } finally {
    body.off('data', take).off('end', finish).off('close', finish).pause()
    // An error that comes later concerns nobody, but must be met: the listener stays.
  }
}
