import { defineProblem } from '../platform/problem.ts'

export const noSuchApiKey = defineProblem({ type: '/problems/no-such-api-key', status: 404, title: 'There is no such API key' })
export const invalidApiKey = defineProblem({ type: '/problems/invalid-api-key', status: 422, title: 'An API key cannot be like this' })
export const scopeNotHeld = defineProblem({ type: '/problems/scope-not-held', status: 403, title: 'Nobody gives a key more than he may do himself' })
export const apiKeyNameTaken = defineProblem({ type: '/problems/api-key-name-taken', status: 409, title: 'Another API key has this name' })
export const apiKeyRevoked = defineProblem({ type: '/problems/api-key-revoked', status: 409, title: 'The API key has been revoked' })
export const tooManyApiKeys = defineProblem({ type: '/problems/too-many-api-keys', status: 409, title: 'The organisation has as many API keys as it can have' })
