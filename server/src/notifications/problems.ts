import { defineProblem } from '../platform/problem.ts'

export const noSuchNotification = defineProblem({ type: '/problems/no-such-notification', status: 404, title: 'There is no such notification' })
export const tooManyStreams = defineProblem({ type: '/problems/too-many-streams', status: 429, title: 'There are too many live streams' })
