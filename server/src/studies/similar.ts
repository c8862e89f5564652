/** Cases like one at hand (LIST-17, DIAG-23): the same part of the body and exam type, the more alike the more words their descriptions share. */
import type { SimilarReason } from '@isocenter/contracts'
import { joined, sql, type Sql } from '../catalogue/index.ts'
import type { Access } from '../identity/index.ts'

/** The latest that could be similar; of these the most alike are told. */
const mostLookedAt = 1_000
/** An examination is of a few parts; each is looked for by itself. */
const mostParts = 20

export interface SimilarCandidate {
  readonly study_key: string
  readonly study_instance_uid: string
  readonly study_description: string | null
  readonly body_parts: string[] | null
  readonly modalities: string[]
}

export interface ComparedStudy {
  readonly study_key: string
  readonly study_description: string | null
  readonly body_parts: readonly string[]
  readonly modalities: readonly string[]
}

/**
 * The latest studies of the same part and modality; of the same modality alone where the images do not say which part. Of another patient: those of the same one are related.
 * Each is found by an index and by the order it is in, so that a common part costs as much as a rare one.
 * @param samePatient that a row of `study` is of the same patient; undefined where that is not known
 */
export function candidatesStatement(access: Access, { study_key, body_parts, modalities }: ComparedStudy, samePatient: Sql | undefined): Sql {
  const { organisationId } = access
  const others = joined([
    sql`study.organisation_id = ${organisationId}`, sql`study.study_key <> ${study_key}`, ...(samePatient === undefined ? [] : [sql`not coalesce((${samePatient}), false)`]),
    ...(access.studies === 'all' ? [] : [sql`study.study_instance_uid = any(${[...access.studies]}::text[])`]),
  ], ' and ')
  const found = body_parts.length > 0
    ? joined(
      body_parts.slice(0, mostParts).map((part) =>
        sql`(select study_key from series where organisation_id = ${organisationId} and body_part_examined = ${part} and modality = any(${[...modalities]}::text[]) order by study_key desc limit ${mostLookedAt * 2})`),
      ' union ',
    )
    : joined(
      modalities.map((modality) =>
        sql`(select study_key from study_modality where organisation_id = ${organisationId} and modality = ${modality} order by sort_key desc, study_key desc limit ${mostLookedAt})`),
      ' union ',
    )
  return sql`with latest as materialized (select study_key from (${found}) as found order by study_key desc limit ${mostLookedAt})
select study.study_key, study.study_instance_uid, study_description, modalities_in_study as modalities,
  (select array_agg(distinct body_part_examined) from series where series.study_key = study.study_key and body_part_examined is not null) as body_parts
from latest join study using (study_key) where ${others} order by study.study_key desc`
}

const pairsOf = (characters: readonly string[]): string[] => characters.slice(1).map((character, index) => `${characters[index] ?? ''}${character}`)

/** Latin words of two letters or more, and pairs of Chinese characters: what of two descriptions can be the same. */
export function wordsOf(text: string | null): Set<string> {
  const folded = (text ?? '').normalize('NFKC').toLowerCase()
  const latin = folded.match(/[\p{Script=Latin}\p{Script=Cyrillic}\p{N}]{2,}/gu) ?? []
  const chinese = (folded.match(/\p{Script=Han}{2,}/gu) ?? []).flatMap((run) => pairsOf([...run]))
  return new Set([...latin, ...chinese])
}

export interface Likeness {
  readonly candidate: SimilarCandidate
  readonly reason: SimilarReason
}

/**
 * The most alike first, and of those as alike the latest.
 * @param candidates the latest first
 */
export function mostAlike(study: ComparedStudy, candidates: readonly SimilarCandidate[], most: number): Likeness[] {
  const own = wordsOf(study.study_description)
  return candidates.flatMap((candidate) => {
    const words = [...wordsOf(candidate.study_description)]
    const shared = words.filter((word) => own.has(word))
    const bodyParts = (candidate.body_parts ?? []).filter((part) => study.body_parts.includes(part))
    // Nothing but the modality is no likeness.
    if (bodyParts.length === 0 && shared.length === 0) return []
    const all = own.size + words.length - shared.length
    return [{ likeness: all === 0 ? 0 : shared.length / all, one: { candidate, reason: { bodyParts, modalities: candidate.modalities.filter((modality) => study.modalities.includes(modality)), words: shared } } }]
  }).toSorted((one, other) => other.likeness - one.likeness).slice(0, most).map(({ one }) => one)
}
