/** The logs people read: the home page of an organisation, the whole trail, the movements of studies. */
import type { AuditAction, AuditFilter, AuditHead, AuditPage, HomeLogFilter, HomeLogPage, StudyLogEntry, StudyLogFilter, StudyLogKind, StudyLogPage } from '@isocenter/contracts'
import { correctedStudies, correctionsOf, told } from '../corrections/index.ts'
import { actorOf, type Access } from '../identity/index.ts'
import { forbidden } from '../identity/index.ts'
import type { Db } from '../platform/db.ts'
import { actorIn, actorsOf, toEntries } from './entries.ts'
import { findEvents, type AuditRow } from './search.ts'
import { targetsOf } from './targets.ts'

export interface Page {
  readonly cursor: string | undefined
  readonly limit: number
}

export interface Logs {
  /** Entries of everybody for who may see them, else the caller's own. @throws forbidden 403 for the filter by user without that permission */
  readonly home: (access: Access, filter: HomeLogFilter, page: Page) => Promise<HomeLogPage>
  readonly search: (access: Access, filter: AuditFilter, page: Page) => Promise<AuditPage>
  readonly studies: (access: Access, filter: StudyLogFilter, page: Page) => Promise<StudyLogPage>
  readonly head: () => Promise<AuditHead>
}

const dayMs = 86_400_000

const actionOf: Readonly<Record<StudyLogKind, AuditAction>> = {
  arrival: 'study.store', deletion: 'study.delete', restoration: 'study.restore', purge: 'study.purge', recompression: 'study.recompress',
}
const kindOf = new Map<string, StudyLogKind>(Object.entries(actionOf).map(([kind, action]) => [action, kind as StudyLogKind]))

export function createLogs({ db, keptDays, now }: { readonly db: Db; readonly keptDays: number | undefined; readonly now: () => Date }): Logs {
  const kept = keptDays === undefined ? {} : { keptDays }
  const seesOthers = (access: Access) => access.permissions.has('log.view_all')

  return {
    home: async (access, { days, keyword, ...filter }, page) => {
      const own = actorOf(access)
      const seesAll = seesOthers(access)
      if (!seesAll && filter.accountId !== undefined && `account:${filter.accountId}` !== own) throw forbidden('The entries of others are seen with the permission log.view_all.')
      const since = days === undefined ? {} : { from: new Date(now().getTime() - days * dayMs).toISOString() }
      const { rows, next } = await findEvents(db, {
        organisationId: access.organisationId, ...filter, ...since, ...(keyword === undefined ? {} : { keyword }), withoutMachineReads: true, ...(seesAll ? {} : { actor: own }),
      }, page)
      return { items: await toEntries(db, access, rows), seesOthers: seesAll, ...kept, ...(next === undefined ? {} : { next }) }
    },

    search: async (access, filter, page) => {
      const { rows, next } = await findEvents(db, { ...filter, organisationId: access.organisationId }, page)
      return { items: await toEntries(db, access, rows), ...(next === undefined ? {} : { next }) }
    },

    studies: async (access, { kind, ...filter }, page) => {
      const action = (kind ?? [...kindOf.values()]).map((one) => actionOf[one])
      const corrected = filter.PatientID === undefined ? [] : (await correctedStudies(db, access.organisationId, { patientId: filter.PatientID })).patientId
      const { rows, next } = await findEvents(db, { ...filter, action, organisationId: access.organisationId, studiesOfPatient: corrected }, page)
      const [actors, targets, corrections] = await Promise.all([
        actorsOf(db, rows.map(({ actor }) => actor)), targetsOf(db, access, rows), correctionsOf(db, access.organisationId, rows.flatMap(({ study_instance_uid }) => study_instance_uid ?? [])),
      ])
      const items = rows.map((row): StudyLogEntry => {
        const { bytes, reason } = row.detail
        const target = targets.get(row.audit_event_id)
        // The trail keeps what was recorded; the movements of studies are told as the studies are. What was held apart from one is not of its patient.
        const PatientID = row.study_instance_uid === null || 'quarantined' in row.detail ? row.patient_id : told(corrections.get(row.study_instance_uid), 'PatientID', row.patient_id)
        return {
          entryId: row.audit_event_id, occurredAt: row.occurred_at.toISOString(), kind: kindIn(row), outcome: row.outcome, actor: actorIn(actors, row.actor), instances: row.occurrences,
          ...(row.study_instance_uid === null ? {} : { StudyInstanceUID: row.study_instance_uid }), ...(PatientID === null ? {} : { PatientID }),
          ...(typeof bytes === 'number' ? { bytes } : {}), ...(typeof reason === 'string' ? { reason } : {}), ...(target === undefined ? {} : { target }),
        }
      })
      return { items, ...(next === undefined ? {} : { next }) }
    },

    head: async () => {
      const seal = await db('audit_seal').orderBy('seal', 'desc').first<{ seal: string; hash: Buffer; sealed_at: Date; last_event: string } | undefined>()
      const { rows: [waiting] } = await db.raw<{ rows: { count: string }[] }>('select count(*) from (select from audit_event where audit_event_id > ? limit 1000) as waiting', [seal?.last_event ?? 0])
      return {
        seal: Number(seal?.seal ?? 0), hash: seal?.hash.toString('hex') ?? '', unsealed: Number(waiting?.count ?? 0), ...kept,
        ...(seal === undefined ? {} : { sealedAt: seal.sealed_at.toISOString() }),
      }
    },
  }
}

function kindIn({ action }: AuditRow): StudyLogKind {
  const kind = kindOf.get(action)
  if (kind === undefined) throw new Error(`${action} moves no study`)
  return kind
}
