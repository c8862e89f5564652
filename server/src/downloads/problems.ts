import { defineProblem } from '../platform/problem.ts'

export const noSuchDownload = defineProblem({ type: '/problems/no-such-download', status: 404, title: 'There is no such download' })
export const downloadNotReady = defineProblem({ type: '/problems/download-not-ready', status: 409, title: 'The download has not been made yet' })
export const downloadOutdated = defineProblem({ type: '/problems/download-outdated', status: 410, title: 'The download may not be had any more as it was made' })
export const nothingToDownload = defineProblem({ type: '/problems/nothing-to-download', status: 409, title: 'Nothing of this can be downloaded so' })
export const downloadQuotaReached = defineProblem({ type: '/problems/download-quota-reached', status: 409, title: 'The kept downloads would become too large' })
export const exportTooLarge = defineProblem({ type: '/problems/export-too-large', status: 409, title: 'The list is too long for one file' })
