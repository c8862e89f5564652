import type { ServerResponse } from 'node:http'
import type { ChangedTopic, GatewayControl } from '../actions.ts'
import { tooManyWatchers } from '../problems.ts'
import type { ControlApp } from '../typed-routes.ts'

/** Screens open at one time; more than any hospital has technicians. */
const mostWatchers = 20
/** A comment as often keeps proxies and sleeping laptops from taking a quiet stream for a dead one. */
const heartbeatMs = 15_000
/** A screen that does not read is let go; it asks for everything when it comes back. */
const mostUnreadBytes = 64 * 1024
/** A stream is begun anew as often, so that who was signed out does not watch on. */
const longestStreamMs = 15 * 60_000

/**
 * Tells screens what changed as server-sent events: `data` lists topics, the screen asks for what it shows.
 * Nothing about patients goes over this stream.
 */
export function eventRoutes(app: ControlApp, { control }: { readonly control: GatewayControl }): void {
  const watchers = new Set<ServerResponse>()

  app.get('/events', (_request, reply) => {
    if (watchers.size >= mostWatchers) throw tooManyWatchers(`At most ${mostWatchers} screens are told of changes at a time.`)
    reply.hijack()
    const stream = reply.raw
    watchers.add(stream)
    stream.writeHead(200, { ...withoutUndefined(reply.getHeaders()), 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
    stream.write('retry: 2000\n\n')

    const say = (text: string) => {
      if (stream.writableLength > mostUnreadBytes) stream.destroy()
      else stream.write(text)
    }
    const unsubscribe = control.subscribe((topics: ReadonlySet<ChangedTopic>) => { say(`event: changed\ndata: ${JSON.stringify([...topics])}\n\n`) })
    const heartbeat = setInterval(() => { say(':\n\n') }, heartbeatMs)
    const end = setTimeout(() => { stream.end() }, longestStreamMs)
    stream.once('close', () => {
      unsubscribe()
      clearInterval(heartbeat)
      clearTimeout(end)
      watchers.delete(stream)
    })
  })

  app.addHook('preClose', async () => {
    for (const stream of watchers) stream.end()
  })
}

const withoutUndefined = (headers: Record<string, number | string | string[] | undefined>) =>
  Object.fromEntries(Object.entries(headers).filter((entry): entry is [string, number | string | string[]] => entry[1] !== undefined))
