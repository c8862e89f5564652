/** Delete a study, a series or an instance: ours, PS3.18 has no such transaction. */
import type { FastifyPluginAsync } from 'fastify'
import type { Scope } from '../../catalogue/index.ts'
import type { DicomwebDeps } from '../deps.ts'
import { instancePath, scopeOf, seriesPath, studyPath } from '../paths.ts'
import { missing } from './find.ts'

export const deleteRoutes: FastifyPluginAsync<DicomwebDeps> = async (app, { catalogue }) => {
  for (const url of [studyPath, seriesPath, instancePath]) {
    app.delete<{ Params: Scope }>(url, {
      config: { policy: 'dicomweb:delete', audit: 'study.delete' },
      handler: async (request, reply) => {
        const scope = scopeOf(request.params)
        const { deleted } = await catalogue.delete(request.access, scope)
        if (deleted === 0) await missing(catalogue, request.access, scope)
        return reply.code(204).send()
      },
    })
  }
}
