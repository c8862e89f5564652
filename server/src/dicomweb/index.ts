/** The DICOMweb service: search, retrieve and store (PS3.18 §10). */
import type { FastifyPluginAsync } from 'fastify'
import type { DicomwebDeps } from './deps.ts'
import { gatherResources } from './capabilities/resources.ts'
import { addCapabilities } from './capabilities/routes.ts'
import { changeFeedRoutes } from './changefeed/routes.ts'
import { qidoRoutes } from './qido/routes.ts'
import { createRendering, tellingThumbnails } from './rendering/index.ts'
import { stowRoutes } from './stow/routes.ts'
import { createSeriesMetadata } from './series-metadata/index.ts'
import { requireAccept } from './strict-accept.ts'
import { uriRoutes } from './uri/routes.ts'
import { renderedRoutes } from './wado/rendered.ts'
import { wadoRoutes } from './wado/routes.ts'
import { thumbnailRoutes } from './wado/thumbnail.ts'

export { isDigestOf, metadataTextOf, reread, storeAgain, type Reread } from './stow/reread.ts'
export { isSettled, longestStoreMs, minimumAgeMs, startSweeping, sweep, type Swept } from './stow/sweep.ts'

export const dicomweb: FastifyPluginAsync<DicomwebDeps> = async (app, { config, catalogue, blobs, transcoding, accessLog, metrics }) => {
  // By name: Fastify's own options (the prefix) come along and must not be applied a second time.
  const deps: DicomwebDeps = { config, catalogue, blobs, transcoding, accessLog, metrics }
  if (config.DICOMWEB_STRICT) requireAccept(app)
  const resources = gatherResources(app)
  await app.register(qidoRoutes, deps)
  await app.register(changeFeedRoutes, deps)
  const seriesMetadata = createSeriesMetadata({ catalogue, blobs, onError: (error) => { app.log.warn({ err: error }, 'ready-made metadata could not be stored') } })
  app.addHook('onClose', () => seriesMetadata.close())
  await app.register(wadoRoutes, { ...deps, seriesMetadata })
  const rendering = createRendering({ catalogue, blobs }, app.log)
  app.addHook('onClose', () => rendering.close())
  await app.register(renderedRoutes, { ...deps, rendering })
  await app.register(thumbnailRoutes, { ...deps, rendering })
  await app.register(uriRoutes, { ...deps, rendering })
  await app.register(stowRoutes, { ...deps, catalogue: tellingThumbnails(catalogue, rendering.thumbnails) })
  addCapabilities(app, resources, deps)
}
