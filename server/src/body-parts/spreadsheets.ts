/** Parts as a spreadsheet: written so that it can be read again as it is, and read with a word on every row that cannot be (PART-06, PART-07). */
import type { Readable } from 'node:stream'
import { basicDeviceTypes, maxBodyParts, maxPartCategories, maxPartTags, type ExportLanguage, type PartImport, type UnreadableSheet } from '@isocenter/contracts'
import { record } from '../audit/index.ts'
import { spreadsheet, tableOf } from '../exports/index.ts'
import { actorOf, type Access } from '../identity/index.ts'
import { lockOwn, note, tooMany } from '../organisations/index.ts'
import type { Db, Trx } from '../platform/db.ts'
import { planImport, type ImportPlan, type PlanBasis } from './import-plan.ts'
import { exportColumns, type ExportedPart } from './part-columns.ts'
import { listCategories } from './parts.ts'
import { noSuchPartCategory, partImportRefused, unreadableSpreadsheet } from './problems.ts'
import { readSheet, UnreadableSheetError, type SheetRow } from './read-sheet.ts'
import { rulesChanged } from './tags.ts'

export interface PartSpreadsheets {
  /** All categories, or these. @throws noSuchPartCategory 404 */
  readonly write: (access: Access, language: ExportLanguage, categoryIds: readonly string[] | undefined) => Promise<Readable>
  /** What would come of it; nothing is changed. @throws unreadableSpreadsheet 422, wrongOrganisationKind 409 */
  readonly check: (access: Access, file: Buffer) => Promise<PartImport>
  /** All of it or nothing. @throws unreadableSpreadsheet 422, partImportRefused 422, tooMany 409, wrongOrganisationKind 409 */
  readonly take: (access: Access, file: Buffer) => Promise<PartImport>
}

const reasons: Readonly<Record<UnreadableSheet, string>> = {
  oldExcel: 'This is an Excel 97-2003 workbook (.xls), or one with a password. Save it as .xlsx without a password.',
  noSpreadsheet: 'This is no .xlsx workbook, or it is damaged.',
  tooLarge: 'There is more in it than any list of body parts.',
  tooManyRows: 'It has more rows than a hospital can have parts.',
  headings: 'Its first row must have the headings of the export: device type, part category, part name, tags, part count.',
  noRows: 'There is no row below its headings.',
}

/** @throws unreadableSpreadsheet 422 */
function told<Answer>(error: unknown): Answer {
  if (error instanceof UnreadableSheetError) throw unreadableSpreadsheet(reasons[error.reason], { reason: error.reason })
  throw error
}

export function createPartSpreadsheets({ db }: { readonly db: Db }): PartSpreadsheets {
  const basisOf = async (db: Db, access: Access): Promise<PlanBasis> => {
    const own = { organisation_id: access.organisationId }
    return {
      categories: await listCategories(db, access),
      tags: await db('part_tag').where(own).pluck<string[]>('name'),
      deviceTypes: [...basicDeviceTypes, ...await db('device_type').where(own).select<{ code: string; name: string }[]>('code', 'name')],
    }
  }
  const planned = async (db: Db, access: Access, rows: readonly SheetRow[]): Promise<ImportPlan> => {
    const basis = await basisOf(db, access)
    try {
      const plan = planImport(rows, basis)
      const after = { parts: basis.categories.flatMap(({ parts }) => parts).length + plan.created.length, categories: basis.categories.length + plan.newCategories.length, tags: basis.tags.length + plan.newTags.length }
      if (after.parts > maxBodyParts || after.categories > maxPartCategories || after.tags > maxPartTags) {
        throw tooMany(
          `A hospital has at most ${String(maxPartCategories)} categories, ${String(maxBodyParts)} parts and ${String(maxPartTags)} tags.`,
          after,
        )
      }
      return plan
    } catch (error) {
      return told(error)
    }
  }
  const answerOf = ({ created, changed, ...plan }: ImportPlan, isDone: boolean): PartImport => ({ ...plan, newTags: [...plan.newTags], isDone, created: created.length, changed: changed.length })

  return {
    write: async (access, language, categoryIds) => {
      const categories = await listCategories(db, access)
      if (categoryIds !== undefined && !categoryIds.every((id) => categories.some(({ categoryId }) => categoryId === id))) throw noSuchPartCategory('Your hospital has no category of one of these ids.')
      const chosen = categories.filter(({ categoryId }) => categoryIds === undefined || categoryIds.includes(categoryId))
      const parts = chosen.flatMap((category): ExportedPart[] => category.parts.map((part) => ({ category, part })))
      await record(db, [{ organisationId: access.organisationId, actor: actorOf(access), action: 'list.export', outcome: 'success', detail: { list: 'body-parts', rows: parts.length } }])
      const pages = async function* () { yield parts }
      return spreadsheet('xlsx', language === 'en' ? 'Body parts' : '部位', tableOf(exportColumns, pages(), { language, timeZone: 'UTC' }))
    },

    check: async (access, file) => answerOf(await planned(db, access, await readSheet(file).catch(told<SheetRow[]>)), false),

    take: async (access, file) => {
      const rows = await readSheet(file).catch(told<SheetRow[]>)
      return db.transaction(async (trx) => {
        await lockOwn(trx, access, 'hospital')
        const plan = await planned(trx, access, rows)
        if (plan.errors.length > 0) throw partImportRefused('Mend these rows and try again; nothing was imported.', { errors: plan.errors, isCut: plan.isCut })
        await carryOut(trx, access, plan)
        await note(trx, access, 'body-part.change', { change: 'imported', created: plan.created.length, changed: plan.changed.length, categories: plan.newCategories.length, tags: plan.newTags.length })
        return answerOf(plan, true)
      })
    },
  }
}

const rowsAtOnce = 500

async function carryOut(trx: Trx, access: Access, { created, changed, newCategories, newTags }: ImportPlan): Promise<void> {
  const own = { organisation_id: access.organisationId }
  if (newCategories.length > 0) await trx('part_category').insert(newCategories.map(({ deviceType, name }) => ({ ...own, device_type: deviceType, name })))
  if (newTags.length > 0) {
    const { last } = await trx('part_tag').where(own).select(trx.raw('coalesce(max(priority), 0) as last')).first<{ last: number }>()
    await trx('part_tag').insert(newTags.map((name, index) => ({ ...own, name, priority: last + index + 1, rules: '[]', is_final: false })))
    await rulesChanged(trx, access)
  }
  const categories = await trx('part_category').where(own).select<{ category_id: string; device_type: string; name: string }[]>('category_id', 'device_type', 'name')
  const categoryIds = new Map(categories.map(({ category_id, device_type, name }) => [JSON.stringify([device_type, name]), category_id]))
  const tagIds = new Map((await trx('part_tag').where(own).select<{ tag_id: string; name: string }[]>('tag_id', 'name')).map(({ tag_id, name }) => [name, tag_id]))

  const tagged: { part_id: string; tags: readonly string[] }[] = []
  for (let from = 0; from < created.length; from += rowsAtOnce) {
    const some = created.slice(from, from + rowsAtOnce)
    const made = await trx('body_part').insert(some.map(({ deviceType, category, name, partCount }) => ({
      ...own, category_id: categoryIds.get(JSON.stringify([deviceType, category])), device_type: deviceType, category_name: category, name, part_count: partCount,
    }))).returning<{ part_id: string; device_type: string; category_name: string; name: string }[]>(['part_id', 'device_type', 'category_name', 'name'])
    const tagsOf = new Map(some.map((part) => [JSON.stringify([part.deviceType, part.category, part.name]), part.tags]))
    for (const row of made) tagged.push({ part_id: row.part_id, tags: tagsOf.get(JSON.stringify([row.device_type, row.category_name, row.name])) ?? [] })
  }
  for (const { partId = '', name, partCount, tags } of changed) {
    await trx('body_part').where({ ...own, part_id: partId }).update({ name, part_count: partCount, version: trx.raw('version + 1') })
    tagged.push({ part_id: partId, tags })
  }
  await trx('body_part_tag').where(own).whereIn('part_id', changed.map(({ partId = '' }) => partId)).delete()
  const links = tagged.flatMap(({ part_id, tags }) => tags.map((name) => ({ ...own, part_id, tag_id: tagIds.get(name) })))
  for (let from = 0; from < links.length; from += rowsAtOnce) await trx('body_part_tag').insert(links.slice(from, from + rowsAtOnce))
}
