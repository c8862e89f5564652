/** One kind of problem: what every answer of this kind has in common (RFC 9457 §3). */
export interface ProblemKind {
  readonly type: `/problems/${string}`
  readonly status: number
  readonly title: string
}

/** A problem on its way to the caller: no patient data and no secret in `detail` and `extra`. */
export class ProblemError extends Error {
  override name = 'ProblemError'
  readonly kind: ProblemKind
  readonly detail: string
  readonly extra: Readonly<Record<string, unknown>>

  constructor(kind: ProblemKind, detail: string, extra: Readonly<Record<string, unknown>>) {
    super(detail)
    this.kind = kind
    this.detail = detail
    this.extra = extra
  }
}

const defineProblem = (kind: ProblemKind) =>
  Object.assign((detail: string, extra: Readonly<Record<string, unknown>> = {}) => new ProblemError(kind, detail, extra), { kind })

export const badRequest = defineProblem({ type: '/problems/bad-request', status: 400, title: 'The request cannot be understood' })
export const notSignedIn = defineProblem({ type: '/problems/not-signed-in', status: 401, title: 'The key of this gateway is needed' })
export const wrongKey = defineProblem({ type: '/problems/wrong-key', status: 401, title: 'This is not the key of this gateway' })
export const foreignHost = defineProblem({ type: '/problems/foreign-host', status: 403, title: 'The gateway is not known by this name' })
export const foreignOrigin = defineProblem({ type: '/problems/foreign-origin', status: 403, title: 'Changes are taken from the gateway\'s own pages only' })
export const noSuchResource = defineProblem({ type: '/problems/no-such-resource', status: 404, title: 'There is no such resource' })
export const noSuchNode = defineProblem({ type: '/problems/no-such-node', status: 404, title: 'There is no such node' })
export const noSuchPrinter = defineProblem({ type: '/problems/no-such-printer', status: 404, title: 'There is no such film printer' })
/** Only DICOM nodes can be asked for studies. */
export const noSuchArchive = defineProblem({ type: '/problems/no-such-archive', status: 404, title: 'There is no such archive' })
export const noSuchRule = defineProblem({ type: '/problems/no-such-rule', status: 404, title: 'There is no such rule' })
export const noSuchPeer = defineProblem({ type: '/problems/no-such-peer', status: 404, title: 'There is no such peer' })
/** `deliveries`: how many have not arrived. */
export const deliveriesWaiting = defineProblem({ type: '/problems/deliveries-waiting', status: 409, title: 'Not everything has arrived at this node' })
export const serviceFailed = defineProblem({ type: '/problems/service-failed', status: 409, title: 'The DICOM service cannot start' })
export const enrolmentRefused = defineProblem({ type: '/problems/enrolment-refused', status: 409, title: 'The cloud did not take this gateway in' })
export const revisionOutdated = defineProblem({ type: '/problems/revision-outdated', status: 412, title: 'The settings were changed by somebody else in the meantime' })
export const payloadTooLarge = defineProblem({ type: '/problems/payload-too-large', status: 413, title: 'The request body is too large' })
export const unsupportedMediaType = defineProblem({ type: '/problems/unsupported-media-type', status: 415, title: 'The request body has a media type that is not accepted here' })
/** `errors`: [{ path, message }], path a JSON pointer into the configuration. */
export const configurationInvalid = defineProblem({ type: '/problems/configuration-invalid', status: 422, title: 'These settings cannot be used' })
export const internalError = defineProblem({ type: '/problems/internal-error', status: 500, title: 'Something went wrong in the gateway' })
export const cloudUnreachable = defineProblem({ type: '/problems/cloud-unreachable', status: 502, title: 'The cloud cannot be reached' })
/** `failure`: { reason, text }, as of a node's connection test. */
export const archiveFailed = defineProblem({ type: '/problems/archive-failed', status: 502, title: 'The archive did not answer as it should' })
export const tooManyWatchers = defineProblem({ type: '/problems/too-many-watchers', status: 503, title: 'Too many screens watch this gateway' })
export const screensNotBuilt = defineProblem({ type: '/problems/screens-not-built', status: 503, title: 'The screens have not been built' })
