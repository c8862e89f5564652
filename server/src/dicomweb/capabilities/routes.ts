/** Retrieve capabilities (PS3.18 §8.9): OPTIONS on the base describes everything, on a resource that resource alone. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { DicomwebDeps } from '../deps.ts'
import { acceptableOf, dicomJson, negotiate, type Offer } from '../media-types.ts'
import { serviceURL } from '../service-url.ts'
import { etagOf, isNotModified } from '../wado/conditional.ts'
import type { Resource } from './resources.ts'
import { wadlJson, wadlXml } from './wadl.ts'

const wadl = 'application/vnd.sun.wadl+xml'
const json = 'application/json'
// Accept's application/json is read as an alias of DICOM JSON everywhere.
const offers: readonly Offer[] = [{ mediaType: wadl, multipart: false }, { mediaType: dicomJson, multipart: false }]

/** Nothing of a patient or an organisation is said: what software is installed may know who asks. */
const config = { policy: 'public', audit: 'none', produces: [wadl, json] } as const

/** Adds OPTIONS to the base and to every resource there is; to be called when all other routes are registered. */
export function addCapabilities(app: FastifyInstance, resources: readonly Resource[], deps: Pick<DicomwebDeps, 'config'>): void {
  const all = [...resources]
  app.options('/', { config }, (request, reply) => describe(deps, request, reply, all, 'OPTIONS'))
  for (const resource of all) {
    if (resource.path === '') continue
    const allow = [...new Set(resource.operations.map(({ method }) => method)), 'OPTIONS'].sort().join(', ')
    app.options(resource.url, { config }, (request, reply) => describe(deps, request, reply, [resource], allow))
  }
}

function describe(deps: Pick<DicomwebDeps, 'config'>, request: FastifyRequest, reply: FastifyReply, resources: readonly Resource[], allow: string): FastifyReply {
  const mediaType = negotiate(acceptableOf(request), offers).mediaType === wadl ? wadl : json
  const base = serviceURL(deps.config, request)
  const text = mediaType === json ? wadlJson(base, resources) : wadlXml(base, resources)
  reply.header('allow', allow)
  // The same for everyone and until the next release: no validator is needed but the text itself.
  if (isNotModified(request, reply, etagOf(text))) return reply.code(304).send()
  return reply.type(`${mediaType}; charset=utf-8`).send(text)
}
