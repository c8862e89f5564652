import { defineProblem } from '../platform/problem.ts'

export const unauthenticated = defineProblem({ type: '/problems/unauthenticated', status: 401, title: 'It is not known who asks' })
export const forbidden = defineProblem({ type: '/problems/forbidden', status: 403, title: 'The caller may not do this' })
