/** The study list and a study's page: what is found, what is told of it, and what belongs together. */
import {
  defaultPageSize, studiesCountedTo, type CaseCorrections, type ColleagueShare, type SimilarStudy, type RelatedStudy, type StudyDetail,
  type StudyFilter, type StudyListQuery, type StudyPage, type StudySeries,
} from '@isocenter/contracts'
import { Type } from 'typebox'
import { performersOf } from '../audit/index.ts'
import { isTagSearchComplete } from '../body-parts/index.ts'
import { noSuchSeries, noSuchStudy, searchTooBroad, sql, type Sql } from '../catalogue/index.ts'
import { correctedStudies, correctionsOf, told } from '../corrections/index.ts'
import { accountOf, actorOf, type Access } from '../identity/index.ts'
import { inModalities } from '../organisations/index.ts'
import { decodeCursor, encodeCursor } from '../platform/cursor.ts'
import { rows, rowsUnder, sqlState, type Db } from '../platform/db.ts'
import { badRequest } from '../platform/problem.ts'
import { caseInformation } from './case-information.ts'
import { assertMayCorrect, correctCase, lockStudy, noteEdit, own } from './correct.ts'
import { askedOf, isOfPatient, windowOf, type Asked } from './filter.ts'
import { linkStudies, unlinkStudies } from './links.ts'
import { bytesOf, countStatement, pageStatement, studiesStatement, type Sorting, type StudyListRow } from './rows.ts'
import { shareWithColleagues } from './colleagues.ts'
import { candidatesStatement, mostAlike, type SimilarCandidate } from './similar.ts'
import { createSavedViews, type SavedViews } from './views.ts'
import { attributesOf, toSummaries } from './summaries.ts'

export interface Studies {
  /** @throws badRequest 400, searchTooBroad 413 */
  readonly list: (access: Access, query: StudyListQuery) => Promise<StudyPage>
  /** How many a filter finds, counted up to `most`. @throws searchTooBroad 413 */
  readonly count: (access: Access, filter: StudyFilter, most: number) => Promise<number>
  /** Where the window of arrival begins that a filter asks for now; undefined where it has none. */
  readonly arrivedFrom: (filter: StudyFilter) => Date | undefined
  /** @throws noSuchStudy 404 */
  readonly find: (access: Access, StudyInstanceUID: string) => Promise<StudyDetail>
  /** Corrects what is told of the case; the images stay as they are. @throws noSuchStudy 404, changedMeanwhile 412, invalidCorrection 422, forbidden 403 for identities of who may not see them */
  readonly correct: (access: Access, StudyInstanceUID: string, change: CaseCorrections['corrections'], version: number) => Promise<void>
  /** Cases of other patients like this one, the most alike first. @throws noSuchStudy 404 */
  readonly similar: (access: Access, StudyInstanceUID: string) => Promise<SimilarStudy[]>
  /** Tells colleagues of it. @throws noSuchStudy 404, noSuchColleague 404 */
  readonly shareWithColleagues: (access: Access, StudyInstanceUID: string, share: ColleagueShare) => Promise<void>
  readonly views: SavedViews
  /** Shows a series to outside viewers, or keeps it from them. @throws noSuchSeries 404 */
  readonly showSeries: (access: Access, scope: { readonly StudyInstanceUID: string; readonly SeriesInstanceUID: string }, isShown: boolean) => Promise<void>
  /** Both belong together from now on. @throws noSuchStudy 404, badRequest 400 for one alone, tooManyLinkedStudies 409 */
  readonly relate: (access: Access, StudyInstanceUID: string, related: string) => Promise<void>
  readonly unrelate: (access: Access, StudyInstanceUID: string, related: string) => Promise<void>
}

export interface StudiesDeps {
  readonly db: Db
  readonly statementTimeoutMs: number
  readonly now?: () => Date
}

const Position = Type.Tuple([Type.String({ maxLength: 60 }), Type.String({ pattern: '^[0-9]{1,19}$' })])
const queryCanceled = '57014'
/** What has arrived since is little beside everything there is. */
const latelyMs = 31 * 86_400_000
/** Suggestions of the same patient. */
const mostSuggested = 50
const mostSimilar = 10
// Plans made without the values are slower, as in catalogue/search.ts: how often a name or a day occurs decides.
const settingsSql = `select set_config('statement_timeout', ?, true), set_config('plan_cache_mode', 'force_custom_plan', true), set_config('max_parallel_workers_per_gather', '0', true), set_config('jit', 'off', true)`

export function createStudies({ db, statementTimeoutMs, now = () => new Date() }: StudiesDeps): Studies {
  const ask = async <Row extends object>(statement: Sql): Promise<Row[]> => {
    try {
      return await rowsUnder<Row>(db, { text: settingsSql, values: [String(statementTimeoutMs)] }, statement)
    } catch (error) {
      if (sqlState(error) !== queryCanceled) throw error
      throw searchTooBroad('The list was given up since it took too long; narrow it by a time of arrival, an exam type or more of a name.')
    }
  }
  /** What a filter asks for, with what of it is the organisation's own: its device types, and what was corrected. */
  const askedFor = async (access: Access, filter: StudyFilter): Promise<Asked> => {
    const inModality = filter.examType === undefined ? filter : { ...filter, examType: (await inModalities(db, access.organisationId, filter.examType.split(','))).join(',') }
    return askedOf(access, inModality, now(), await correctedStudies(db, access.organisationId, filter))
  }
  const isLately = (arrivedFrom: Date | undefined): boolean => arrivedFrom !== undefined && now().getTime() - arrivedFrom.getTime() <= latelyMs

  const seriesOf = async (access: Access, { study_key, study_instance_uid }: StudyListRow): Promise<StudySeries[]> => {
    const found = await rows<SeriesRow>(db, `
      select series.series_instance_uid, modality, series_number, series_description, series_date, series_time, body_part_examined, number_of_series_related_instances, hidden_by
      from series left join hidden_series on hidden_series.organisation_id = series.organisation_id and hidden_series.study_instance_uid = ? and hidden_series.series_instance_uid = series.series_instance_uid
      where series.organisation_id = ? and study_key = ? order by series_number_sort, series_key`, [study_instance_uid, access.organisationId, study_key])
    const performer = await performersOf(db, found.map(({ hidden_by }) => hidden_by))
    return found.map((row) => ({
      SeriesInstanceUID: row.series_instance_uid, NumberOfSeriesRelatedInstances: row.number_of_series_related_instances, isShown: row.hidden_by === null,
      ...(row.modality === null ? {} : { Modality: row.modality }), ...(row.series_number === null ? {} : { SeriesNumber: row.series_number }),
      ...(row.series_description === null ? {} : { SeriesDescription: row.series_description }),
      ...(row.series_date === null ? {} : { SeriesDate: row.series_date }), ...(row.series_time === null ? {} : { SeriesTime: row.series_time }),
      ...(row.body_part_examined === null ? {} : { BodyPartExamined: row.body_part_examined }),
      ...(row.hidden_by === null ? {} : { hiddenBy: performer(row.hidden_by) }),
    }))
  }

  /** That a row is of the study's patient, as both are told; undefined where nobody knows which that is. */
  const samePatient = async ({ organisationId }: Access, { corrections, patient_id }: StudyListRow): Promise<Sql | undefined> => {
    const patientId = told(corrections, 'PatientID', patient_id)
    return patientId === null ? undefined : isOfPatient(organisationId, patientId, (await correctedStudies(db, organisationId, { patientId })).patientId)
  }

  /** Linked ones whoever they are of; of the same patient where the identifier is there and of the same issuer. */
  const relatedOf = async (access: Access, study: StudyListRow): Promise<RelatedStudy[]> => {
    const { organisationId } = access
    const links = await rows<{ uid: string; linked_by: string }>(db, `
      select related_study_instance_uid as uid, linked_by from related_study where organisation_id = ? and study_instance_uid = ?
      union all select study_instance_uid, linked_by from related_study where organisation_id = ? and related_study_instance_uid = ?`, [organisationId, study.study_instance_uid, organisationId, study.study_instance_uid])
    const within = [sql`study.organisation_id = ${organisationId}`, sql`study.study_key <> ${study.study_key}`, ...(access.studies === 'all' ? [] : [sql`study.study_instance_uid = any(${[...access.studies]}::text[])`])]
    const uids = links.map(({ uid }) => uid)
    const isSame = await samePatient(access, study)
    const [linked, same] = await Promise.all([
      uids.length === 0 ? [] : studyRows(studiesStatement([...within, sql`study.study_instance_uid = any(${uids}::text[])`], uids.length, accountOf(access))),
      isSame === undefined ? [] : studyRows(studiesStatement([
        ...within, isSame, sql`not study.study_instance_uid = any(${uids}::text[])`,
        sql`study.issuer_of_patient_id is not distinct from (select issuer_of_patient_id from study as this where this.study_key = ${study.study_key})`,
      ], mostSuggested, accountOf(access))),
    ])
    const summaries = await toSummaries(db, access, [...linked, ...same])
    const performer = await performersOf(db, links.map(({ linked_by }) => linked_by))
    const linkedBy = new Map(links.map(({ uid, linked_by }) => [uid, performer(linked_by)]))
    return summaries.map((summary) => {
      const by = linkedBy.get(summary.StudyInstanceUID)
      return by === undefined ? { study: summary, reason: 'samePatient' as const } : { study: summary, reason: 'linked' as const, linkedBy: by }
    })
  }
  const studyRows = (statement: Sql) => ask<StudyListRow>(statement)

  return {
    list: async (access, { cursor, limit = defaultPageSize, sort = 'arrival', order = 'desc', withSize, ...given }) => {
      const { conditions, arrivedFrom, isRelaxed } = await askedFor(access, given)
      const sorting: Sorting = { by: sort, isAscending: order === 'asc', after: decodeCursor(cursor, Position), isOfFew: isLately(arrivedFrom) }
      if (sorting.after !== undefined && sort === 'arrival' && Number.isNaN(Date.parse(sorting.after[0]))) throw badRequest('"cursor" is not one this server gave.')
      const found = await ask<StudyListRow>(pageStatement(conditions, sorting, limit + 1, accountOf(access)))
      const page = found.slice(0, limit)
      const last = found.length > limit ? page.at(-1) : undefined
      // Where the page has everything there is nothing to count.
      const count = cursor !== undefined ? undefined : last === undefined ? page.length : (await ask<{ count: number }>(countStatement(conditions, sorting, studiesCountedTo + 1)))[0]?.count
      return {
        items: await toSummaries(db, access, page, withSize === true ? await bytesOf(db, page.map(({ study_key }) => study_key)) : undefined),
        ...(last === undefined ? {} : { next: encodeCursor([sort === 'arrival' ? last.arrived_exactly : last.sort_key, last.study_key]) }),
        ...(arrivedFrom === undefined ? {} : { arrivedFrom: arrivedFrom.toISOString() }), isRelaxed,
        ...(count === undefined ? {} : { count: Math.min(count, studiesCountedTo), isCountExact: count <= studiesCountedTo }),
        ...(given.tag === undefined || isRelaxed ? {} : { isTagSearchComplete: await isTagSearchComplete(db, access.organisationId) }),
      }
    },

    count: async (access, filter, most) => {
      const { conditions, arrivedFrom } = await askedFor(access, filter)
      return (await ask<{ count: number }>(countStatement(conditions, { by: 'arrival', isAscending: false, isOfFew: isLately(arrivedFrom) }, most)))[0]?.count ?? 0
    },

    arrivedFrom: (filter) => windowOf(filter, now()),

    find: async (access, StudyInstanceUID) => {
      const { conditions } = askedOf(access, { record: StudyInstanceUID }, now())
      const [row] = await ask<StudyListRow>(studiesStatement(conditions, 1, accountOf(access)))
      if (row === undefined) throw noSuchStudy('No study of your organisation has this StudyInstanceUID.')
      const [[summary], series, related] = await Promise.all([
        bytesOf(db, [row.study_key]).then((bytes) => toSummaries(db, access, [row], bytes)), seriesOf(access, row), relatedOf(access, row),
      ])
      if (summary === undefined) throw new Error('a study that was read has no summary')
      const corrections = row.corrections ?? {}
      const performer = await performersOf(db, Object.values(corrections).map(({ by }) => by))
      return { ...summary, caseInformation: caseInformation(attributesOf(row), access.permissions.has('study.view_identity'), corrections, performer), caseVersion: row.case_version, series, related }
    },

    similar: async (access, StudyInstanceUID) => {
      const [row] = await ask<StudyListRow>(studiesStatement(askedOf(access, { record: StudyInstanceUID }, now()).conditions, 1, accountOf(access)))
      if (row === undefined) throw noSuchStudy('No study of your organisation has this StudyInstanceUID.')
      const study = { study_key: row.study_key, study_description: told(row.corrections, 'StudyDescription', row.study_description), body_parts: row.body_parts ?? [], modalities: row.modalities_in_study }
      if (study.modalities.length === 0) return []
      const candidates = await ask<SimilarCandidate>(candidatesStatement(access, study, await samePatient(access, row)))
      const corrected = await correctionsOf(db, access.organisationId, candidates.map(({ study_instance_uid }) => study_instance_uid))
      const alike = mostAlike(study, candidates.map((one) => ({ ...one, study_description: told(corrected.get(one.study_instance_uid), 'StudyDescription', one.study_description) })), mostSimilar)
      if (alike.length === 0) return []
      const found = await studyRows(studiesStatement(
        [
          sql`study.organisation_id = ${access.organisationId}`,
          sql`study.study_key = any(${alike.map(({ candidate }) => candidate.study_key)}::bigint[])`,
        ],
        alike.length,
        accountOf(access),
      ))
      const summaries = new Map((await toSummaries(db, access, found)).map((summary) => [summary.StudyInstanceUID, summary]))
      return alike.flatMap(({ candidate, reason }) => {
        const summary = summaries.get(candidate.study_instance_uid)
        return summary === undefined ? [] : [{ study: summary, reason }]
      })
    },

    shareWithColleagues: (access, StudyInstanceUID, share) => shareWithColleagues(db, access, StudyInstanceUID, share),
    views: createSavedViews({ db, now }),

    correct: (access, StudyInstanceUID, change, version) => db.transaction(async (trx) => {
      assertMayCorrect(access, change)
      await correctCase(trx, access, StudyInstanceUID, change, { version, at: now() })
    }),

    showSeries: (access, { StudyInstanceUID, SeriesInstanceUID }, isShown) => db.transaction(async (trx) => {
      const { study_key, patient_id } = await lockStudy(trx, access, StudyInstanceUID)
      const series = await trx('series').where({ study_key, series_instance_uid: SeriesInstanceUID }).first<object | undefined>('series_key')
      if (series === undefined) throw noSuchSeries('The study has no such series.')
      const hidden = trx('hidden_series').where({ ...own(access, StudyInstanceUID), series_instance_uid: SeriesInstanceUID })
      // The database's time, while the study is locked: see tombstones.ts.
      if (isShown) await hidden.delete()
      else await trx('hidden_series')
        .insert({
          ...own(access, StudyInstanceUID),
          series_instance_uid: SeriesInstanceUID,
          hidden_by: actorOf(access),
          hidden_at: trx.raw('clock_timestamp()'),
        })
        .onConflict(['organisation_id', 'study_instance_uid', 'series_instance_uid'])
        .ignore()
      await noteEdit(trx, access, StudyInstanceUID, patient_id, { SeriesInstanceUID, isShown })
    }),

    relate: (access, StudyInstanceUID, related) => linkStudies(db, access, StudyInstanceUID, related, now()),
    unrelate: (access, StudyInstanceUID, related) => unlinkStudies(db, access, StudyInstanceUID, related),
  }
}

interface SeriesRow {
  readonly series_instance_uid: string
  readonly modality: string | null
  readonly series_number: string | null
  readonly series_description: string | null
  readonly series_date: string | null
  readonly series_time: string | null
  readonly body_part_examined: string | null
  readonly number_of_series_related_instances: number
  readonly hidden_by: string | null
}
