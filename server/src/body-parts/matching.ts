/** Tags of studies, brought up to date whenever they are asked for; in the background they are matched as data arrive (background.ts). */
import { basicDeviceTypes, tagAttributes, type StudyParts, type SuggestedPart, type TagMatch, type TagTest, type TagTestRequest } from '@isocenter/contracts'
import { noSuchStudy } from '../catalogue/index.ts'
import { reachesStudy, type Access } from '../identity/index.ts'
import { rows, type Db } from '../platform/db.ts'
import { noSuchPartTag } from './problems.ts'
import { compileTags, matchesOf, type CompiledTags, type Tag } from './rules.ts'
import { studyValues, type StudyRow } from './study-values.ts'

export interface StudyState extends StudyRow {
  readonly version: string
  readonly modalities_in_study: string[]
  readonly matches: TagMatch[] | null
  /** What was matched is of the study and the rules as they are. */
  readonly is_current: boolean
}

const statesSql = `
  select study.study_key, study_description, study.more_attributes, study.version, modalities_in_study, matches,
    coalesce(study_version = study.version and study_tags.rules_version = tag_matching.rules_version, false) as is_current
  from study left join study_tags using (study_key) left join tag_matching on tag_matching.organisation_id = study.organisation_id
  where study.organisation_id = ?`

export const stateOf = async (db: Db, organisationId: string, StudyInstanceUID: string): Promise<StudyState | undefined> =>
  (await rows<StudyState>(db, `${statesSql} and study_instance_uid = ?`, [organisationId, StudyInstanceUID]))[0]

/** Studies that came before this one, the latest of them first; all where there is none. */
export const statesBefore = (db: Db, organisationId: string, studyKey: string | null, most: number): Promise<StudyState[]> =>
  rows<StudyState>(db, `${statesSql} and (?::bigint is null or study.study_key < ?::bigint) order by study.study_key desc limit ?`, [organisationId, studyKey, studyKey, most])

export interface Rules {
  readonly version: string
  readonly tags: readonly Tag[]
  readonly compiled: CompiledTags
}

const tagsOf = async (db: Db, organisationId: string): Promise<Tag[]> =>
  (await db('part_tag').where({ organisation_id: organisationId }).orderBy('priority').select<{ tag_id: string; name: string; rules: Tag['rules']; is_final: boolean }[]>('tag_id', 'name', 'rules', 'is_final'))
    .map(({ tag_id, name, rules, is_final }) => ({ tagId: tag_id, name, rules, isFinal: is_final }))

/** An organisation without tags has no rules. The version is read first: tags that are newer than it are matched again, never too seldom. */
export async function rulesOf(db: Db, organisationId: string): Promise<Rules | undefined> {
  const row = await db('tag_matching').where({ organisation_id: organisationId }).first<{ rules_version: string } | undefined>('rules_version')
  if (row === undefined) return undefined
  const tags = await tagsOf(db, organisationId)
  return { version: row.rules_version, tags, compiled: compileTags(tags) }
}

/** Nothing older takes the place of what is newer, in whatever order several end. */
const keepSql = `
  insert into study_tags (study_key, organisation_id, study_version, rules_version, matches, matched_at)
  select study_key, organisation_id, ?, ?, ?::jsonb, now() from study where organisation_id = ? and study_key = ? for key share
  on conflict (study_key) do update set study_version = excluded.study_version, rules_version = excluded.rules_version, matches = excluded.matches, matched_at = excluded.matched_at
  where study_tags.study_version <= excluded.study_version and study_tags.rules_version <= excluded.rules_version`

export async function matchStudy(db: Db, organisationId: string, study: StudyState, rules: Rules): Promise<TagMatch[]> {
  const matches = await matchesOf(rules.tags, rules.compiled, await studyValues(db, study, rules.compiled.attributes))
  await rows(db, keepSql, [study.version, rules.version, JSON.stringify(matches), organisationId, study.study_key])
  return matches
}

/** Types of devices by the modalities of a study (ADM-08). */
async function deviceTypesOf(db: Db, organisationId: string, modalities: readonly string[]): Promise<string[]> {
  const own = await db('device_type').where({ organisation_id: organisationId }).whereRaw('modalities && ?::text[]', [[...modalities]]).pluck<string[]>('code')
  return [...basicDeviceTypes.filter((type) => type.modalities.some((one) => modalities.includes(one))).map(({ code }) => code), ...own]
}

/** Parts that have one of the tags, the first tags first. */
async function partsOf(db: Db, organisationId: string, modalities: readonly string[], tagIds: readonly string[]): Promise<SuggestedPart[]> {
  if (tagIds.length === 0) return []
  const found = await rows<{ part_id: string; name: string; part_count: number; device_type: string; category: string; tag_ids: string[] }>(db, `
    select body_part.part_id, body_part.name, part_count, part_category.device_type, part_category.name as category, array_agg(tag_id::text order by array_position(?::uuid[], tag_id)) as tag_ids
    from body_part_tag join body_part using (organisation_id, part_id) join part_category using (organisation_id, category_id)
    where organisation_id = ? and tag_id = any(?::uuid[]) and body_part.deleted_at is null and part_category.device_type = any(?::text[])
    group by body_part.part_id, part_category.category_id order by min(array_position(?::uuid[], tag_id)), part_category.device_type, lower(part_category.name), lower(body_part.name)`,
  [[...tagIds], organisationId, [...tagIds], await deviceTypesOf(db, organisationId, modalities), [...tagIds]])
  return found.map((row) => ({ partId: row.part_id, name: row.name, partCount: row.part_count, deviceType: row.device_type, category: row.category, tagIds: row.tag_ids }))
}

export interface Matching {
  /**
   * Tags of a study as it is now, and the parts they suggest: what a request for a diagnosis begins with (PART-05).
   * @throws noSuchStudy 404
   */
  readonly studyParts: (access: Access, StudyInstanceUID: string) => Promise<StudyParts>
  /**
   * Which tags a study has, or would have with one as it is asked, and why; nothing is kept.
   * @throws noSuchStudy 404, noSuchPartTag 404, invalidTagRule 422
   */
  readonly test: (access: Access, request: TagTestRequest) => Promise<TagTest>
}

export function createMatching({ db }: { readonly db: Db }): Matching {
  const find = async ({ organisationId, studies }: Access, StudyInstanceUID: string): Promise<StudyState> => {
    const study = reachesStudy({ studies }, StudyInstanceUID) ? await stateOf(db, organisationId, StudyInstanceUID) : undefined
    if (study === undefined) throw noSuchStudy('No study of your organisation has this StudyInstanceUID.')
    return study
  }
  const withParts = async ({ organisationId }: Access, study: StudyState, tags: TagMatch[]): Promise<StudyParts> =>
    ({ tags, parts: await partsOf(db, organisationId, study.modalities_in_study, tags.map(({ tagId }) => tagId)) })

  return {
    studyParts: async (access, StudyInstanceUID) => {
      const study = await find(access, StudyInstanceUID)
      if (study.is_current && study.matches !== null) return withParts(access, study, study.matches)
      const rules = await rulesOf(db, access.organisationId)
      return rules === undefined ? { tags: [], parts: [] } : withParts(access, study, await matchStudy(db, access.organisationId, study, rules))
    },

    test: async (access, { StudyInstanceUID, tag }) => {
      const study = await find(access, StudyInstanceUID)
      const kept = await tagsOf(db, access.organisationId)
      // A tag that is not there yet is called by a name nobody else has.
      const draft = tag && { ...tag, tagId: tag.tagId ?? '00000000-0000-0000-0000-000000000000' }
      if (tag?.tagId !== undefined && !kept.some(({ tagId }) => tagId === tag.tagId)) throw noSuchPartTag('Your hospital has no tag of this id.')
      const tags = draft === undefined ? kept : tag?.tagId === undefined ? [...kept, draft] : kept.map((one) => (one.tagId === draft.tagId ? draft : one))
      const series = await studyValues(db, study, new Set(tagAttributes))
      const values = tagAttributes.flatMap((attribute) => {
        const counted = new Map<string, number>()
        for (const { values } of series) for (const value of new Set(values[attribute])) counted.set(value, (counted.get(value) ?? 0) + 1)
        return [...counted].map(([value, series]) => ({ attribute, value, series }))
      })
      return { ...await withParts(access, study, await matchesOf(tags, compileTags(tags), series)), values }
    },
  }
}
