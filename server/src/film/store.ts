/** Rows of film baskets and print jobs. */
import type { FilmImage, FilmItem, FilmView, PrintOutcome, PrintSettings, PrintState } from '@isocenter/contracts'
import { correctionsOf, told, type Corrections } from '../corrections/index.ts'
import type { Access } from '../identity/index.ts'
import { rows, type Db, type Trx } from '../platform/db.ts'
import { jsonText } from '../platform/json-text.ts'
import { numberedPatients, studyPatient, type PatientRow } from './patients.ts'

/** Whose basket. */
export interface Collector {
  readonly organisationId: string
  readonly accountId: string
  /** Only studies the caller reaches. */
  readonly studies: Access['studies']
}

/** Images that are stored and not kept from films: of a hidden series none is printed (LIST-18). `x` has their UIDs. */
const shownImages = `
  join study st on st.organisation_id = x.organisation_id and st.study_instance_uid = x.study_instance_uid
  join series s on s.study_key = st.study_key and s.series_instance_uid = x.series_instance_uid
  join instance i on i.series_key = s.series_key and i.sop_instance_uid = x.sop_instance_uid
  left join hidden_series h on h.organisation_id = x.organisation_id and h.study_instance_uid = x.study_instance_uid and h.series_instance_uid = x.series_instance_uid`

const reached = (studies: Access['studies']): string[] | null => (studies === 'all' ? null : [...studies])

interface ImageRow {
  readonly study_instance_uid: string
  readonly series_instance_uid: string
  readonly sop_instance_uid: string
  readonly frame: number
  readonly window_center: number | null
  readonly window_width: number | null
  readonly view: FilmView | null
}

interface ItemRow extends ImageRow, PatientRow {
  readonly item_id: string
  readonly added_at: Date
  readonly study_date: string | null
  readonly modality: string | null
  readonly series_number: string | null
  readonly series_description: string | null
  readonly instance_number: string | null
}

/** What is in a basket, in the order it was put there; of one study, or of these ids. Names are told as the study list tells them, corrected. */
export async function basketOf(db: Db, { organisationId, accountId, studies }: Collector, { study, ids }: { readonly study?: string | undefined; readonly ids?: readonly string[] } = {}): Promise<FilmItem[]> {
  const found = await rows<ItemRow>(db, `
    select x.item_id, x.study_instance_uid, x.series_instance_uid, x.sop_instance_uid, x.frame, x.window_center, x.window_width, x.view, x.added_at,
      st.patient_id, st.issuer_of_patient_id, st.patient_name, st.patient_birth_date, st.study_date, s.modality, s.series_number, s.series_description, i.instance_number
    from film_item x ${shownImages}
    where x.organisation_id = ? and x.account_id = ? and h.series_instance_uid is null
      and (?::text is null or x.study_instance_uid = ?) and (?::uuid[] is null or x.item_id = any(?::uuid[])) and (?::text[] is null or x.study_instance_uid = any(?::text[]))
    order by x.position`, [organisationId, accountId, study ?? null, study ?? null, ids ? [...ids] : null, ids ? [...ids] : null, reached(studies), reached(studies)])
  const corrections = await correctionsOf(db, organisationId, found.map(({ study_instance_uid }) => study_instance_uid))
  const studiesFound = new Map(found.map((row) => [row.study_instance_uid, row]))
  const patients = numberedPatients([...studiesFound.values()].map((row) => studyPatient(row, corrections.get(row.study_instance_uid))))
  return found.map((row) => {
    const patient = patients.get(row.study_instance_uid)
    if (patient === undefined) throw new Error('a study that was read has no patient')
    return toItem(row, patient, corrections.get(row.study_instance_uid))
  })
}

function toItem(row: ItemRow, patient: number, corrections: Corrections | undefined): FilmItem {
  const PatientName = told(corrections, 'PatientName', row.patient_name)
  return {
    itemId: row.item_id, ...imageOf(row), addedAt: row.added_at.toISOString(), patient,
    ...(PatientName === null ? {} : { PatientName }), ...(row.study_date === null ? {} : { StudyDate: row.study_date }), ...(row.modality === null ? {} : { Modality: row.modality }),
    ...(row.series_number === null ? {} : { SeriesNumber: row.series_number }),
    ...(row.series_description === null ? {} : { SeriesDescription: row.series_description }),
    ...(row.instance_number === null ? {} : { InstanceNumber: row.instance_number }),
  }
}

function imageOf(row: ImageRow): FilmImage {
  const { window_center: center, window_width: width, view } = row
  return {
    StudyInstanceUID: row.study_instance_uid, SeriesInstanceUID: row.series_instance_uid, SOPInstanceUID: row.sop_instance_uid, frame: row.frame,
    ...(center === null || width === null ? {} : { window: { center, width } }), ...(view === null ? {} : { view }),
  }
}

/** Every image of a series in its order, each frame one image, up to `most`, whatever an object says of its frames; none of a series that is kept from films. */
export async function imagesOfSeries(
  db: Db,
  { organisationId, studies }: Pick<Collector, 'organisationId' | 'studies'>,
  { StudyInstanceUID, SeriesInstanceUID }: Pick<FilmImage, 'StudyInstanceUID' | 'SeriesInstanceUID'>,
  most: number,
): Promise<FilmImage[]> {
  const found = await rows<Omit<ImageRow, 'window_center' | 'window_width' | 'view'>>(db, `
    select st.study_instance_uid, s.series_instance_uid, i.sop_instance_uid, f.frame
    from study st join series s on s.study_key = st.study_key join instance i on i.series_key = s.series_key cross join lateral generate_series(1, least(greatest(coalesce(i.number_of_frames, 1), 1), ?)) as f(frame)
      left join hidden_series h on h.organisation_id = st.organisation_id and h.study_instance_uid = st.study_instance_uid and h.series_instance_uid = s.series_instance_uid
    where st.organisation_id = ? and st.study_instance_uid = ? and s.series_instance_uid = ? and h.series_instance_uid is null and (?::text[] is null or st.study_instance_uid = any(?::text[]))
    order by i.instance_number_sort, i.instance_key, f.frame limit ?`, [most, organisationId, StudyInstanceUID, SeriesInstanceUID, reached(studies), reached(studies), most])
  return found.map((row) => imageOf({ ...row, window_center: null, window_width: null, view: null }))
}

/** Which of these are stored, have that frame, are reached and not kept from films. */
export async function printable(db: Db, { organisationId, studies }: Pick<Collector, 'organisationId' | 'studies'>, images: readonly FilmImage[]): Promise<boolean[]> {
  const found = await rows<{ position: number }>(db, `
    select x.position::integer from unnest(?::text[], ?::text[], ?::text[], ?::integer[]) with ordinality as given(study_instance_uid, series_instance_uid, sop_instance_uid, frame, position)
      cross join lateral (select ?::bigint as organisation_id, given.*) x ${shownImages}
    where h.series_instance_uid is null and x.frame <= greatest(coalesce(i.number_of_frames, 1), 1) and (?::text[] is null or x.study_instance_uid = any(?::text[]))`,
  [
    images.map(({ StudyInstanceUID }) => StudyInstanceUID),
    images.map(({ SeriesInstanceUID }) => SeriesInstanceUID),
    images.map(({ SOPInstanceUID }) => SOPInstanceUID),
    images.map(({ frame }) => frame),
    organisationId,
    reached(studies),
    reached(studies),
  ])
  const there = new Set(found.map(({ position }) => position))
  return images.map((_image, index) => there.has(index + 1))
}

/** One person's basket fills by one request after another, so that none goes beyond its bound. */
export async function lockBasket(trx: Trx, { accountId }: Collector): Promise<void> {
  await trx('account').where({ account_id: accountId }).forNoKeyUpdate().first('account_id')
}

/** Adds images; one that is there already is seen as it is now and keeps its place. @returns how many are new */
export async function addItems(trx: Trx, { organisationId, accountId }: Collector, images: readonly FilmImage[], now: Date): Promise<number> {
  const added = await rows<{ is_new: boolean }>(trx, `
    insert into film_item (organisation_id, account_id, study_instance_uid, series_instance_uid, sop_instance_uid, frame, window_center, window_width, view, added_at)
    select ?, ?, study, series, sop, frame, center, width, view, ? from (
      select distinct on (sop, frame) * from rows from (jsonb_to_recordset(?::jsonb) as (study text, series text, sop text, frame integer, center double precision, width double precision, view jsonb))
        with ordinality as listed (study, series, sop, frame, center, width, view, position)
      order by sop, frame, position desc) given
    order by position
    on conflict (organisation_id, account_id, sop_instance_uid, frame) do update set window_center = excluded.window_center, window_width = excluded.window_width, view = excluded.view
    returning xmax = 0 as is_new`,
  [
    organisationId,
    accountId,
    now,
    jsonText(images.map(({ StudyInstanceUID, SeriesInstanceUID, SOPInstanceUID, frame, window, view }) => ({
      study: StudyInstanceUID,
      series: SeriesInstanceUID,
      sop: SOPInstanceUID,
      frame,
      ...window,
      view,
    }))),
  ])
  return added.filter(({ is_new }) => is_new).length
}

export async function itemCount(db: Db, { organisationId, accountId }: Collector): Promise<number> {
  const [found] = await rows<{ count: number }>(db, 'select count(*)::integer as count from film_item where organisation_id = ? and account_id = ?', [organisationId, accountId])
  return found?.count ?? 0
}

/** Puts images of a basket into this order; the others stand where they stood. @returns how many of them there are */
export async function orderItems(trx: Trx, { organisationId, accountId }: Collector, ids: readonly string[]): Promise<number> {
  const ordered = await rows<{ item_id: string }>(trx, `
    with given as (select item_id, nth from unnest(?::uuid[]) with ordinality as listed (item_id, nth)),
      places as (select position, row_number() over (order by position) as nth from film_item where organisation_id = ? and account_id = ? and item_id in (select item_id from given))
    update film_item x set position = places.position from given join places using (nth)
    where x.item_id = given.item_id and x.organisation_id = ? and x.account_id = ? returning x.item_id`, [[...ids], organisationId, accountId, organisationId, accountId])
  return ordered.length
}

export function removeItems(db: Db, { organisationId, accountId }: Collector, { study, ids }: { readonly study?: string | undefined; readonly ids?: readonly string[] }): Promise<number> {
  const query = db('film_item').where({ organisation_id: organisationId, account_id: accountId })
  if (study !== undefined) void query.where({ study_instance_uid: study })
  if (ids !== undefined) void query.whereIn('item_id', [...ids])
  return query.delete()
}

// ── Jobs ───────────────────────────────────────────────────────────────────────────────────────

/** An image of a job with its place. */
export interface PrintedImage extends FilmImage {
  readonly position: number
  /** Of the whole image on the film, where it is in true size. */
  readonly widthMm?: number
}

export interface JobRow {
  readonly job_key: string
  readonly job_id: string
  readonly created_by: string
  readonly created_at: Date
  readonly settings: PrintSettings
  readonly gateway_id: string | null
  readonly gateway_name: string | null
  readonly printer_id: string | null
  readonly printer_name: string | null
  readonly expires_at: Date | null
  readonly begun_at: Date | null
  readonly cancelled_at: Date | null
  readonly finished_at: Date | null
  readonly outcome: PrintOutcome | null
  readonly images: number
  readonly studies: readonly string[]
}

export interface NewJob {
  readonly organisationId: string
  readonly accountId: string
  readonly createdAt: Date
  readonly settings: PrintSettings
  readonly images: readonly PrintedImage[]
  readonly printer?: { readonly gatewayId: string; readonly printerId: string; readonly name: string; readonly expiresAt: Date } | undefined
}

export async function insertJob(trx: Trx, { organisationId, accountId, createdAt, settings, images, printer }: NewJob): Promise<string> {
  const [made] = await trx('print_job').insert({
    organisation_id: organisationId, created_by: accountId, created_at: createdAt, settings: jsonText(settings),
    ...(printer && { gateway_id: printer.gatewayId, printer_id: printer.printerId, printer_name: printer.name, expires_at: printer.expiresAt }),
  }).returning<{ job_key: string; job_id: string }[]>(['job_key', 'job_id'])
  if (made === undefined) throw new Error('The print job was not added.')
  await trx('print_job_image').insert(images.map((image) => ({
    job_key: made.job_key, position: image.position, study_instance_uid: image.StudyInstanceUID, series_instance_uid: image.SeriesInstanceUID, sop_instance_uid: image.SOPInstanceUID, frame: image.frame,
    window_center: image.window?.center ?? null, window_width: image.window?.width ?? null, view: image.view === undefined ? null : jsonText(image.view), width_mm: image.widthMm ?? null,
  })))
  return made.job_id
}

const jobColumns = `j.*, g.name as gateway_name, (select count(*)::integer from print_job_image x where x.job_key = j.job_key) as images,
  array(select distinct x.study_instance_uid from print_job_image x where x.job_key = j.job_key) as studies`

/** Jobs of an organisation, the newest first: those that show no study the caller does not reach. */
export async function jobsOf(
  db: Db,
  { organisationId, studies }: Pick<Collector, 'organisationId' | 'studies'>,
  { study, before, limit, jobId }: {
    readonly study?: string | undefined
    readonly before?: string | undefined
    readonly limit: number
    readonly jobId?: string
  },
): Promise<JobRow[]> {
  return rows<JobRow>(db, `
    select ${jobColumns} from print_job j left join gateway g on g.organisation_id = j.organisation_id and g.gateway_id = j.gateway_id
    where j.organisation_id = ? and (?::bigint is null or j.job_key < ?::bigint) and (?::uuid is null or j.job_id = ?)
      and (?::text is null or exists (select from print_job_image x where x.job_key = j.job_key and x.study_instance_uid = ?))
      and (?::text[] is null or not exists (select from print_job_image x where x.job_key = j.job_key and x.study_instance_uid <> all(?::text[])))
    order by j.job_key desc limit ?`, [organisationId, before ?? null, before ?? null, jobId ?? null, jobId ?? null, study ?? null, study ?? null, reached(studies), reached(studies), limit])
}

/** The images of a job in their order, those that are still there and not kept from films. */
export async function imagesOfJob(db: Db, organisationId: string, jobKey: string): Promise<PrintedImage[]> {
  const found = await rows<ImageRow & { position: number; width_mm: number | null }>(db, `
    select x.* from (select p.*, ?::bigint as organisation_id from print_job_image p where p.job_key = ?) x ${shownImages}
    where h.series_instance_uid is null order by x.position`, [organisationId, jobKey])
  return found.map((row) => ({ ...imageOf(row), position: row.position, ...(row.width_mm === null ? {} : { widthMm: row.width_mm }) }))
}

export function stateOf({ gateway_id, cancelled_at, outcome, begun_at, expires_at }: JobRow, now: Date): PrintState {
  if (gateway_id === null) return 'printed'
  if (outcome !== null) return outcome.failure ? 'failed' : 'printed'
  if (cancelled_at !== null) return 'cancelled'
  if (begun_at !== null) return 'printing'
  return expires_at !== null && expires_at <= now ? 'expired' : 'waiting'
}

/** The gateway has asked for its order; undefined for one that is not its own, is over, or was called off, for a gateway that is revoked, or an orderer who is suspended. */
export async function beginJob(db: Db, organisationId: string, gatewayId: string, jobId: string, now: Date): Promise<Pick<JobRow, 'job_key' | 'settings' | 'created_by'> | undefined> {
  const [row] = await rows<Pick<JobRow, 'job_key' | 'settings' | 'created_by'>>(db, `
    update print_job j set begun_at = coalesce(begun_at, ?) from gateway g
    where j.organisation_id = ? and j.gateway_id = ? and j.job_id = ? and j.cancelled_at is null and j.finished_at is null and (j.begun_at is not null or j.expires_at > ?)
      and g.organisation_id = j.organisation_id and g.gateway_id = j.gateway_id and g.revoked_at is null
      and exists (select from account a where a.account_id = j.created_by and a.state = 'active')
    returning j.job_key, j.settings, j.created_by`, [now, organisationId, gatewayId, jobId, now])
  return row
}

/** False where it has begun or is over. */
export async function cancelJob(trx: Trx, organisationId: string, jobId: string, now: Date): Promise<boolean> {
  return await trx('print_job')
    .where({ organisation_id: organisationId, job_id: jobId })
    .whereNotNull('gateway_id')
    .whereNull('begun_at')
    .whereNull('finished_at')
    .whereNull('cancelled_at')
    .update({ cancelled_at: now }) === 1
}
