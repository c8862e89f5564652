import { inflate, inflateSync } from 'node:zlib'
import { promisify } from 'node:util'
import { reachesStudy, type Access } from '../identity/index.ts'
import { rows, type Db } from '../platform/db.ts'
import { recordColumns, toRecord, type InstanceRecord, type InstanceRecordRow } from './instance-record.ts'
import type { Scope } from './scope.ts'

const recordsPerPage = 200

/**
 * All instances of a study or series, or the one, in order: SeriesNumber, then InstanceNumber, what has none last.
 * Read in pages: an instance stored or deleted meanwhile may or may not be among them, every other exactly once.
 */
export async function* instances(db: Db, access: Access, scope: Scope): AsyncGenerator<InstanceRecord> {
  for await (const page of ahead(pages(db, access, scope))) {
    for (const row of page) yield toRecord(row)
  }
}

/** The same instances, each with the text of its metadata, a DICOM JSON object. */
export async function* metadata(db: Db, access: Access, scope: Scope): AsyncGenerator<{ record: InstanceRecord; json: string }> {
  for await (const some of ahead(withMetadata(db, pages(db, access, scope)))) {
    for (const { row, deflated } of some) yield { record: toRecord(row), json: await inflated(deflated) }
  }
}

/** Deflated metadata read at once; what is read ahead comes on top. One instance may have more alone. */
const metadataBytesAtOnce = 2 * 1024 * 1024

async function* withMetadata(db: Db, source: AsyncIterable<PageRow[]>): AsyncGenerator<{ row: PageRow; deflated: Buffer }[], void> {
  for await (const page of source) {
    let some: PageRow[] = []
    let bytes = 0
    for (const row of page) {
      if (some.length > 0 && bytes + row.metadata_bytes > metadataBytesAtOnce) {
        yield await metadataOf(db, some)
        some = []
        bytes = 0
      }
      some.push(row)
      bytes += row.metadata_bytes
    }
    if (some.length > 0) yield await metadataOf(db, some)
  }
}

async function metadataOf(db: Db, records: readonly PageRow[]): Promise<{ row: PageRow; deflated: Buffer }[]> {
  const found = await rows<{ instance_key: string; metadata: Buffer }>(db,
    'select instance_key, metadata from instance_metadata where instance_key = any(?::bigint[])', [records.map((row) => row.instance_key)])
  const byKey = new Map(found.map((row) => [row.instance_key, row.metadata]))
  // What has just been deleted has none.
  return records.flatMap((row) => {
    const deflated = byKey.get(row.instance_key)
    return deflated ? [{ row, deflated }] : []
  })
}

const inflateInThread = promisify(inflate)
/** Below this, handing the bytes to another thread costs more than inflating them here. */
const inflateHereBelowBytes = 16 * 1024

/** The text of deflated metadata. */
export async function inflated(deflated: Buffer): Promise<string> {
  return (deflated.length < inflateHereBelowBytes ? inflateSync(deflated) : await inflateInThread(deflated)).toString('utf8')
}

type PageRow = InstanceRecordRow & { readonly instance_number_sort: string; readonly metadata_bytes: number }

/** Rows in pages. No connection is held between two pages, however slowly they are used. */
async function* pages(db: Db, access: Access, scope: Scope): AsyncGenerator<PageRow[], void> {
  const { SOPInstanceUID } = scope
  const select = `
    select ${recordColumns()}, i.instance_number_sort, octet_length(m.metadata) as metadata_bytes
    from instance i join series s on s.series_key = i.series_key join study st on st.study_key = i.study_key
      join instance_metadata m on m.instance_key = i.instance_key
    where ${SOPInstanceUID === undefined ? '' : 'i.sop_instance_uid = ? and'}`
  const bindings = SOPInstanceUID === undefined ? [] : [SOPInstanceUID]
  for (const run of runs(await seriesInOrder(db, access, scope))) {
    const [only] = run
    if (only === undefined || run.length > 1) {
      const order = 's.series_number_sort, s.series_key, i.instance_number_sort, i.instance_key'
      yield await rows<PageRow>(db, `${select} i.series_key = any(?::bigint[]) order by ${order}`, [...bindings, run])
      continue
    }
    // The order of the index instance_in_order: each page begins where the last one ended.
    const nextSql = `${select} i.series_key = ? and (i.instance_number_sort, i.instance_key) > (?, ?) order by i.instance_number_sort, i.instance_key limit ?`
    let after: readonly [string, string] = before
    for (let isFull = true; isFull;) {
      const page = await rows<PageRow>(db, nextSql, [...bindings, only, ...after, recordsPerPage])
      yield page
      const last = page.at(-1)
      isFull = page.length === recordsPerPage
      if (last) after = [last.instance_number_sort, last.instance_key]
    }
  }
}

/** Smaller than every InstanceNumber and key. */
const before = ['-9223372036854775808', '0'] as const

interface SeriesInOrder {
  readonly series_key: string
  readonly number_of_series_related_instances: number
}

async function seriesInOrder(db: Db, access: Access, { StudyInstanceUID, SeriesInstanceUID }: Scope): Promise<SeriesInOrder[]> {
  if (!reachesStudy(access, StudyInstanceUID)) return []
  return db('series').join('study', 'study.study_key', 'series.study_key')
    .where({ 'study.organisation_id': access.organisationId, 'study.study_instance_uid': StudyInstanceUID })
    .where(SeriesInstanceUID === undefined ? {} : { series_instance_uid: SeriesInstanceUID })
    .orderBy([{ column: 'series_number_sort' }, { column: 'series_key' }])
    .select<SeriesInOrder[]>('series_key', 'number_of_series_related_instances')
}

/** Series one after another, as many together as fit into one page: a study of a hundred series of one image is one query. */
function runs(all: readonly SeriesInOrder[]): string[][] {
  const found: string[][] = []
  let room = 0
  for (const { series_key, number_of_series_related_instances: size } of all) {
    const run = found.at(-1)
    if (run && size <= room) {
      run.push(series_key)
    } else {
      found.push([series_key])
      room = recordsPerPage
    }
    room -= size
  }
  return found
}

/** The same pages, the next one being read while the last is used. */
async function* ahead<Page>(source: AsyncGenerator<Page, void>): AsyncGenerator<Page, void> {
  let next = source.next()
  try {
    for (;;) {
      const { value, done } = await next
      if (done === true) return
      next = source.next()
      // Its failure is met when the page is asked for; until then it must not count as unhandled.
      next.catch(() => undefined)
      yield value
    }
  } finally {
    await source.return()
  }
}
