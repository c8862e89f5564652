import type { FastifyError, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { badRequest, internalError, noSuchResource, payloadTooLarge, ProblemError, unsupportedMediaType } from './problems.ts'

/** What an error of the framework means; its own text may repeat input, so only what was wrong with which member is told. */
function fromFramework(error: FastifyError): ProblemError {
  switch (error.statusCode) {
    case 400: return badRequest(error.validation ? 'A member has a form that is not accepted.' : 'The request cannot be parsed.', {
      ...(error.validation && { errors: error.validation.map(({ instancePath, message = '' }) => ({ path: instancePath, message })) }),
    })
    case 404: return noSuchResource('Nothing is served at this path.')
    case 413: return payloadTooLarge('The request body is larger than is accepted.')
    case 415: return unsupportedMediaType('The Content-Type of the request is missing or not accepted.')
    default: return internalError('The error has been logged under the id given in "instance".')
  }
}

/** Renders every error of the control interface as problem+json; what is not a declared problem becomes a 500 with its detail withheld. */
export const problemJson = fp((app, _options, done) => {
  app.setNotFoundHandler(() => { throw noSuchResource('Nothing is served at this path.') })
  app.setErrorHandler((error: FastifyError, request: FastifyRequest, reply) => {
    const problem = error instanceof ProblemError ? error : fromFramework(error)
    if (problem.kind.status === 500) request.log.error({ err: error }, 'control request failed')
    return reply
      .code(problem.kind.status)
      .header('cache-control', 'no-store')
      .type('application/problem+json')
      .serializer(JSON.stringify)
      .send({ ...problem.extra, ...problem.kind, detail: problem.detail, instance: request.id })
  })
  done()
}, { name: 'problem-json' })
