import { defineProblem } from '../platform/problem.ts'

export const noSuchAttachment = defineProblem({ type: '/problems/no-such-attachment', status: 404, title: 'There is no such attachment' })
export const attachmentRefused = defineProblem({ type: '/problems/attachment-refused', status: 422, title: 'The file is none that is taken' })
export const malwareFound = defineProblem({ type: '/problems/malware-found', status: 422, title: 'The malware scanner found something in the file' })
export const scannerUnavailable = defineProblem({ type: '/problems/scanner-unavailable', status: 503, title: 'The malware scanner does not answer' })
export const tooManyAttachments = defineProblem({ type: '/problems/too-many-attachments', status: 409, title: 'The study has too many attachments' })
