/** Metadata of series as they are at one moment: which are ready-made, and of which pieces the others are joined. */
import { reachesStudy, type Access } from '../identity/index.ts'
import { namedRows, rows, type Db } from '../platform/db.ts'
import { pieceBytes, pieceOf, type DeflatedPiece } from '../platform/joinable-deflate.ts'
import { revisionOf } from './presence.ts'
import type { Scope } from './scope.ts'

/** The object that holds the metadata of a whole series: a gzip member of one JSON array, whose inside is this piece. */
export interface ReadyMetadata extends DeflatedPiece {
  readonly blobKey: string
}

/** The metadata of one instance, not read yet. */
export interface InstancePiece extends DeflatedPiece {
  readonly instanceKey: string
  /** of the instance; another one has other metadata, and so has one that is stored otherwise: its length and CRC tell */
  readonly version: number
}

/** One series' metadata: ready-made as one object, or the pieces of its instances in order. */
export interface SeriesEdition {
  /** bigint as text; ours, never shown */
  readonly seriesKey: string
  readonly organisationId: string
  readonly SeriesInstanceUID: string
  /** Changes with everything that is stored into the series or deleted from it. */
  readonly version: string
  /** Milliseconds since then. */
  readonly unchangedForMs: number
  readonly ready: ReadyMetadata | undefined
  readonly pieces: readonly InstancePiece[]
  /** False when the metadata of an instance are missing, or were written by a release whose pieces cannot be joined. */
  readonly isJoinable: boolean
}

/** The metadata of a study or series at one moment. */
export interface MetadataEdition {
  /** As `Presence.revision`. */
  readonly revision: string
  /** In order: SeriesNumber, what has none last. */
  readonly series: readonly SeriesEdition[]
}

interface SeriesRow {
  readonly revision: string
  readonly series_key: string
  readonly organisation_id: string
  readonly series_instance_uid: string
  readonly version: string
  readonly unchanged_for_ms: number
  readonly blob_key: string | null
  readonly deflated_bytes: string | null
  readonly text_bytes: string | null
  readonly crc32: number | null
  readonly instances: number
  readonly pieces: readonly [instanceKey: string, version: number, metadataBytes: number, textBytes: number | null, crc32: number | null][] | null
}

// One statement, so one moment: an object is only answered as long as it is of the series' version, and never beside newer pieces.
const editionSql = (revision: string, condition: string): string => `
  select ${revision} as revision, s.series_key, s.organisation_id, s.series_instance_uid, s.version,
    (extract(epoch from clock_timestamp() - s.updated_at) * 1000)::float8 as unchanged_for_ms, s.number_of_series_related_instances as instances,
    r.blob_key, r.deflated_bytes, r.text_bytes, r.crc32,
    case when r.series_key is null then (
      select json_agg(json_build_array(i.instance_key::text, i.version, octet_length(m.metadata), m.text_bytes, m.crc32) order by i.instance_number_sort, i.instance_key)
      from instance i join instance_metadata m using (instance_key) where i.series_key = s.series_key
    ) end as pieces
  from study st join series s using (study_key) left join series_metadata r on r.series_key = s.series_key and r.series_version = s.version
  where st.organisation_id = $1 and st.study_instance_uid = $2${condition}
  order by s.series_number_sort, s.series_key`

const studyStatement = { name: 'metadata-of-study', text: editionSql(revisionOf('study', 'st'), '') }
const seriesStatement = { name: 'metadata-of-series', text: editionSql(revisionOf('series', 's'), ' and s.series_instance_uid = $3') }

/** What the metadata of a study or series are made of now; undefined when the access reaches none, or nothing is in it. */
export async function metadataEdition(db: Db, access: Pick<Access, 'organisationId' | 'studies'>, { StudyInstanceUID, SeriesInstanceUID }: Scope): Promise<MetadataEdition | undefined> {
  if (!reachesStudy(access, StudyInstanceUID)) return undefined
  const found = SeriesInstanceUID === undefined
    ? await namedRows<SeriesRow>(db, studyStatement, [access.organisationId, StudyInstanceUID])
    : await namedRows<SeriesRow>(db, seriesStatement, [access.organisationId, StudyInstanceUID, SeriesInstanceUID])
  const [first] = found
  return first && { revision: first.revision, series: found.map(toEdition) }
}

function toEdition(row: SeriesRow): SeriesEdition {
  const known = row.pieces ?? []
  return {
    seriesKey: row.series_key,
    organisationId: row.organisation_id,
    SeriesInstanceUID: row.series_instance_uid,
    version: row.version,
    unchangedForMs: row.unchanged_for_ms,
    ready: row.blob_key === null ? undefined
      : { blobKey: row.blob_key, deflatedBytes: Number(row.deflated_bytes), textBytes: Number(row.text_bytes), crc32: (row.crc32 ?? 0) >>> 0 },
    pieces: known.map(([instanceKey, version, metadataBytes, textBytes, crc32]) =>
      ({ instanceKey, version, deflatedBytes: pieceBytes(metadataBytes), textBytes: textBytes ?? 0, crc32: (crc32 ?? 0) >>> 0 })),
    isJoinable: row.blob_key !== null || (known.length === row.instances && known.every(([, , , textBytes, crc32]) => textBytes !== null && crc32 !== null)),
  }
}

/** Some of the pieces of an edition are there no longer: an instance was replaced, stored otherwise or deleted after the edition was read. */
export class EditionOutdated extends Error {
  override readonly name = 'EditionOutdated'
}

/** Deflated bytes read at once. One instance may have more alone. */
const bytesAtOnce = 1024 * 1024
const piecesAtOnce = 1_000

/**
 * The deflated bytes of pieces, in their order, some in memory at a time.
 * @throws EditionOutdated
 */
export async function* readPieces(db: Db, pieces: readonly InstancePiece[]): AsyncGenerator<Uint8Array[], void> {
  for (let start = 0; start < pieces.length;) {
    let end = start
    for (let bytes = 0; end < pieces.length && end - start < piecesAtOnce && (end === start || bytes + (pieces[end]?.deflatedBytes ?? 0) <= bytesAtOnce); end++) {
      bytes += pieces[end]?.deflatedBytes ?? 0
    }
    yield await readSome(db, pieces.slice(start, end))
    start = end
  }
}

const piecesStatement = {
  name: 'metadata-pieces',
  text: 'select instance_key, version, metadata, crc32 from instance join instance_metadata using (instance_key) where instance_key = any($1::bigint[])',
}

async function readSome(db: Db, pieces: readonly InstancePiece[]): Promise<Uint8Array[]> {
  const found = await namedRows<{ instance_key: string; version: number; metadata: Buffer; crc32: number | null }>(db, piecesStatement, [pieces.map(({ instanceKey }) => instanceKey)])
  const byKey = new Map(found.map((row) => [row.instance_key, row]))
  return pieces.map(({ instanceKey, version, deflatedBytes, crc32 }) => {
    const row = byKey.get(instanceKey)
    const isThePiece = row?.version === version && pieceBytes(row.metadata.length) === deflatedBytes && (row.crc32 ?? 0) >>> 0 === crc32
    if (!isThePiece) throw new EditionOutdated('metadata changed while they were being read')
    return pieceOf(row.metadata)
  })
}

/**
 * Makes an object the ready-made metadata of its series. False, and nothing changes, when the series has changed since the
 * edition was read, or another server was there first; then the object is for its maker to remove.
 */
export async function nameReadyMetadata(db: Db, { seriesKey, version }: SeriesEdition, { blobKey, deflatedBytes, textBytes, crc32 }: ReadyMetadata): Promise<boolean> {
  const named = await rows(db, `
    insert into series_metadata (series_key, organisation_id, series_version, blob_key, deflated_bytes, text_bytes, crc32)
    select series_key, organisation_id, version, ?, ?, ?, ? from series where series_key = ? and version = ?
    on conflict (series_key) do update set series_version = excluded.series_version, blob_key = excluded.blob_key,
      deflated_bytes = excluded.deflated_bytes, text_bytes = excluded.text_bytes, crc32 = excluded.crc32, made_at = now()
      where series_metadata.series_version < excluded.series_version
    returning series_key`, [blobKey, deflatedBytes, textBytes, crc32 | 0, seriesKey, version])
  return named.length > 0
}

/** Forgets an object that turned out to be lost, so that another is made. */
export async function forgetReadyMetadata(db: Db, seriesKey: string, blobKey: string): Promise<void> {
  await rows(db, 'delete from series_metadata where series_key = ? and blob_key = ?', [seriesKey, blobKey])
}
