/** A consortium with people in every role, to try Isocenter with. Made by `npm start` alone, never by the server. */
export { makeDemonstration, type Demonstration } from './consortium.ts'
export { demonstrationPeople, organisationNames, type DemonstrationOrganisation, type DemonstrationPerson } from './plan.ts'
