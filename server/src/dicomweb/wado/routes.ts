/** Retrieve transactions (PS3.18 §10.4), and delete. */
import type { FastifyPluginAsync } from 'fastify'
import type { DicomwebDeps } from '../deps.ts'
import { bulkdataRoutes } from './bulkdata.ts'
import { deleteRoutes } from './delete.ts'
import { frameRoutes } from './frames.ts'
import { instanceRoutes } from './instances.ts'
import { metadataRoutes } from './metadata.ts'

export const wadoRoutes: FastifyPluginAsync<DicomwebDeps> = async (app, deps) => {
  for (const routes of [instanceRoutes, metadataRoutes, frameRoutes, bulkdataRoutes, deleteRoutes]) await app.register(routes, deps)
}
