/** Tags with their rules, in the order they are tried (PART-01, PART-02). */
import { maxPartTags, type PartTag, type PartTagList, type PartTagOrder, type PartTagRequest, type StudyTagList, type TagRule } from '@isocenter/contracts'
import type { Access } from '../identity/index.ts'
import { assertVersion, changedMeanwhile, lockOwn, note, tooMany, withOwnName } from '../organisations/index.ts'
import { rows, type Db, type Trx } from '../platform/db.ts'
import { noSuchPartTag } from './problems.ts'
import { compileTags } from './rules.ts'

export interface PartTags {
  readonly list: (access: Access) => Promise<PartTagList>
  readonly names: (access: Access) => Promise<StudyTagList>
  /** Tried last until it is put elsewhere. @throws wrongOrganisationKind 409, nameTaken 409, tooMany 409, invalidTagRule 422 */
  readonly create: (access: Access, request: PartTagRequest) => Promise<PartTag>
  /** @throws noSuchPartTag 404, changedMeanwhile 412, nameTaken 409, invalidTagRule 422 */
  readonly replace: (access: Access, tagId: string, request: PartTagRequest, version: number | undefined) => Promise<PartTag>
  /** Parts it was a tag of stay. @throws noSuchPartTag 404 */
  readonly remove: (access: Access, tagId: string) => Promise<void>
  /** @throws changedMeanwhile 412 where these are not all of them */
  readonly order: (access: Access, order: PartTagOrder) => Promise<PartTagList>
}

interface TagRow {
  readonly tag_id: string
  readonly name: string
  readonly rules: TagRule[]
  readonly is_final: boolean
  readonly version: number
  readonly parts: string
}

/** From now on studies are matched by other rules; where there were none before, what arrives is followed from here on. */
export async function rulesChanged(trx: Trx, { organisationId }: Access): Promise<void> {
  await rows(trx, `
    insert into tag_matching (organisation_id, through_position) select organisation_id, coalesce(latest, 0) from organisation left join change_feed using (organisation_id) where organisation_id = ?
    on conflict (organisation_id) do update set rules_version = tag_matching.rules_version + 1`, [organisationId])
}

export function createPartTags({ db }: { readonly db: Db }): PartTags {
  const list = async (db: Db, { organisationId }: Access): Promise<PartTag[]> => (await rows<TagRow>(db, `
    select tag_id, name, rules, is_final, version, (select count(*) from body_part_tag join body_part using (part_id) where body_part_tag.tag_id = part_tag.tag_id and deleted_at is null) as parts
    from part_tag where organisation_id = ? order by priority`, [organisationId]))
    .map(({ tag_id, name, rules, is_final, version, parts }) => ({ tagId: tag_id, name, rules, isFinal: is_final, parts: Number(parts), version }))
  const find = async (db: Db, access: Access, tagId: string): Promise<PartTag> => {
    const found = (await list(db, access)).find((one) => one.tagId === tagId)
    if (found === undefined) throw noSuchPartTag('Your hospital has no tag of this id.')
    return found
  }
  const columnsOf = ({ name, rules, isFinal }: PartTagRequest) => {
    compileTags([{ tagId: '', name, rules, isFinal }])
    return { name: name.trim(), rules: JSON.stringify(rules), is_final: isFinal }
  }

  return {
    list: async (access) => ({ items: await list(db, access) }),

    names: async ({ organisationId }) => {
      const found = await db('part_tag').where({ organisation_id: organisationId }).orderBy('priority').select<{ tag_id: string; name: string }[]>('tag_id', 'name')
      return { items: found.map(({ tag_id, name }) => ({ tagId: tag_id, name })) }
    },

    create: (access, request) => db.transaction(async (trx) => {
      await lockOwn(trx, access, 'hospital')
      const own = { organisation_id: access.organisationId }
      const { count, last } = await trx('part_tag').where(own).select(trx.raw('count(*), coalesce(max(priority), 0) as last')).first<{ count: string; last: number }>()
      if (Number(count) >= maxPartTags) throw tooMany(`A hospital has at most ${String(maxPartTags)} tags.`)
      const columns = columnsOf(request)
      const [made] = await withOwnName(trx, (trx) => trx('part_tag').insert({ ...own, ...columns, priority: last + 1 }).returning<{ tag_id: string }[]>('tag_id'))
      if (made === undefined) throw new Error('The tag was not added.')
      await rulesChanged(trx, access)
      await note(trx, access, 'body-part.change', { tagId: made.tag_id, change: 'created' })
      return find(trx, access, made.tag_id)
    }),

    replace: (access, tagId, request, version) => db.transaction(async (trx) => {
      await lockOwn(trx, access, 'hospital')
      assertVersion((await find(trx, access, tagId)).version, version)
      const columns = columnsOf(request)
      await withOwnName(trx, (trx) => trx('part_tag').where({ organisation_id: access.organisationId, tag_id: tagId }).update({ ...columns, version: trx.raw('version + 1') }))
      await rulesChanged(trx, access)
      await note(trx, access, 'body-part.change', { tagId, change: 'changed' })
      return find(trx, access, tagId)
    }),

    remove: (access, tagId) => db.transaction(async (trx) => {
      await lockOwn(trx, access, 'hospital')
      if (await trx('part_tag').where({ organisation_id: access.organisationId, tag_id: tagId }).delete() === 0) throw noSuchPartTag('Your hospital has no tag of this id.')
      await rulesChanged(trx, access)
      await note(trx, access, 'body-part.change', { tagId, change: 'deleted' })
    }),

    order: (access, { tagIds }) => db.transaction(async (trx) => {
      await lockOwn(trx, access, 'hospital')
      const there = await trx('part_tag').where({ organisation_id: access.organisationId }).pluck<string[]>('tag_id')
      if (there.length !== tagIds.length || !there.every((tagId) => tagIds.includes(tagId))) throw changedMeanwhile('Tags have come or gone; read them again.')
      await rows(
        trx,
        'update part_tag set priority = place from unnest(?::uuid[]) with ordinality as given (tag_id, place) where part_tag.tag_id = given.tag_id and organisation_id = ?',
        [[...tagIds], access.organisationId],
      )
      await rulesChanged(trx, access)
      await note(trx, access, 'body-part.change', { tags: tagIds.length, change: 'ordered' })
      return { items: await list(trx, access) }
    }),
  }
}
