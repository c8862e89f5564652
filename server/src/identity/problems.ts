import { defineProblem } from '../platform/problem.ts'

export const unauthenticated = defineProblem({ type: '/problems/unauthenticated', status: 401, title: 'It is not known who asks' })
export const forbidden = defineProblem({ type: '/problems/forbidden', status: 403, title: 'The caller may not do this' })
export const sessionRestricted = defineProblem({ type: '/problems/session-restricted', status: 403, title: 'The session is not good for this yet' })
export const moduleNotEnabled = defineProblem({ type: '/problems/module-not-enabled', status: 403, title: 'The module is not switched on' })
export const noMembership = defineProblem({ type: '/problems/no-membership', status: 403, title: 'The account is no member of the organisation' })
