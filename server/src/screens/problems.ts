import { defineProblem } from '../platform/problem.ts'

export const screensNotBuilt = defineProblem({ type: '/problems/screens-not-built', status: 503, title: 'The screens have not been built' })
