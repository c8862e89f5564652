import { defineProblem } from '../platform/problem.ts'

/** The kinds of problem DICOMweb resources have; badRequest, payloadTooLarge and unsupportedMediaType come from the platform. */
export const invalidUID = defineProblem({ type: '/problems/invalid-uid', status: 400, title: 'The path holds something that is not a UID' })
export const invalidSearch = defineProblem({ type: '/problems/invalid-search', status: 400, title: 'The search cannot be understood' })
export const invalidMultipart = defineProblem({ type: '/problems/invalid-multipart', status: 400, title: 'The request body is not well-formed multipart' })
export const invalidFrameList = defineProblem({ type: '/problems/invalid-frame-list', status: 400, title: 'The frame list cannot be understood' })
export const emptyStore = defineProblem({ type: '/problems/nothing-to-store', status: 400, title: 'The request holds no instance' })
export { noSuchSeries, noSuchStudy } from '../catalogue/index.ts'
export const noSuchInstance = defineProblem({ type: '/problems/no-such-instance', status: 404, title: 'There is no such instance' })
export const noSuchFrame = defineProblem({ type: '/problems/no-such-frame', status: 404, title: 'There is no such frame' })
export const noSuchBulkdata = defineProblem({ type: '/problems/no-such-bulkdata', status: 404, title: 'There is no such bulk data' })
export const notAcceptable = defineProblem({ type: '/problems/not-acceptable', status: 406, title: 'The resource cannot be had in a form the request accepts' })
export const deleted = defineProblem({ type: '/problems/deleted', status: 410, title: 'The resource has been deleted' })
export const changesForgotten = defineProblem({ type: '/problems/changes-forgotten', status: 410, title: 'The change feed does not reach there' })
export const notRenderable = defineProblem({ type: '/problems/not-renderable', status: 406, title: 'The resource cannot be rendered' })
export const rangeNotSatisfiable = defineProblem({ type: '/problems/range-not-satisfiable', status: 416, title: 'The range asked for does not exist' })
