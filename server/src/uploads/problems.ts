import { defineProblem } from '../platform/problem.ts'

export const invalidUpload = defineProblem({ type: '/problems/invalid-upload', status: 400, title: 'The upload cannot be understood' })
export const noSuchUpload = defineProblem({ type: '/problems/no-such-upload', status: 404, title: 'There is no such upload' })
export const uploadOffsetMismatch = defineProblem({ type: '/problems/upload-offset-mismatch', status: 409, title: 'The upload goes on at another offset' })
export const tooManyUploads = defineProblem({ type: '/problems/too-many-uploads', status: 409, title: 'Too many uploads are open' })
export const tusVersion = defineProblem({ type: '/problems/tus-version', status: 412, title: 'The version of the upload protocol is not supported' })
export const uploadLocked = defineProblem({ type: '/problems/upload-locked', status: 423, title: 'The upload is being worked on' })
export const uploadChecksumMismatch = defineProblem({ type: '/problems/upload-checksum-mismatch', status: 460, title: 'The bytes did not arrive as they were sent' })
