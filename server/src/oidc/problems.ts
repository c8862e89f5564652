import { defineProblem } from '../platform/problem.ts'

export const noSignInProvider = defineProblem({ type: '/problems/no-sign-in-provider', status: 404, title: 'There is no such sign-in provider' })
export const invalidSignInProvider = defineProblem({ type: '/problems/invalid-sign-in-provider', status: 422, title: 'A sign-in provider cannot be like this' })
export const signInProviderUnusable = defineProblem({ type: '/problems/sign-in-provider-unusable', status: 422, title: 'The sign-in provider cannot be used' })
export const logoutRefused = defineProblem({ type: '/problems/logout-refused', status: 400, title: 'The logout token is not good' })
