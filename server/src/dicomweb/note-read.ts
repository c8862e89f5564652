import type { FastifyRequest } from 'fastify'
import { actorOf } from '../identity/index.ts'
import type { DicomwebDeps } from './deps.ts'

/** Puts a read into the audit trail, under the action its route declares. */
export function noteRead({ accessLog }: Pick<DicomwebDeps, 'accessLog'>, request: FastifyRequest, StudyInstanceUID: string | undefined): void {
  const { audit } = request.routeOptions.config
  if (audit === undefined || audit === 'none') return
  const { access } = request
  accessLog.accessed({ organisationId: access.organisationId, actor: actorOf(access), action: audit, StudyInstanceUID })
}
