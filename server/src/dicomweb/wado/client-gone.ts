import type { FastifyReply } from 'fastify'

/** A signal that fires when the client goes before its answer is whole, so that reading for it stops. */
export function clientGone(reply: FastifyReply): AbortSignal {
  const controller = new AbortController()
  reply.raw.once('close', () => { if (!reply.raw.writableFinished) controller.abort() })
  return controller.signal
}
