/** Views of the study list that a person keeps under a name: filters, columns and order, in each organisation. */
import { maxSavedViews, type SavedView, type SavedViewRequest } from '@isocenter/contracts'
import { forbidden, type Access } from '../identity/index.ts'
import { sqlState, type Db, type Trx } from '../platform/db.ts'
import { defineProblem } from '../platform/problem.ts'

export const noSuchView = defineProblem({ type: '/problems/no-such-view', status: 404, title: 'There is no such view' })
export const viewNameTaken = defineProblem({ type: '/problems/view-name-taken', status: 409, title: 'Another view has this name' })
export const tooManyViews = defineProblem({ type: '/problems/too-many-views', status: 409, title: 'There are too many views' })

export interface SavedViews {
  /** By name. @throws forbidden 403 for a machine */
  readonly list: (access: Access) => Promise<SavedView[]>
  /** A default takes the place of the one before. @throws viewNameTaken 409, tooManyViews 409 */
  readonly create: (access: Access, view: SavedViewRequest) => Promise<SavedView>
  /** @throws noSuchView 404, viewNameTaken 409 */
  readonly replace: (access: Access, viewId: string, view: SavedViewRequest) => Promise<SavedView>
  /** @throws noSuchView 404 */
  readonly remove: (access: Access, viewId: string) => Promise<void>
}

interface ViewRow {
  readonly view_id: string
  readonly name: string
  readonly filters: Record<string, string>
  readonly columns: string[] | null
  readonly is_default: boolean
}

const uniqueViolation = '23505'
const toView = ({ view_id, name, filters, columns, is_default }: ViewRow): SavedView => ({ viewId: view_id, name, filters, isDefault: is_default, ...(columns === null ? {} : { columns }) })

/** @throws viewNameTaken 409 */
async function named<Row>(write: PromiseLike<Row[]>): Promise<Row | undefined> {
  try {
    return (await write)[0]
  } catch (error) {
    if (sqlState(error) === uniqueViolation) throw viewNameTaken('You have a view of this name already.')
    throw error
  }
}

export function createSavedViews({ db, now }: { readonly db: Db; readonly now: () => Date }): SavedViews {
  const own = ({ organisationId, actor }: Access) => {
    if (actor.kind !== 'account') throw forbidden('This is for a person who is signed in; a token is not one.')
    return { organisation_id: organisationId, account_id: actor.id }
  }
  const row = ({ name, filters, columns, isDefault }: SavedViewRequest) => ({ name: name.trim(), filters: JSON.stringify(filters), columns: columns === undefined ? null : JSON.stringify(columns), is_default: isDefault })
  /** One person's views change one after another. */
  const changing = async (trx: Trx, access: Access, isDefault: boolean) => {
    await trx('account').where({ account_id: own(access).account_id }).forNoKeyUpdate().first('account_id')
    if (isDefault) await trx('saved_view').where({ ...own(access), is_default: true }).update({ is_default: false })
  }
  return {
    list: async (access) => (await db('saved_view').where(own(access)).orderBy('name').select<ViewRow[]>()).map(toView),

    create: (access, view) => db.transaction(async (trx) => {
      await changing(trx, access, view.isDefault)
      const counted = await trx('saved_view').where(own(access)).count<{ count: string }[]>()
      if (Number(counted[0]?.count ?? 0) >= maxSavedViews) throw tooManyViews(`A person has ${String(maxSavedViews)} views at most.`)
      const made = await named(trx('saved_view').insert({ ...own(access), ...row(view), created_at: now() }).returning<ViewRow[]>('*'))
      if (made === undefined) throw new Error('an insert answers a row')
      return toView(made)
    }),

    replace: (access, viewId, view) => db.transaction(async (trx) => {
      await changing(trx, access, view.isDefault)
      const changed = await named(trx('saved_view').where({ ...own(access), view_id: viewId }).update(row(view)).returning<ViewRow[]>('*'))
      if (changed === undefined) throw noSuchView('You have no view of this id.')
      return toView(changed)
    }),

    remove: async (access, viewId) => {
      if (await db('saved_view').where({ ...own(access), view_id: viewId }).delete() === 0) throw noSuchView('You have no view of this id.')
    },
  }
}
