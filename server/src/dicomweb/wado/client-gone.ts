import type { FastifyReply } from 'fastify'

/** A signal that fires when the client goes before its answer is whole, so that reading for it stops. */
export function clientGone(reply: FastifyReply): AbortSignal {
  const controller = new AbortController()
  // HTTP/2 responses have no writableFinished.
  let isFinished = false
  reply.raw.once('finish', () => { isFinished = true })
  reply.raw.once('close', () => { if (!isFinished) controller.abort() })
  return controller.signal
}
