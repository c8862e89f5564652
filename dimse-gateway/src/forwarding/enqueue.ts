/** Objects of the spool become deliveries. */
import { foldName } from '@isocenter/dicom'
import type { SpooledObject } from '../spool/spooled-object.ts'
import { keepFound } from './found-again.ts'
import { supersedeGone } from './lost.ts'
import { destinationsOf, type Destination, type Routes } from './rules.ts'
import type { Statements, Transaction } from '../platform/statements.ts'

/** What there is new to send to a node. */
export interface NewDeliveries {
  readonly objects: number
  readonly isAnyUrgent: boolean
}

export interface Enqueuer {
  /**
   * Writes down objects and who they are meant for, in one transaction, or in the one that is open: the spool's, so that an object
   * is known here exactly when it is known there. Of those already known the lost ones are kept again and go on, others are left as they
   * are. Answers what is new for each node, by its id.
   */
  readonly enqueue: (objects: readonly SpooledObject[], routes: Routes) => ReadonlyMap<string, NewDeliveries>
  /** Lets an object that is known go to one more node. False when it goes there already, or is no longer here. */
  readonly sendAlso: (objectId: string, destination: Destination) => Promise<boolean>
}

const upsertStudy = `
  INSERT INTO forward_study (study_instance_uid, patient_id, patient_name, patient_name_search, accession_number, study_description, study_date, modalities, calling_ae_title, calling_ae_titles, first_received_at, last_received_at, instances, bytes)
  VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?9, ?10, ?10, 1, ?11)
  ON CONFLICT (study_instance_uid) DO UPDATE SET
    patient_id = coalesce(patient_id, excluded.patient_id), patient_name = coalesce(patient_name, excluded.patient_name),
    patient_name_search = iif(patient_name_search = '', excluded.patient_name_search, patient_name_search),
    accession_number = coalesce(accession_number, excluded.accession_number),
    study_description = coalesce(study_description, excluded.study_description), study_date = coalesce(study_date, excluded.study_date),
    modalities = iif(excluded.modalities = '' OR instr(' ' || modalities || ' ', ' ' || excluded.modalities || ' ') > 0, modalities, trim(modalities || ' ' || excluded.modalities)),
    calling_ae_title = excluded.calling_ae_title,
    calling_ae_titles = iif(instr('\\' || calling_ae_titles || '\\', '\\' || excluded.calling_ae_titles || '\\') > 0, calling_ae_titles, calling_ae_titles || '\\' || excluded.calling_ae_titles),
    first_received_at = min(first_received_at, excluded.first_received_at), last_received_at = max(last_received_at, excluded.last_received_at),
    instances = instances + 1, bytes = bytes + excluded.bytes, completed_at = NULL
  RETURNING study_id AS studyId`
const insertObject = `
  INSERT INTO forward_object (object_id, study_id, sop_class_uid, sop_instance_uid, series_instance_uid, modality, calling_ae_title, called_ae_title, remote_address, transfer_syntax_uid, data_set_offset, byte_length, data_set_sha256, received_at)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING object_key AS objectKey`
const insertDelivery = `INSERT INTO delivery (object_key, study_id, node_id, urgent, bytes, state) VALUES (?, ?, ?, ?, ?, 'waiting') ON CONFLICT DO NOTHING`
const takeTurn = 'INSERT INTO delivery_turn (node_id, study_id, urgent, place, due_at) VALUES (?, ?, ?, ?, 0) ON CONFLICT DO UPDATE SET due_at = 0'

/** An object that is written down. */
export interface Known {
  readonly objectKey: number
  readonly studyId: number
  readonly receivedAt: number
  readonly bytes: number
}

export function createEnqueuer(statements: Statements): Enqueuer {
  return {
    enqueue: (objects, routes) => statements.writeNow((transaction) => {
      const news = new Map<string, NewDeliveries>()
      for (const object of objects) {
        for (const { nodeId, urgent } of enqueueOne(transaction, object, routes)) {
          const { objects: others, isAnyUrgent } = news.get(nodeId) ?? { objects: 0, isAnyUrgent: false }
          news.set(nodeId, { objects: others + 1, isAnyUrgent: isAnyUrgent || urgent })
        }
      }
      return news
    }),
    sendAlso: (objectId, destination) => statements.write((transaction) => {
      const object = transaction.get<Known>(
        'SELECT object_key AS objectKey, study_id AS studyId, received_at AS receivedAt, byte_length AS bytes FROM forward_object WHERE object_id = ? AND deleted_at IS NULL', objectId)
      if (!object || !deliver(transaction, object, destination)) return false
      transaction.run('UPDATE forward_object SET arrived_everywhere_at = NULL WHERE object_key = ?', object.objectKey)
      return true
    }),
  }
}

function enqueueOne(transaction: Transaction, object: SpooledObject, routes: Routes): readonly Destination[] {
  if (transaction.get('SELECT 1 FROM forward_object WHERE object_id = ?', object.id)) return keepFound(transaction, object.id, new Set(routes.nodes.map(({ id }) => id)), object.receivedAt.getTime())
  supersedeGone(transaction, object)
  const receivedAt = object.receivedAt.getTime()
  const study = transaction.get<{ studyId: number }>(
    upsertStudy, object.StudyInstanceUID, object.PatientID ?? null, object.PatientName ?? null, foldName(object.PatientName ?? ''), object.AccessionNumber ?? null,
    object.StudyDescription ?? null, object.StudyDate ?? null, object.Modality ?? '', object.callingAETitle, receivedAt, object.byteLength)
  if (!study) throw new Error('SQLite returned no row for the study.')
  const written = transaction.get<{ objectKey: number }>(
    insertObject, object.id, study.studyId, object.SOPClassUID, object.SOPInstanceUID, object.SeriesInstanceUID, object.Modality ?? null, object.callingAETitle, object.calledAETitle,
    object.remoteAddress, object.transferSyntaxUID, object.dataSetOffset, object.byteLength, object.dataSetSha256, receivedAt)
  if (!written) throw new Error('SQLite returned no row for the object.')
  const destinations = destinationsOf(object, routes)
  if (destinations.length === 0) transaction.run('INSERT INTO stranded_object VALUES (?)', written.objectKey)
  for (const destination of destinations) deliver(transaction, { ...study, ...written, receivedAt, bytes: object.byteLength }, destination)
  return destinations
}

/** Means an object for one node; false when it is that already. */
export function deliver(transaction: Transaction, { objectKey, studyId, receivedAt, bytes }: Known, { nodeId, urgent }: Destination): boolean {
  if (transaction.run(insertDelivery, objectKey, studyId, nodeId, Number(urgent), bytes).changes === 0) return false
  transaction.run(takeTurn, nodeId, studyId, Number(urgent), receivedAt)
  return true
}
