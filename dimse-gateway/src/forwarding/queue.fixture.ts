import { randomUUID } from 'node:crypto'
import { openDatabase, type Database } from '../platform/database.ts'
import { spoolSchema, type SpooledObject } from '../spool/index.ts'
import { createQueue, type Queue } from './queue.ts'
import type { Routes } from './rules.ts'
import { againTables, forwardingTables, lostTables, repeatTables, strandedTables, supersededTables } from './tables.ts'

export function aQueue(path = ':memory:'): { database: Database; queue: Queue } {
  const database = openDatabase(path, [spoolSchema, forwardingTables, strandedTables, repeatTables, lostTables, supersededTables, againTables])
  return { database, queue: createQueue(database) }
}

export const toNode = (...ids: string[]): Routes => ({ nodes: ids.map((id) => ({ id, default: true })), rules: [] })

let made = 0
export function anObject(given: Partial<SpooledObject> = {}): SpooledObject {
  made++
  return {
    id: randomUUID(), receivedAt: new Date(1_800_000_000_000 + made), callingAETitle: 'CT1', calledAETitle: 'GATEWAY', remoteAddress: '192.0.2.1', SOPClassUID: '1.2.840.10008.5.1.4.1.1.2',
    SOPInstanceUID: `2.25.${String(made)}`, StudyInstanceUID: '2.25.1000', SeriesInstanceUID: '2.25.1001', Modality: 'CT', PatientID: 'P1', PatientName: 'Wang^Fang=王^芳',
    transferSyntaxUID: '1.2.840.10008.1.2.1', dataSetOffset: 400, byteLength: 500_000, dataSetSha256: '0'.repeat(64), ...given,
  }
}
