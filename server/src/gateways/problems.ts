import { defineProblem } from '../platform/problem.ts'

export const noSuchGateway = defineProblem({ type: '/problems/no-such-gateway', status: 404, title: 'There is no such gateway' })
export const unknownUploadCode = defineProblem({ type: '/problems/unknown-upload-code', status: 403, title: 'No organisation has this upload code' })
export const gatewayRevoked = defineProblem({ type: '/problems/gateway-revoked', status: 403, title: 'This gateway has been revoked' })
export const uploadCodeUnreadable = defineProblem({ type: '/problems/upload-code-unreadable', status: 409, title: 'The upload code can no longer be shown' })
export const invalidCommand = defineProblem({ type: '/problems/invalid-command', status: 422, title: 'The command cannot be given' })
export const idempotencyKeyReused = defineProblem({ type: '/problems/idempotency-key-reused', status: 409, title: 'The Idempotency-Key was used for another request' })
export const tooManyCommands = defineProblem({ type: '/problems/too-many-commands', status: 409, title: 'Too many commands wait for this gateway' })
