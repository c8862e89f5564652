/** A consortium with people in every role, to try Isocenter with. Made by `npm start` alone, never by the server. */
export { makeDemonstration } from './consortium.ts'
export { demonstrationPlan } from './plan.ts'
