/** The modality worklist: what is scheduled, kept by information systems and searched by modalities (PS3.4 Annex K). */
import type { WorklistItem, WorklistPage } from '@isocenter/contracts'
import { matchesPlan, MatchValueError, planOf, tagOf, type DicomJson, type MatchKey, type MatchOptions } from '@isocenter/dicom'
import { record } from '../audit/index.ts'
import { actorOf, forbidden, reachesStudy, type Access } from '../identity/index.ts'
import { decodeCursor, encodeCursor } from '../platform/cursor.ts'
import { badRequest } from '../platform/problem.ts'
import type { Db, Trx } from '../platform/db.ts'
import { Type } from 'typebox'
import { readItem } from './item.ts'
import {
  deleteItem, findItem, findItemOfStep, followPerformedSteps, insertItem, lockItem, lockSchedules, replaceItem, selectItems, type ItemPlace, type StoredItem,
} from './item-store.ts'
import { narrowing, type SqlCondition } from './narrowing.ts'
import { noSuchWorklistItem, worklistItemChanged, worklistItemExists } from './problems.ts'

/** What is looked for. A status among the keys also finds what is over. */
export interface WorklistSearch {
  readonly keys: readonly MatchKey[]
  readonly options: MatchOptions
}

export interface WorklistItems {
  /** @throws invalidWorklistItem 422, worklistItemExists 409 with the item's id */
  readonly add: (access: Access, dataSet: unknown) => Promise<WorklistItem>
  /** @throws noSuchWorklistItem 404 */
  readonly find: (access: Access, worklistItemId: string) => Promise<WorklistItem>
  /** @throws noSuchWorklistItem 404, invalidWorklistItem 422, worklistItemExists 409, worklistItemChanged 412 when it no longer has `version` */
  readonly replace: (access: Access, worklistItemId: string, dataSet: unknown, version: number | undefined) => Promise<WorklistItem>
  /** @throws noSuchWorklistItem 404 */
  readonly remove: (access: Access, worklistItemId: string) => Promise<void>
  /** Items by start. @throws badRequest 400 for a value or a cursor that cannot be understood */
  readonly list: (access: Access, search: WorklistSearch, page: { readonly cursor: string | undefined; readonly limit: number }) => Promise<WorklistPage>
  /** The same for modalities: data sets after the first `offset`, and whether there are more. @throws MatchValueError */
  readonly search: (access: Access, search: WorklistSearch, page: { readonly offset: number; readonly limit: number }) => Promise<{ dataSets: DicomJson[]; hasMore: boolean }>
}

/** Where a page begins. */
const Place = Type.Tuple([Type.String(), Type.String(), Type.String({ pattern: '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' })])
/** Rows read at once while a search goes through what the database could not rule out. */
const batch = 500
const stepSequence = tagOf('ScheduledProcedureStepSequence')
const stepStatus = tagOf('ScheduledProcedureStepStatus')
/** What is over is no work; who wants to see it asks for its status. */
const notOver: SqlCondition = { text: "status not in ('COMPLETED', 'DISCONTINUED')", bindings: [] }

/** The worklist in Postgres. */
export function createWorklistItems({ db }: { readonly db: Db }): WorklistItems {
  const audit = (trx: Trx, access: Access, change: 'add' | 'replace' | 'delete', { item, StudyInstanceUID, PatientID }: StoredItem) =>
    record(trx, [{
      organisationId: access.organisationId, actor: actorOf(access), action: 'worklist.write', outcome: 'success',
      StudyInstanceUID, PatientID, detail: { change, worklistItemId: item.worklistItemId },
    }])

  return {
    add: async (access, dataSet) => {
      const added = readItem(dataSet)
      const { study_instance_uid: study, scheduled_procedure_step_id: step } = added.columns
      if (!reachesStudy(access, study)) throw forbidden('The study is not among those the token is for.')
      return db.transaction(async (db) => {
        await lockSchedules(db, access, [study])
        const stored = await insertItem(db, access, added)
        if (!stored) throw worklistItemExists('Change it by PUT.', { worklistItemId: (await findItemOfStep(db, access, study, step))?.item.worklistItemId })
        await followPerformedSteps(db, access, study, step)
        await audit(db, access, 'add', stored)
        return reread(db, access, stored)
      })
    },

    find: async (access, worklistItemId) => (await findItem(db, access, worklistItemId) ?? absent()).item,

    replace: (access, worklistItemId, dataSet, version) => db.transaction(async (db) => {
      const { item } = await lockItem(db, access, worklistItemId) ?? absent()
      if (version !== undefined && item.version !== version) throw worklistItemChanged('If-Match names a version that is not the current one.', { version: item.version })
      const given = readItem(keepingStudy(dataSet, item.attributes))
      const { study_instance_uid: study, scheduled_procedure_step_id: step } = given.columns
      if (!reachesStudy(access, study)) throw forbidden('The study is not among those the token is for.')
      await lockSchedules(db, access, [study])
      const other = await findItemOfStep(db, access, study, step)
      if (other && other.item.worklistItemId !== worklistItemId) throw worklistItemExists('Another item is of this step.', { worklistItemId: other.item.worklistItemId })
      const stored = await replaceItem(db, worklistItemId, given)
      await followPerformedSteps(db, access, study, step)
      await audit(db, access, 'replace', stored)
      return reread(db, access, stored)
    }),

    remove: (access, worklistItemId) => db.transaction(async (db) => {
      const stored = await lockItem(db, access, worklistItemId) ?? absent()
      await audit(db, access, 'delete', stored)
      await deleteItem(db, worklistItemId)
    }),

    list: async (access, search, { cursor, limit }) => {
      const after = decodeCursor(cursor, Place)
      const found: StoredItem[] = []
      try {
        for await (const stored of matching(db, access, search, after && { startDate: after[0], startTime: after[1], worklistItemId: after[2] })) if (found.push(stored) > limit) break
      } catch (error) {
        throw error instanceof MatchValueError ? badRequest(error.message) : error
      }
      const items = found.slice(0, limit)
      const last = items.at(-1)?.place
      return { items: items.map(({ item }) => item), ...(found.length > limit && last ? { next: encodeCursor([last.startDate, last.startTime, last.worklistItemId]) } : {}) }
    },

    search: async (access, search, { offset, limit }) => {
      const dataSets: DicomJson[] = []
      let place = 0
      for await (const { item } of matching(db, access, search, undefined)) {
        if (place++ < offset) continue
        if (dataSets.length >= limit) return { dataSets, hasMore: true }
        dataSets.push(item.attributes)
      }
      return { dataSets, hasMore: false }
    },
  }
}

function absent(): never {
  throw noSuchWorklistItem('No worklist item of your organisation has this id.')
}

/** The status may have followed performed steps after the row was written. */
const reread = async (db: Db, access: Access, { item }: StoredItem): Promise<WorklistItem> => (await findItem(db, access, item.worklistItemId) ?? absent()).item

/** A StudyInstanceUID that was made here stays, where the information system goes on without one. */
function keepingStudy(dataSet: unknown, former: DicomJson): unknown {
  if (typeof dataSet !== 'object' || dataSet === null || Array.isArray(dataSet) || '0020000D' in dataSet || '0020000d' in dataSet) return dataSet
  return { ...dataSet, '0020000D': former['0020000D'] }
}

/** Every item that matches, by start. */
async function* matching(db: Db, access: Access, { keys, options }: WorklistSearch, from: ItemPlace | undefined): AsyncGenerator<StoredItem> {
  const plan = planOf(keys, options)
  const asksForStatus = keys.some(({ path, value }) => path[0] === stepSequence && path.at(-1) === stepStatus && value.trim() !== '')
  const conditions = [...narrowing(plan), ...(asksForStatus ? [] : [notOver])]
  let after = from
  for (;;) {
    const found = await selectItems(db, access, conditions, after, batch)
    for (const stored of found) if (matchesPlan(stored.item.attributes, plan)) yield stored
    if (found.length < batch) return
    after = found.at(-1)?.place
  }
}
