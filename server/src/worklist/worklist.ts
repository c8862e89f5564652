import type { Db } from '../platform/db.ts'
import { createWorklistItems, type WorklistItems } from './items.ts'
import { createPerformedSteps, type PerformedSteps } from './performed-steps.ts'

/** What is scheduled and what was performed. */
export interface Worklist {
  readonly items: WorklistItems
  readonly performed: PerformedSteps
}

/** The worklist of every organisation, in Postgres. */
export const createWorklist = (deps: { readonly db: Db }): Worklist => ({ items: createWorklistItems(deps), performed: createPerformedSteps(deps) })
