import type { Db } from '../platform/db.ts'
import { createMatching, type Matching } from './matching.ts'
import { createParts, type Parts } from './parts.ts'
import { createPartSpreadsheets, type PartSpreadsheets } from './spreadsheets.ts'
import { createPartTags, type PartTags } from './tags.ts'

export interface BodyParts {
  readonly parts: Parts
  readonly tags: PartTags
  readonly matching: Matching
  readonly spreadsheets: PartSpreadsheets
}

export const createBodyParts = (deps: { readonly db: Db; readonly now?: () => Date }): BodyParts => ({
  parts: createParts(deps),
  tags: createPartTags(deps),
  matching: createMatching(deps),
  spreadsheets: createPartSpreadsheets(deps),
})
