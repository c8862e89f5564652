/** What the catalogue does in the background. */
import { setTimeout } from 'node:timers/promises'
import type { Task, Tasks } from '../jobs/index.ts'
import type { Db } from '../platform/db.ts'
import { forgetChanges } from './changes.ts'
import { extraAttributesLeftUnfilled, fillExtraAttribute } from './extra-fill.ts'

/** Fills in one extra attribute: `{ "extraAttributeKey": "7" }`. */
export const indexAttributeTask = 'index-attribute'

const sliceMs = 30_000
const waitMs = 250
/** Unfilled and untouched for so long, an attribute has lost its job. */
const leftAfterMs = 5 * 60_000
const dayMs = 24 * 60 * 60_000

/** Attributes are filled in a slice at a time, so that other work gets its turn and a stop need not wait. */
export function catalogueTasks({ db, changeFeedDays }: { readonly db: Db; readonly changeFeedDays: number }): Tasks {
  const fill = async (extraAttributeKey: string, signal: AbortSignal): Promise<boolean> => {
    const until = performance.now() + sliceMs
    while (!signal.aborted && performance.now() < until) {
      const step = await fillExtraAttribute(db, extraAttributeKey)
      if (step === 'done') return true
      if (step === 'wait') await setTimeout(waitMs)
    }
    return false
  }

  const indexAttribute: Task = async (payload, { signal, again }) => {
    const { extraAttributeKey } = payload as { extraAttributeKey: string }
    if (!await fill(extraAttributeKey, signal)) await again()
  }
  const indexLeftAttributes: Task = async (_payload, { signal }) => {
    for (const extraAttributeKey of await extraAttributesLeftUnfilled(db, new Date(Date.now() - leftAfterMs))) await fill(extraAttributeKey, signal)
  }
  const forgetOldChanges: Task = async () => { await forgetChanges(db, new Date(Date.now() - changeFeedDays * dayMs)) }

  return {
    tasks: { [indexAttributeTask]: indexAttribute, 'index-left-attributes': indexLeftAttributes, 'forget-changes': forgetOldChanges },
    schedule: ['*/5 * * * * index-left-attributes', '20 3 * * * forget-changes'],
  }
}
