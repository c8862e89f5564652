import { defineProblem } from '../platform/problem.ts'

export const studyLocked = defineProblem({ type: '/problems/study-locked', status: 409, title: 'The study is locked' })
