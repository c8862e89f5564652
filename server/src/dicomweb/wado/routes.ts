/** Retrieve transactions (PS3.18 §10.4), and delete. */
import type { FastifyPluginAsync } from 'fastify'
import { allBulkdataRoutes } from './all-bulkdata.ts'
import { bulkdataRoutes } from './bulkdata.ts'
import { deleteRoutes } from './delete.ts'
import { frameRoutes } from './frames.ts'
import { instanceRoutes } from './instances.ts'
import { metadataRoutes, type MetadataDeps } from './metadata.ts'

export const wadoRoutes: FastifyPluginAsync<MetadataDeps> = async (app, deps) => {
  await app.register(metadataRoutes, deps)
  for (const routes of [instanceRoutes, frameRoutes, bulkdataRoutes, allBulkdataRoutes, deleteRoutes]) await app.register(routes, deps)
}
