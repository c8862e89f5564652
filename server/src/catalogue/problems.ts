import { defineProblem } from '../platform/problem.ts'

export const noSuchStudy = defineProblem({ type: '/problems/no-such-study', status: 404, title: 'There is no such study' })
export const studyLocked = defineProblem({ type: '/problems/study-locked', status: 409, title: 'The study is locked' })
export const studyOfAnotherPatient = defineProblem({ type: '/problems/study-of-another-patient', status: 409, title: 'The study is of another patient' })
export const noSuchSeries = defineProblem({ type: '/problems/no-such-series', status: 404, title: 'There is no such series' })
