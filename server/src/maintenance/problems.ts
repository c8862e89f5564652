import { defineProblem } from '../platform/problem.ts'

export { noSuchStudy, studyOfAnotherPatient } from '../catalogue/index.ts'
export const noSuchLock = defineProblem({ type: '/problems/no-such-lock', status: 404, title: 'The study is not locked' })
export const notYourLock = defineProblem({ type: '/problems/not-your-lock', status: 403, title: 'Another one has locked the study' })
export const noSuchDeletedStudy = defineProblem({ type: '/problems/no-such-deleted-study', status: 404, title: 'There is no such deleted study' })
export const deletedStudyBusy = defineProblem({ type: '/problems/deleted-study-busy', status: 409, title: 'The deleted study is being restored or removed, or is so already' })
export const noSuchPurge = defineProblem({ type: '/problems/no-such-purge', status: 404, title: 'There is no such request to purge' })
export const purgeDecided = defineProblem({ type: '/problems/purge-decided', status: 409, title: 'The request to purge has been decided' })
export const secondPersonNeeded = defineProblem({ type: '/problems/second-person-needed', status: 403, title: 'Another person must agree' })
export const deviceHasLockedStudies = defineProblem({ type: '/problems/device-has-locked-studies', status: 409, title: 'Studies of the device are locked' })
export const noSuchQuarantine = defineProblem({ type: '/problems/no-such-quarantine', status: 404, title: 'Nothing is held apart under this id' })
export const countDiffers = defineProblem({ type: '/problems/count-differs', status: 409, title: 'The number of studies is another one now' })
