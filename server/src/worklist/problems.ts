import { defineProblem } from '../platform/problem.ts'

export const noSuchWorklistItem = defineProblem({ type: '/problems/no-such-worklist-item', status: 404, title: 'There is no such worklist item' })
export const invalidWorklistItem = defineProblem({ type: '/problems/invalid-worklist-item', status: 422, title: 'The worklist item lacks something or holds something wrong' })
export const worklistItemExists = defineProblem({ type: '/problems/worklist-item-exists', status: 409, title: 'This step of this study is on the worklist already' })
export const worklistItemChanged = defineProblem({ type: '/problems/worklist-item-changed', status: 412, title: 'The worklist item has changed meanwhile' })
export const noSuchPerformedStep = defineProblem({ type: '/problems/no-such-performed-step', status: 404, title: 'There is no such performed procedure step' })
export const invalidPerformedStep = defineProblem({ type: '/problems/invalid-performed-step', status: 400, title: 'The performed procedure step lacks something or holds something wrong' })
export const performedStepExists = defineProblem({ type: '/problems/performed-step-exists', status: 409, title: 'A performed procedure step has this UID already' })
export const performedStepFinal = defineProblem({ type: '/problems/performed-step-final', status: 409, title: 'The performed procedure step may no longer be updated' })
