import { deflate, deflateSync } from 'node:zlib'
import { promisify } from 'node:util'
import type { Access } from '../identity/index.ts'
import { instanceColumns, seriesColumns, studyColumns, type InstanceColumns, type SeriesColumns, type StudyColumns } from './columns.ts'
import type { NewInstance } from './new-instance.ts'
import { readyInstance, readySeries, readyStudy, type Ready } from './ready.ts'

export type StudyRow = StudyColumns & Ready
export type SeriesRow = SeriesColumns & Ready
export type InstanceRow = InstanceColumns & Pick<Ready, 'attributes'>

/** One instance with all that is computed before its transaction begins. */
export interface Prepared {
  readonly access: Access
  readonly instance: NewInstance
  readonly study: StudyRow
  readonly series: SeriesRow
  readonly row: InstanceRow
  readonly metadata: Uint8Array
}

const deflateInThread = promisify(deflate)
/** Below this, handing the text to another thread costs more than deflating it here. */
const deflateHereBelowCharacters = 64 * 1024
/** Metadata is written once and read often, but level 1 is within 15 % of the best size at half its time. */
const deflateOptions = { level: 1 } as const

/** Computes rows and deflated metadata; what is wrong with one instance shows here, before it shares a transaction with others. */
export async function prepare(access: Access, instance: NewInstance): Promise<Prepared> {
  const { attributes, metadataText } = instance
  return {
    access,
    instance,
    study: { ...storable(studyColumns(attributes)), ...readyStudy(attributes) },
    series: { ...storable(seriesColumns(attributes)), ...readySeries(attributes) },
    row: { ...storable(instanceColumns(attributes)), ...readyInstance(attributes) },
    metadata: metadataText.length < deflateHereBelowCharacters
      ? deflateSync(metadataText, deflateOptions)
      : await deflateInThread(metadataText, deflateOptions),
  }
}

/** The same columns without what Postgres cannot hold in a text: NUL and halves of surrogate pairs. The stored bytes and metadata keep them. */
export function storable<Columns extends object>(columns: Columns): Columns {
  return Object.fromEntries(Object.entries(columns).map(([column, value]: [string, unknown]) => [column, storableValue(value)])) as Columns
}

function storableValue(value: unknown): unknown {
  if (typeof value === 'string') return (value.includes('\0') ? value.replaceAll('\0', '') : value).toWellFormed()
  return Array.isArray(value) ? value.map(storableValue) : value
}
