import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { isDatabaseUnavailable, sqlState } from './db.ts'

/** One kind of problem: what every answer of this kind has in common (RFC 9457 §3). */
export interface ProblemKind {
  readonly type: `/problems/${string}`
  readonly status: number
  readonly title: string
}

/** A problem on its way to the caller. `detail` and `extra` leave the server: no patient data in them. */
export class ProblemError extends Error {
  override name = 'ProblemError'
  readonly kind: ProblemKind
  readonly detail: string
  readonly extra: Readonly<Record<string, unknown>>
  readonly headers: Readonly<Record<string, string>>

  constructor(kind: ProblemKind, detail: string, extra: Readonly<Record<string, unknown>>, headers: Readonly<Record<string, string>>) {
    super(kind.title)
    this.kind = kind
    this.detail = detail
    this.extra = extra
    this.headers = headers
  }
}

/** Makes the error of one kind: `throw noSuchStudy('No study has this UID.')`. */
export interface ProblemFactory {
  (detail: string, extra?: Readonly<Record<string, unknown>>, headers?: Readonly<Record<string, string>>): ProblemError
  readonly kind: ProblemKind
}

const kinds = new Map<string, ProblemKind>()

/**
 * Declares a kind of problem beside the capability it belongs to; docs/problems.md must list it (a test holds the two equal).
 * @throws Error when two capabilities declare the same type.
 */
export function defineProblem(kind: ProblemKind): ProblemFactory {
  if (kinds.has(kind.type)) throw new Error(`The problem ${kind.type} is declared twice.`)
  kinds.set(kind.type, kind)
  return Object.assign((detail: string, extra = {}, headers = {}) => new ProblemError(kind, detail, extra, headers), { kind })
}

/** Every kind declared by the modules loaded so far. */
export const declaredProblems = (): readonly ProblemKind[] => [...kinds.values()]

export const badRequest = defineProblem({ type: '/problems/bad-request', status: 400, title: 'The request cannot be understood' })
export const noSuchResource = defineProblem({ type: '/problems/no-such-resource', status: 404, title: 'There is no such resource' })
export const methodNotAllowed = defineProblem({ type: '/problems/method-not-allowed', status: 405, title: 'This resource does not support the method' })
export const payloadTooLarge = defineProblem({ type: '/problems/payload-too-large', status: 413, title: 'The request body is too large' })
export const uriTooLong = defineProblem({ type: '/problems/uri-too-long', status: 414, title: 'The request URI is too long' })
export const unsupportedMediaType = defineProblem({ type: '/problems/unsupported-media-type', status: 415, title: 'The request body has a media type that is not accepted here' })
export const internalError = defineProblem({ type: '/problems/internal-error', status: 500, title: 'Something went wrong on the server' })
export const unavailable = defineProblem({ type: '/problems/unavailable', status: 503, title: 'The server cannot do this now' })

/** What an error of the framework means; its own text may repeat input, so only the kind and a constant detail leave. */
function fromFramework(error: FastifyError): ProblemError {
  switch (error.statusCode) {
    case 400: return badRequest(error.validation ? 'A parameter has a form that is not accepted.' : 'The request cannot be parsed.')
    case 404: return noSuchResource('Nothing is served at this path.')
    case 413: return payloadTooLarge('The request body is larger than this server accepts.')
    case 414: return uriTooLong('The request URI is longer than this server accepts.')
    case 415: return unsupportedMediaType('The Content-Type of the request is missing or not accepted here.')
    case 503: return notNow()
    default: return internalError('The error has been logged under the id given in "instance".')
  }
}

/** The framework's word for a server that stops, the storage's for a store that cannot be used, and a database out of reach. */
const notNow = () => unavailable('The server is stopping, or cannot use its database or blob store.', {}, { 'retry-after': '5' })

/** What any error means to the caller; what is not a declared problem becomes a 500 with its detail withheld. */
export function problemOf(error: FastifyError, request: FastifyRequest): ProblemError {
  if (error instanceof ProblemError) return error
  if (isCutOff(error, request)) return badRequest('The request ended before its body was whole.')
  if (isUnstorableText(error)) return badRequest('A text holds a character that cannot be kept.')
  return isDatabaseUnavailable(error) ? notNow() : fromFramework(error)
}

/** True when the client went away while its body was read: no failure of ours, and nobody is there to be answered. */
const isCutOff = (error: FastifyError, { raw }: FastifyRequest): boolean => error.code === 'ECONNRESET' && raw.destroyed && !raw.complete

/** NUL, which Postgres keeps neither in text nor in JSON: SQLSTATE 22021 and 22P05. */
const isUnstorableText = (error: unknown): boolean => ['22021', '22P05'].includes(sqlState(error) ?? '')

/** Sends one problem as application/problem+json; also for handlers that must answer after the error handler's reach. */
export function sendProblem(reply: FastifyReply, problem: ProblemError): FastifyReply {
  return reply
    .code(problem.kind.status)
    .headers({ 'cache-control': 'no-store', ...problem.headers })
    .type('application/problem+json')
    .serializer(JSON.stringify)
    .send({ ...problem.extra, ...problem.kind, detail: problem.detail, instance: reply.request.id })
}

/** Renders every error of the application as problem+json; what is not a declared problem becomes a 500 with its detail withheld. */
export const problemJson = fp((app, _options, done) => {
  app.setErrorHandler((error: FastifyError, request, reply) => {
    const problem = problemOf(error, request)
    if (problem.kind.status >= 500) request.log.error({ err: error, problem: problem.kind.type }, 'request failed')
    else request.log.debug({ problem: problem.kind.type }, 'request refused')
    return sendProblem(reply, problem)
  })
  done()
}, { name: 'problem-json' })
