/**
 * The change feed, a resource of ours beside the standard's: what was stored into an organisation and deleted from it, in order.
 *
 *   GET /changefeed?offset=0&limit=100&wait=30&includemetadata=false
 *
 * A client keeps `next` of an answer and asks with it as `offset` the next time; it is told every change exactly once then.
 */
import { promisify } from 'node:util'
import { inflate } from 'node:zlib'
import type { FastifyPluginAsync } from 'fastify'
import type { Catalogue, Change, Changes } from '../../catalogue/index.ts'
import { forbidden, type Access } from '../../identity/index.ts'
import type { DicomwebDeps } from '../deps.ts'
import { acceptsGzip, sendCompressible } from '../json-answer.ts'
import { acceptableOf, dicomJson, negotiate } from '../media-types.ts'
import { noteRead } from '../note-read.ts'
import { changesForgotten } from '../problems.ts'
import { clientGone } from '../wado/client-gone.ts'
import { changeFeedParameters, parseChangeFeed, type ChangeFeedParams } from './params.ts'

/** Who waits looks by itself this often, should another process's word be lost. */
const lookAgainMs = 5_000

export const changeFeedRoutes: FastifyPluginAsync<DicomwebDeps> = async (app, deps) => {
  const closing = new AbortController()
  // A stop need not wait for those who wait.
  app.addHook('preClose', (done) => { closing.abort(); done() })

  app.route({
    method: ['GET', 'HEAD'], url: '/changefeed',
    config: { policy: 'dicomweb:search', audit: 'study.search', produces: ['application/json'], parameters: changeFeedParameters },
    handler: async (request, reply) => {
      // application/json is understood as DICOM JSON everywhere else, and so it is here.
      negotiate(acceptableOf(request), [{ mediaType: dicomJson, multipart: false }])
      const params = parseChangeFeed(new URL(request.url, 'http://localhost').searchParams)
      if (params.withMetadata && !request.access.permissions.has('dicomweb:retrieve')) throw forbidden('The token does not grant dicomweb:retrieve, which metadata need.')
      const signal = AbortSignal.any([closing.signal, clientGone(reply)])
      const changes = await changesFor(deps.catalogue, request.access, request.method === 'HEAD' ? { ...params, waitMs: 0 } : params, signal)
      noteRead(deps, request, undefined)
      reply.type('application/json').header('cache-control', 'private, no-store').header('vary', 'Accept, Accept-Encoding')
      if (acceptsGzip(request)) reply.header('content-encoding', 'gzip')
      return request.method === 'HEAD' ? reply.send() : sendCompressible(request, reply, answer(changes))
    },
  })
}

/**
 * The changes asked for; when there are none, those that come while the request may wait.
 * @throws changesForgotten 410
 */
async function changesFor(catalogue: Catalogue, access: Access, { after: start, limit, waitMs, withMetadata }: ChangeFeedParams, signal: AbortSignal): Promise<Changes> {
  const until = performance.now() + waitMs
  const watch = catalogue.watchChanges(access.organisationId)
  try {
    let after = start === 'latest' ? (await catalogue.changes(access, { after: 0, limit: 1, withMetadata: false })).latest : start
    for (;;) {
      const page = await catalogue.changes(access, { after, limit, withMetadata })
      if (after < page.forgotten || after > page.latest) {
        throw changesForgotten(
          'The feed does not reach back to this offset, or not up to it yet. Bring what you have up to date by searching, then read on from "latest".',
          { forgotten: page.forgotten, latest: page.latest },
        )
      }
      const remaining = until - performance.now()
      if (page.changes.length > 0 || remaining <= 0 || signal.aborted) return page
      after = page.next
      await watch.wait(Math.min(remaining, lookAgainMs), signal)
    }
  } finally {
    watch.stop()
  }
}

const inflated = promisify<Buffer, Buffer>(inflate)

async function* answer({ changes, next, latest }: Changes): AsyncGenerator<Buffer> {
  let before = '{"changes":['
  for (const change of changes) {
    yield Buffer.from(before + await toldChange(change))
    before = ','
  }
  yield Buffer.from(`${changes.length === 0 ? before : ''}],"next":${String(next)},"latest":${String(latest)}}`)
}

async function toldChange({ metadata, position, at, action, StudyInstanceUID, SeriesInstanceUID, SOPInstanceUID, version }: Change): Promise<string> {
  const told = JSON.stringify({ position, at, action, StudyInstanceUID, SeriesInstanceUID, SOPInstanceUID, version })
  return metadata ? `${told.slice(0, -1)},"metadata":${(await inflated(metadata)).toString('utf8')}}` : told
}
