/** Performed procedure steps: what modalities say they do and did (PS3.4 Annex F), linked to what was scheduled and to what came. */
import type { PerformedStep, PerformedStepPage } from '@isocenter/contracts'
import { DicomJsonError, orderedJson, parseDicomJson, type DicomJson } from '@isocenter/dicom'
import { record } from '../audit/index.ts'
import { instancesOfStudies } from '../catalogue/index.ts'
import { actorOf, forbidden, reachesStudy, type Access } from '../identity/index.ts'
import { decodeCursor, encodeCursor } from '../platform/cursor.ts'
import type { Db, Trx } from '../platform/db.ts'
import { Type } from 'typebox'
import { keyOf, textIn } from './data-set.ts'
import { followPerformedSteps, lockSchedules } from './item-store.ts'
import { changed, dimseStatus, refusalOfCreate, type Refusal } from './performed-check.ts'
import { findStep, insertStep, listSteps, scheduleIn, toPerformedStep, updateStep, worklistItemsOf, type StepFilter, type StoredStep } from './performed-store.ts'
import { invalidPerformedStep, noSuchPerformedStep, performedStepExists, performedStepFinal } from './problems.ts'

export interface PerformedSteps {
  /** N-CREATE. @throws invalidPerformedStep 400, performedStepExists 409 */
  readonly create: (access: Access, SOPInstanceUID: string, dataSet: unknown) => Promise<void>
  /**
   * N-SET; answers the tags of attributes that stayed as they were because it may not change them.
   * @throws noSuchPerformedStep 404, invalidPerformedStep 400, performedStepFinal 409
   */
  readonly update: (access: Access, SOPInstanceUID: string, modifications: unknown) => Promise<readonly string[]>
  /** N-GET. @throws noSuchPerformedStep 404 */
  readonly dataSet: (access: Access, SOPInstanceUID: string) => Promise<DicomJson>
  /** @throws noSuchPerformedStep 404 */
  readonly find: (access: Access, SOPInstanceUID: string) => Promise<PerformedStep>
  /** The latest first. @throws badRequest 400 for a cursor that is none */
  readonly list: (access: Access, filter: StepFilter, page: { readonly cursor: string | undefined; readonly limit: number }) => Promise<PerformedStepPage>
}

/** Where a page begins. */
const Place = Type.Tuple([Type.String(), Type.String(), Type.String({ pattern: '^\\d{1,18}$' })])

/** PS3.4 Table F.7.2-2. */
const finalState = { dimseStatus: dimseStatus.processingFailure, errorComment: 'Performed Procedure Step Object may no longer be updated', errorId: 0xa710 } as const

/** Performed steps in Postgres. */
export function createPerformedSteps({ db }: { readonly db: Db }): PerformedSteps {
  const told = async (access: Access, steps: readonly StoredStep[]): Promise<PerformedStep[]> => {
    const studies = [...new Set(steps.flatMap(({ dataSet }) => scheduleIn(dataSet).map(({ StudyInstanceUID }) => StudyInstanceUID)))]
    const [items, instances] = [await worklistItemsOf(db, steps), await instancesOfStudies(db, access, studies)]
    return steps.map((step) => toPerformedStep(step, items.get(step.performedStepKey) ?? [], instances))
  }

  return {
    create: async (access, SOPInstanceUID, input) => {
      const dataSet = parsed(input)
      const refusal = refusalOfCreate(dataSet)
      if (refusal) throw invalid(refusal)
      const schedule = scheduleIn(dataSet)
      if (!schedule.every(({ StudyInstanceUID }) => reachesStudy(access, StudyInstanceUID))) throw forbidden('A study is not among those the token is for.')
      await db.transaction(async (db) => {
        await lockSchedules(db, access, schedule.map(({ StudyInstanceUID }) => StudyInstanceUID))
        if (!await insertStep(db, access, SOPInstanceUID, dataSet)) throw await exists(db, access, SOPInstanceUID, dataSet)
        await follow(db, access, SOPInstanceUID, dataSet, 'create')
      })
    },

    update: (access, SOPInstanceUID, input) => db.transaction(async (db) => {
      const modifications = parsed(input)
      const known = await findStep(db, access, SOPInstanceUID) ?? absent()
      // In the order of `create`: schedules first, then rows.
      await lockSchedules(db, access, scheduleIn(known.dataSet).map(({ StudyInstanceUID }) => StudyInstanceUID))
      const step = await findStep(db, access, SOPInstanceUID, 'for update') ?? absent()
      if (step.status !== 'IN PROGRESS') throw performedStepFinal(`${finalState.errorComment}.`, { ...finalState, unchanged: holdsAlready(step.dataSet, modifications) })
      const change = changed(step.dataSet, modifications)
      if ('refusal' in change) throw invalid(change.refusal)
      await updateStep(db, step, change.status, change.dataSet)
      await follow(db, access, SOPInstanceUID, change.dataSet, 'update')
      return change.kept
    }),

    dataSet: async (access, SOPInstanceUID) => (await findStep(db, access, SOPInstanceUID) ?? absent()).dataSet,

    find: async (access, SOPInstanceUID) => {
      const [step] = await told(access, [await findStep(db, access, SOPInstanceUID) ?? absent()])
      return step ?? absent()
    },

    list: async (access, filter, { cursor, limit }) => {
      const place = decodeCursor(cursor, Place)
      const found = await listSteps(db, access, filter, place && { startDate: place[0], startTime: place[1], performedStepKey: place[2] }, limit + 1)
      const steps = found.slice(0, limit)
      const last = steps.at(-1)
      return { items: await told(access, steps), ...(found.length > limit && last ? { next: encodeCursor([last.startDate, last.startTime, last.performedStepKey]) } : {}) }
    },
  }
}

/** What comes with every change of a step: the status of what it performs, and the trail. */
async function follow(trx: Trx, access: Access, SOPInstanceUID: string, dataSet: DicomJson, change: 'create' | 'update'): Promise<void> {
  const schedule = scheduleIn(dataSet)
  for (const { StudyInstanceUID, ScheduledProcedureStepID } of schedule) {
    if (ScheduledProcedureStepID !== undefined) await followPerformedSteps(trx, access, StudyInstanceUID, ScheduledProcedureStepID)
  }
  await record(trx, [{
    organisationId: access.organisationId, actor: actorOf(access), action: 'performed-step.write', outcome: 'success',
    StudyInstanceUID: schedule[0]?.StudyInstanceUID, PatientID: textIn(dataSet, 'PatientID'), detail: { change, SOPInstanceUID, status: textIn(dataSet, 'PerformedProcedureStepStatus') },
  }])
}

function parsed(input: unknown): DicomJson {
  try {
    const dataSet = parseDicomJson(input)
    // The text here is Unicode, whatever it was in where it came from.
    delete dataSet[keyOf('SpecificCharacterSet')]
    return dataSet
  } catch (error) {
    if (!(error instanceof DicomJsonError)) throw error
    throw invalid({ dimseStatus: dimseStatus.invalidAttributeValue, errorComment: error.message, attributes: [] })
  }
}

const invalid = (refusal: Refusal) => invalidPerformedStep(`${refusal.errorComment}.`, { ...refusal })

function absent(): never {
  throw noSuchPerformedStep('No performed procedure step of your organisation has this UID.', { dimseStatus: dimseStatus.noSuchSOPInstance })
}

async function exists(trx: Trx, access: Access, SOPInstanceUID: string, dataSet: DicomJson) {
  const step = await findStep(trx, access, SOPInstanceUID)
  return performedStepExists('It is changed by "?update".', {
    dimseStatus: dimseStatus.duplicateSOPInstance, errorComment: 'Duplicate SOP Instance', unchanged: step !== undefined && holdsAlready(step.dataSet, dataSet),
  })
}

/** True when a data set says nothing the step does not already say: the request comes again because its answer was lost. */
const holdsAlready = (step: DicomJson, dataSet: DicomJson): boolean => Object.entries(dataSet).every(([key, member]) => orderedJson(step[key]) === orderedJson(member))
