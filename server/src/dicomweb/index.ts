/** The DICOMweb service: search, retrieve and store (PS3.18 §10). */
import type { FastifyPluginAsync } from 'fastify'
import type { DicomwebDeps } from './deps.ts'
import { gatherResources } from './capabilities/resources.ts'
import { addCapabilities } from './capabilities/routes.ts'
import { changeFeedRoutes } from './changefeed/routes.ts'
import { qidoRoutes } from './qido/routes.ts'
import { createRendering } from './rendering/index.ts'
import { stowRoutes } from './stow/routes.ts'
import { createSeriesMetadata } from './series-metadata/index.ts'
import { requireAccept } from './strict-accept.ts'
import { uriRoutes } from './uri/routes.ts'
import { bulkdataRoutes } from './wado/bulkdata.ts'
import { frameRoutes } from './wado/frames.ts'
import { instanceRoutes } from './wado/instances.ts'
import { metadataRoutes } from './wado/metadata.ts'
import { renderedRoutes } from './wado/rendered.ts'
import { wadoRoutes } from './wado/routes.ts'
import { thumbnailRoutes } from './wado/thumbnail.ts'

export { searchParameters } from './capabilities/resources.ts'
export { sendJson, sendJsonList } from './json-answer.ts'
export { clientGone } from './wado/client-gone.ts'
export { renderedKind } from './rendering/kind.ts'
export { createRenderer, type Renderer } from './rendering/renderer.ts'
export { renderThumbnail } from './rendering/render-thumbnail.ts'
export { storedFiles, type Files } from './wado/file-offers.ts'
export { requestedRange } from './wado/byte-range.ts'
export { sendPieces } from './wado/byte-source.ts'
export { directoryUID, fileIDs, numbered, zippedFileSet } from './wado/zipped-file-set.ts'
export type { DicomwebDeps } from './deps.ts'
export { acceptableOf, applicationDicom, contentTypeOf, dataSetOffers, dicomJson, dicomXml, negotiate, oneDataSetOffers } from './media-types.ts'
export { invalidSearch, invalidUID, rangeNotSatisfiable } from './problems.ts'
export { parseSearch, queryOf } from './qido/params.ts'
export { servicePath, serviceURL } from './service-url.ts'
export { sendXmlParts } from './xml-answer.ts'
export { receivedChunks } from './stow/received-chunks.ts'
export { readCodestream } from './stow/metadata/codestream.ts'
export { readMp4 } from './stow/metadata/video.ts'
export { storeResponse } from './stow/response.ts'
export { storeOne } from './stow/store-one.ts'
export { isDigestOf, metadataTextOf, reread, storeAgain, type Reread } from './stow/reread.ts'
export { ObjectDigest } from './stow/object-digest.ts'
export { isSettled, longestStoreMs, minimumAgeMs, startSweeping, sweep, type Swept } from './stow/sweep.ts'

export interface DicomwebOptions extends DicomwebDeps {
  /** DICOMweb services of other capabilities, under the same base and among the same capabilities. */
  readonly services?: readonly FastifyPluginAsync[]
}

export const dicomweb: FastifyPluginAsync<DicomwebOptions> = async (app, { config, catalogue, blobs, transcoding, accessLog, metrics, services = [] }) => {
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
  const stopTelling = catalogue.onStored((access, instance) => { rendering.thumbnails.arrived(access, instance) })
  app.addHook('onClose', () => {
    stopTelling()
    return rendering.close()
  })
  await app.register(renderedRoutes, { ...deps, rendering })
  await app.register(thumbnailRoutes, { ...deps, rendering })
  await app.register(uriRoutes, { ...deps, rendering })
  await app.register(stowRoutes, deps)
  for (const service of services) await app.register(service)
  addCapabilities(app, resources, deps)
}

/**
 * The routes that read, for visitors of share links. The catalogue and the blob store given decide what there is; only routes that go by them alone are here: no change feed,
 * no bulk data of a whole study, no capabilities.
 */
export const sharedDicomwebRoutes: FastifyPluginAsync<DicomwebDeps> = async (app, { config, catalogue, blobs, transcoding, accessLog, metrics, files }) => {
  const deps: DicomwebDeps = { config, catalogue, blobs, transcoding, accessLog, metrics, files }
  const rendering = createRendering({ catalogue, blobs }, app.log, { isKept: false })
  app.addHook('onClose', () => rendering.close())
  const seriesMetadata = createSeriesMetadata({ catalogue, blobs, onError: (error) => { app.log.warn({ err: error }, 'ready-made metadata could not be stored') } })
  app.addHook('onClose', () => seriesMetadata.close())
  await app.register(qidoRoutes, deps)
  await app.register(metadataRoutes, { ...deps, seriesMetadata })
  for (const routes of [instanceRoutes, frameRoutes, bulkdataRoutes]) await app.register(routes, deps)
  for (const routes of [renderedRoutes, thumbnailRoutes, uriRoutes]) await app.register(routes, { ...deps, rendering })
}
