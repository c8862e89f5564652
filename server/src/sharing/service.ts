/** The DICOMweb service of share links: the routes that read, over a catalogue and a blob store of their own. */
import type { FastifyPluginAsync } from 'fastify'
import { sharedDicomwebRoutes, type DicomwebDeps } from '../dicomweb/index.ts'
import { noSuchResource } from '../platform/problem.ts'
import { shareLinkOf } from '../platform/share-path.ts'
import { createTranscoding } from '../transcoding/index.ts'
import { createMaskedBytes } from './masked-bytes.ts'
import { sharedFiles } from './masked-files.ts'
import type { Sharing } from './links.ts'
import { createSharedCatalogue } from './shared-catalogue.ts'

/** Frames that several visitors look at; those of the house have a cache of their own. */
const frameCacheBytes = 64 * 1024 * 1024

export const sharedService: FastifyPluginAsync<Omit<DicomwebDeps, 'transcoding'> & { readonly sharing: Pick<Sharing, 'names'> }> = async (app, { config, catalogue, blobs, accessLog, metrics, sharing: { names } }) => {
  const masked = createMaskedBytes(blobs)
  const transcoding = createTranscoding({ blobs: masked.blobs, threads: 1, timeoutMs: config.CODEC_TIMEOUT_MS, cacheBytes: frameCacheBytes })
  app.addHook('onClose', () => transcoding.close())
  app.addHook('onRequest', (request, _reply, next) => {
    if (shareLinkOf(request.raw) === undefined) throw noSuchResource('Nothing is served at this path.')
    next()
  })
  app.addHook('onSend', (_request, reply, _payload, next) => {
    reply.headers({ 'cache-control': 'no-store', 'x-robots-tag': 'noindex, nofollow', 'referrer-policy': 'no-referrer', 'x-content-type-options': 'nosniff' })
    next()
  })
  await app.register(sharedDicomwebRoutes, {
    config, blobs: masked.blobs, transcoding, metrics, files: sharedFiles,
    catalogue: createSharedCatalogue({ catalogue, names, masked }),
    // The trail names the study by its own name.
    accessLog: { ...accessLog, accessed: (event) => { accessLog.accessed({ ...event, StudyInstanceUID: event.StudyInstanceUID && names.studyOf(event.actor.slice('share:'.length), event.StudyInstanceUID) }) } },
  })
}
