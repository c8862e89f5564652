import type { SQLInputValue } from 'node:sqlite'
import type { Database } from '../platform/database.ts'
import type { SchemaStep } from '../platform/schema.ts'
import type { SpooledObject } from './spooled-object.ts'

/**
 * The objects in the spool, one row each, for finding them. The files are the truth: rows are written a moment after an
 * object was acknowledged and are made again from the files where a crash took them.
 */
export const spoolSchema: SchemaStep = {
  name: 'spool-1',
  sql: `
CREATE TABLE spool_object (
  id TEXT PRIMARY KEY,
  received_at INTEGER NOT NULL,
  calling_ae_title TEXT NOT NULL, called_ae_title TEXT NOT NULL, remote_address TEXT NOT NULL,
  sop_class_uid TEXT NOT NULL, sop_instance_uid TEXT NOT NULL, study_instance_uid TEXT NOT NULL, series_instance_uid TEXT NOT NULL,
  modality TEXT, patient_id TEXT, patient_name TEXT, study_description TEXT, accession_number TEXT, study_date TEXT,
  transfer_syntax_uid TEXT NOT NULL, data_set_offset INTEGER NOT NULL, byte_length INTEGER NOT NULL, data_set_sha256 TEXT NOT NULL,
  unreadable TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX spool_object_by_instance ON spool_object (sop_instance_uid);
`,
}

type Column = readonly [column: string, keyword: keyof SpooledObject]

const columns: readonly Column[] = [
  ['id', 'id'], ['received_at', 'receivedAt'],
  ['calling_ae_title', 'callingAETitle'], ['called_ae_title', 'calledAETitle'], ['remote_address', 'remoteAddress'],
  ['sop_class_uid', 'SOPClassUID'], ['sop_instance_uid', 'SOPInstanceUID'], ['study_instance_uid', 'StudyInstanceUID'], ['series_instance_uid', 'SeriesInstanceUID'],
  ['modality', 'Modality'], ['patient_id', 'PatientID'], ['patient_name', 'PatientName'], ['study_description', 'StudyDescription'],
  ['accession_number', 'AccessionNumber'], ['study_date', 'StudyDate'],
  ['transfer_syntax_uid', 'transferSyntaxUID'], ['data_set_offset', 'dataSetOffset'], ['byte_length', 'byteLength'], ['data_set_sha256', 'dataSetSha256'],
  ['unreadable', 'unreadable'],
]
const selected = columns.map(([column]) => column).join(', ')

/** The rows of the spool. */
export interface IndexTable {
  /** Adds objects; one that is there already stays as it is. */
  add(objects: readonly SpooledObject[]): void
  remove(ids: readonly string[]): void
  get(id: string): SpooledObject | undefined
  /** Objects of one SOP Instance UID, the oldest first: more than one where the same UID came with different bytes. */
  find(SOPInstanceUID: string): SpooledObject[]
  /** The next objects in the order they came. @param after id of the last one seen; '' for the first */
  list(after: string, limit: number): SpooledObject[]
  /** Of all objects. */
  ids(): string[]
  totals(): { objects: number; bytes: number }
}

export function createIndexTable({ sql }: Database): IndexTable {
  const insert = sql.prepare(`INSERT INTO spool_object (${selected}) VALUES (${columns.map(() => '?').join(', ')}) ON CONFLICT DO NOTHING`)
  const remove = sql.prepare('DELETE FROM spool_object WHERE id = ?')
  const get = sql.prepare(`SELECT ${selected} FROM spool_object WHERE id = ?`)
  const find = sql.prepare(`SELECT ${selected} FROM spool_object WHERE sop_instance_uid = ? ORDER BY id`)
  const list = sql.prepare(`SELECT ${selected} FROM spool_object WHERE id > ? ORDER BY id LIMIT ?`)
  const ids = sql.prepare('SELECT id FROM spool_object')
  const totals = sql.prepare('SELECT count(*) AS objects, coalesce(sum(byte_length), 0) AS bytes FROM spool_object')
  return {
    add: (objects) => { for (const object of objects) insert.run(...columns.map(([, keyword]) => toColumn(object[keyword]))) },
    remove: (ids) => { for (const id of ids) remove.run(id) },
    get: (id) => {
      const row = get.get(id)
      return row && toObject(row)
    },
    find: (SOPInstanceUID) => find.all(SOPInstanceUID).map(toObject),
    list: (after, limit) => list.all(after, limit).map(toObject),
    ids: () => ids.all().map(({ id }) => String(id)),
    totals: () => {
      const row = totals.get()
      return { objects: Number(row?.['objects']), bytes: Number(row?.['bytes']) }
    },
  }
}

const toColumn = (value: string | number | Date | undefined): SQLInputValue => (value instanceof Date ? value.getTime() : value ?? null)

function toObject(row: Record<string, unknown>): SpooledObject {
  const entries = columns.flatMap(([column, keyword]) => {
    const value = row[column]
    return value === null ? [] : [[keyword, keyword === 'receivedAt' ? new Date(Number(value)) : value]]
  })
  return Object.fromEntries(entries) as SpooledObject
}
