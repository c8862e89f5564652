import { defineProblem } from '../platform/problem.ts'

export const filmBasketFull = defineProblem({ type: '/problems/film-basket-full', status: 409, title: 'The film basket is full' })
export const noSuchFilmItem = defineProblem({ type: '/problems/no-such-film-item', status: 404, title: 'There is no such image in the film basket' })
export const noSuchPrintJob = defineProblem({ type: '/problems/no-such-print-job', status: 404, title: 'There is no such print job' })
export const noSuchFilmPrinter = defineProblem({ type: '/problems/no-such-film-printer', status: 404, title: 'There is no such film printer' })
export const printNotPossible = defineProblem({ type: '/problems/print-not-possible', status: 422, title: 'This cannot be printed so' })
export const printJobBegun = defineProblem({ type: '/problems/print-job-begun', status: 409, title: 'The print job has begun, or is over' })
