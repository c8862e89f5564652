/** Body parts in categories under types of devices (PART-03, PART-04, PART-08, PART-09). */
import { maxBodyParts, maxPartCategories, type BodyPart, type BodyPartRequest, type PartCategory, type PartCategoryList, type PartCategoryPatch, type PartCategoryRequest } from '@isocenter/contracts'
import { actorOf, type Access } from '../identity/index.ts'
import { assertDeviceType, assertVersion, lockOwn, note, tooMany, withOwnName } from '../organisations/index.ts'
import { rows, type Db, type Trx } from '../platform/db.ts'
import { noSuchBodyPart, noSuchPartCategory, noSuchPartTag, otherPartCount, partCategoryInUse } from './problems.ts'

export interface Parts {
  readonly list: (access: Access) => Promise<PartCategoryList>
  /** @throws noSuchDeviceType 422, nameTaken 409, tooMany 409, wrongOrganisationKind 409 */
  readonly addCategory: (access: Access, request: PartCategoryRequest) => Promise<PartCategory>
  /** @throws noSuchPartCategory 404, changedMeanwhile 412, nameTaken 409 */
  readonly renameCategory: (access: Access, categoryId: string, patch: PartCategoryPatch, version: number | undefined) => Promise<PartCategory>
  /** @throws noSuchPartCategory 404, partCategoryInUse 409 */
  readonly removeCategory: (access: Access, categoryId: string) => Promise<void>
  /** Deletes all its parts, where they are as many as was said. @throws noSuchPartCategory 404, otherPartCount 409 */
  readonly emptyCategory: (access: Access, categoryId: string, parts: number) => Promise<PartCategory>
  /** @throws noSuchPartCategory 404, noSuchPartTag 404, nameTaken 409, tooMany 409 */
  readonly add: (access: Access, categoryId: string, request: BodyPartRequest) => Promise<BodyPart>
  /** @throws noSuchBodyPart 404, noSuchPartTag 404, changedMeanwhile 412, nameTaken 409 */
  readonly replace: (access: Access, partId: string, request: BodyPartRequest, version: number | undefined) => Promise<BodyPart>
  /** It is offered no more; what was asked for with it keeps its name. @throws noSuchBodyPart 404 */
  readonly remove: (access: Access, partId: string) => Promise<void>
}

interface PartRow {
  readonly part_id: string
  readonly category_id: string
  readonly name: string
  readonly part_count: number
  readonly version: number
  readonly tags: { tagId: string; name: string }[]
}

/** Everything there is, by type of devices and name. */
export async function listCategories(db: Db, { organisationId }: Pick<Access, 'organisationId'>): Promise<PartCategory[]> {
  const own = { organisation_id: organisationId }
  const categories = await db('part_category')
    .where(own)
    .orderByRaw('device_type, lower(name), category_id')
    .select<{ category_id: string; device_type: string; name: string; version: number }[]>('category_id', 'device_type', 'name', 'version')
  const parts = await rows<PartRow>(db, `
    select part_id, category_id, name, part_count, version,
      coalesce((select json_agg(json_build_object('tagId', tag_id, 'name', part_tag.name) order by priority) from body_part_tag join part_tag using (organisation_id, tag_id) where body_part_tag.part_id = body_part.part_id), '[]') as tags
    from body_part where organisation_id = ? and deleted_at is null order by lower(name), part_id`, [organisationId])
  const byCategory = Map.groupBy(parts, ({ category_id }) => category_id)
  return categories.map(({ category_id, device_type, name, version }) => ({
    categoryId: category_id, deviceType: device_type, name, version,
    parts: (byCategory.get(category_id) ?? []).map((part) => ({ partId: part.part_id, name: part.name, partCount: part.part_count, tags: part.tags, version: part.version })),
  }))
}

/** Gives a part these tags and no others. */
async function tag(trx: Trx, organisationId: string, partId: string, tagIds: readonly string[]): Promise<void> {
  const own = { organisation_id: organisationId }
  const known = await trx('part_tag').where(own).whereIn('tag_id', [...tagIds]).pluck<string[]>('tag_id')
  if (known.length !== tagIds.length) throw noSuchPartTag('Your hospital has no tag of one of these ids.')
  await trx('body_part_tag').where({ ...own, part_id: partId }).delete()
  if (tagIds.length > 0) await trx('body_part_tag').insert(tagIds.map((tagId) => ({ ...own, part_id: partId, tag_id: tagId })))
}

export function createParts({ db, now = () => new Date() }: { readonly db: Db; readonly now?: () => Date }): Parts {
  const findCategory = async (db: Db, access: Access, categoryId: string): Promise<PartCategory> => {
    const found = (await listCategories(db, access)).find((one) => one.categoryId === categoryId)
    if (found === undefined) throw noSuchPartCategory('Your hospital has no category of this id.')
    return found
  }
  const find = async (db: Db, access: Access, partId: string): Promise<{ part: BodyPart; category: PartCategory }> => {
    for (const category of await listCategories(db, access)) {
      const part = category.parts.find((one) => one.partId === partId)
      if (part !== undefined) return { part, category }
    }
    throw noSuchBodyPart('Your hospital has no part of this id.')
  }
  const deleted = (access: Access) => ({ deleted_at: now(), deleted_by: actorOf(access) })
  const changed = <Answer>(access: Access, work: (trx: Trx) => Promise<Answer>): Promise<Answer> => db.transaction(async (trx) => {
    await lockOwn(trx, access, 'hospital')
    return work(trx)
  })

  return {
    list: async (access) => ({ items: await listCategories(db, access) }),

    addCategory: (access, { deviceType, name }) => changed(access, async (trx) => {
      const own = { organisation_id: access.organisationId }
      await assertDeviceType(trx, access.organisationId, deviceType)
      const { count } = await trx('part_category').where(own).count().first<{ count: string }>()
      if (Number(count) >= maxPartCategories) throw tooMany(`A hospital has at most ${String(maxPartCategories)} categories.`)
      const [made] = await withOwnName(trx, (trx) => trx('part_category').insert({ ...own, device_type: deviceType, name: name.trim() }).returning<{ category_id: string }[]>('category_id'))
      if (made === undefined) throw new Error('The category was not added.')
      await note(trx, access, 'body-part.change', { categoryId: made.category_id, deviceType, change: 'created' })
      return findCategory(trx, access, made.category_id)
    }),

    renameCategory: (access, categoryId, { name }, version) => changed(access, async (trx) => {
      assertVersion((await findCategory(trx, access, categoryId)).version, version)
      const own = { organisation_id: access.organisationId, category_id: categoryId }
      await withOwnName(trx, (trx) => trx('part_category').where(own).update({ name: name.trim(), version: trx.raw('version + 1') }))
      await trx('body_part').where({ ...own, deleted_at: null }).update({ category_name: name.trim() })
      await note(trx, access, 'body-part.change', { categoryId, change: 'changed' })
      return findCategory(trx, access, categoryId)
    }),

    removeCategory: (access, categoryId) => changed(access, async (trx) => {
      const { parts } = await findCategory(trx, access, categoryId)
      if (parts.length > 0) throw partCategoryInUse('Delete its parts first.', { parts: parts.length })
      const own = { organisation_id: access.organisationId, category_id: categoryId }
      await trx('body_part').where(own).update({ category_id: null })
      await trx('part_category').where(own).delete()
      await note(trx, access, 'body-part.change', { categoryId, change: 'deleted' })
    }),

    emptyCategory: (access, categoryId, parts) => changed(access, async (trx) => {
      const category = await findCategory(trx, access, categoryId)
      if (category.parts.length !== parts) throw otherPartCount('Parts have come or gone; look at them again.', { parts: category.parts.length })
      await trx('body_part').where({ organisation_id: access.organisationId, category_id: categoryId, deleted_at: null }).update(deleted(access))
      await note(trx, access, 'body-part.change', { categoryId, parts, change: 'emptied' })
      return { ...category, parts: [] }
    }),

    add: (access, categoryId, { name, partCount, tagIds }) => changed(access, async (trx) => {
      const own = { organisation_id: access.organisationId }
      const category = await findCategory(trx, access, categoryId)
      const { count } = await trx('body_part').where({ ...own, deleted_at: null }).count().first<{ count: string }>()
      if (Number(count) >= maxBodyParts) throw tooMany(`A hospital has at most ${String(maxBodyParts)} body parts.`)
      const [made] = await withOwnName(trx, (trx) => trx('body_part')
        .insert({
          ...own,
          category_id: categoryId,
          device_type: category.deviceType,
          category_name: category.name,
          name: name.trim(),
          part_count: partCount,
        })
        .returning<{ part_id: string }[]>('part_id'))
      if (made === undefined) throw new Error('The part was not added.')
      await tag(trx, access.organisationId, made.part_id, tagIds)
      await note(trx, access, 'body-part.change', { partId: made.part_id, categoryId, change: 'created' })
      return (await find(trx, access, made.part_id)).part
    }),

    replace: (access, partId, { name, partCount, tagIds }, version) => changed(access, async (trx) => {
      assertVersion((await find(trx, access, partId)).part.version, version)
      await withOwnName(trx, (trx) => trx('body_part').where({ organisation_id: access.organisationId, part_id: partId }).update({ name: name.trim(), part_count: partCount, version: trx.raw('version + 1') }))
      await tag(trx, access.organisationId, partId, tagIds)
      await note(trx, access, 'body-part.change', { partId, change: 'changed' })
      return (await find(trx, access, partId)).part
    }),

    remove: (access, partId) => changed(access, async (trx) => {
      await find(trx, access, partId)
      await trx('body_part').where({ organisation_id: access.organisationId, part_id: partId }).update(deleted(access))
      await note(trx, access, 'body-part.change', { partId, change: 'deleted' })
    }),
  }
}
