/** What a person keeps at hand in one organisation (PC-10, LIST-21): a mark on a study, and nothing else of it. */
import type { Favourite, FavouritePage, FavouriteQuery } from '@isocenter/contracts'
import { foldName, isReadableUID } from '@isocenter/dicom'
import { Type } from 'typebox'
import { record } from '../audit/index.ts'
import { correctedStudies, correctionsOf, told, type Corrections } from '../corrections/index.ts'
import { reachesStudy, type Access } from '../identity/index.ts'
import { decodeCursor, encodeCursor } from '../platform/cursor.ts'
import type { Db } from '../platform/db.ts'
import { anywhere, beginning } from '../platform/like.ts'
import { accountIn } from './common.ts'
import { noSuchFavourite } from './problems.ts'

export interface Favourites {
  /** The latest first. What was deleted meanwhile, or is out of reach, is in it as gone; a search finds only what is there. */
  readonly list: (access: Access, query: FavouriteQuery, page: { readonly cursor: string | undefined; readonly limit: number }) => Promise<FavouritePage>
  /** Marks a study; one that is marked stays so. @throws noSuchFavourite 404 for a study that is not there for the caller */
  readonly add: (access: Access, StudyInstanceUID: string) => Promise<void>
  /** Takes the mark away, never the study. */
  readonly remove: (access: Access, StudyInstanceUID: string) => Promise<void>
}

interface FavouriteRow {
  readonly favourite_id: string
  readonly target: string
  readonly created_at: Date
  readonly is_there: boolean
  readonly patient_name: string | null
  readonly patient_id: string | null
  readonly accession_number: string | null
  readonly study_id: string | null
  readonly study_date: string | null
  readonly study_description: string | null
  readonly modalities_in_study: string[] | null
}

const Position = Type.Tuple([Type.String({ pattern: '^[1-9][0-9]{0,17}$' })])

export function createFavourites({ db, now }: { readonly db: Db; readonly now: () => Date }): Favourites {
  /** Marks of the caller with what there is of their studies within his reach. */
  const marks = (access: Access) => db('favourite').where({ 'favourite.organisation_id': access.organisationId, 'favourite.account_id': accountIn(access), 'favourite.kind': 'study' })
    .leftJoin('study', (on) => {
      on.on('study.organisation_id', 'favourite.organisation_id').andOn('study.study_instance_uid', 'favourite.target')
      if (access.studies !== 'all') on.onIn('study.study_instance_uid', [...access.studies])
    })
    .select<FavouriteRow[]>('favourite.favourite_id', 'favourite.target', 'favourite.created_at', db.raw('study.study_key is not null as is_there'), 'study.patient_name', 'study.patient_id', 'study.accession_number',
      'study.study_id', 'study.study_date', 'study.study_description', 'study.modalities_in_study')

  return {
    list: async (access, { search, among }, { cursor, limit }) => {
      const after = decodeCursor(cursor, Position)
      const query = marks(access).orderBy('favourite.favourite_id', 'desc').limit(limit + 1)
      if (after) void query.where('favourite.favourite_id', '<', after[0])
      if (among !== undefined) void query.whereIn('favourite.target', among.split(','))
      if (search !== undefined) {
        const text = search.trim()
        const corrected = await correctedStudies(db, access.organisationId, { keyword: text })
        void query.whereNotNull('study.study_key').where((found) => {
          void found.where((named) => { for (const word of foldName(text).split(/[\s^=]+/)) void named.whereRaw('study.patient_name_search like ?', [anywhere(word)]) })
          for (const column of ['patient_id', 'accession_number', 'study_id', 'study_instance_uid']) void found.orWhereRaw(`study.${column} like ?`, [beginning(text)])
          if (corrected.keyword.length > 0) void found.orWhereRaw('study.study_instance_uid = any(?::text[])', [[...corrected.keyword]])
        })
      }
      const found = await query
      const last = found.length > limit ? found[limit - 1] : undefined
      const corrections = await correctionsOf(db, access.organisationId, found.map(({ target }) => target))
      return { items: found.slice(0, limit).map((row) => toFavourite(row, corrections.get(row.target))), ...(last ? { next: encodeCursor([last.favourite_id]) } : {}) }
    },

    add: async (access, StudyInstanceUID) => {
      const accountId = accountIn(access)
      const mark = { organisation_id: access.organisationId, account_id: accountId, kind: 'study', target: StudyInstanceUID }
      await db.transaction(async (trx) => {
        const isThere = isReadableUID(StudyInstanceUID) && reachesStudy(access, StudyInstanceUID)
          && await trx('study').where({ organisation_id: access.organisationId, study_instance_uid: StudyInstanceUID }).first<object | undefined>('study_key') !== undefined
        if (!isThere) throw noSuchFavourite('No study has this UID in your organisation.')
        const added = await trx('favourite').insert({ ...mark, created_at: now() }).onConflict(['organisation_id', 'account_id', 'kind', 'target']).ignore().returning('favourite_id')
        if (added.length > 0) await record(trx, [{ organisationId: access.organisationId, actor: `account:${accountId}`, action: 'favourite.change', outcome: 'success', StudyInstanceUID, detail: { isFavourite: true } }])
      })
    },

    remove: async (access, StudyInstanceUID) => {
      const accountId = accountIn(access)
      await db.transaction(async (trx) => {
        const removed = await trx('favourite').where({ organisation_id: access.organisationId, account_id: accountId, kind: 'study', target: StudyInstanceUID }).delete()
        if (removed > 0) await record(trx, [{ organisationId: access.organisationId, actor: `account:${accountId}`, action: 'favourite.change', outcome: 'success', StudyInstanceUID, detail: { isFavourite: false } }])
      })
    },
  }
}

function toFavourite(row: FavouriteRow, corrections: Corrections | undefined): Favourite {
  const said = { PatientName: row.patient_name, PatientID: row.patient_id, AccessionNumber: row.accession_number, StudyID: row.study_id, StudyDescription: row.study_description }
  const given = { ...Object.fromEntries(Object.entries(said).map(([keyword, value]) => [keyword, told(corrections, keyword as keyof typeof said, value)])), StudyDate: row.study_date }
  return {
    kind: 'study', StudyInstanceUID: row.target, favouritedAt: row.created_at.toISOString(), isGone: !row.is_there,
    ...(row.is_there ? { study: { ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== null)), ModalitiesInStudy: row.modalities_in_study ?? [] } } : {}),
  }
}
