import { LiveQuery, Problem } from '@isocenter/contracts'
import { Type } from 'typebox'
import type { ApiRoutes } from '../../platform/typed-routes.ts'
import type { Live } from './hub.ts'

const LiveHeaders = Type.Object({ 'last-event-id': Type.Optional(Type.String({ maxLength: 40, description: 'where the stream broke off, as the browser says it when it connects again' })) })

/** The live stream of a page. */
export const liveRoutes: ApiRoutes<{ live: Live }> = async (app, { live }) => {
  // A stream is a request under way, which a server that stops would wait for.
  app.addHook('preClose', () => live.close())

  app.get('/events', {
    schema: {
      operationId: 'listenLive', summary: 'What happens, as server-sent events; ends with the session and does not keep it from ending', tags: ['Notifications'], querystring: LiveQuery, headers: LiveHeaders,
      description: 'Names and data of the events are in LiveEvents of the contracts. Any may come twice. After a pause of an hour, or where too much was missed, "stream.open" says isResumed: false.',
      response: { 200: Type.String({ contentMediaType: 'text/event-stream' }), '4xx': Problem },
    },
    config: { policy: 'signedIn', audit: 'none', isOpenToVouched: true, isBackground: true },
  }, async (request, reply) => {
    const stream = await live.open(request.session, request.headers['last-event-id'] ?? request.query.lastEventId)
    // Or a server that stops would wait for connections that have just become idle.
    if (request.raw.httpVersionMajor === 1) reply.header('connection', 'close')
    return reply.headers({ 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'x-accel-buffering': 'no' }).send(stream as never)
  })
}
