/** Departments of a hospital: a tree of names, each with a head who is a member. */
import type { Department, DepartmentList, DepartmentPatch, DepartmentRequest } from '@isocenter/contracts'
import type { Access } from '../identity/index.ts'
import { rows, type Db, type Trx } from '../platform/db.ts'
import { assertVersion, given, lockOwn, note, orNull, withOwnName } from './common.ts'
import { departmentInUse, invalidDepartment, noSuchDepartment, noSuchMember, tooMany } from './problems.ts'

const maxDepartments = 1_000

export interface Departments {
  readonly list: (access: Access) => Promise<DepartmentList>
  /** @throws wrongOrganisationKind 409, nameTaken 409, tooMany 409, noSuchDepartment 404, noSuchMember 404 */
  readonly create: (access: Access, request: DepartmentRequest) => Promise<Department>
  /** @throws noSuchDepartment 404, changedMeanwhile 412, nameTaken 409, invalidDepartment 422, noSuchMember 404 */
  readonly change: (access: Access, departmentId: string, patch: DepartmentPatch, version: number | undefined) => Promise<Department>
  /** @throws noSuchDepartment 404, departmentInUse 409 */
  readonly remove: (access: Access, departmentId: string) => Promise<void>
}

interface DepartmentRow {
  readonly department_id: string
  readonly name: string
  readonly code: string | null
  readonly phone: string | null
  readonly parent_id: string | null
  readonly head_id: string | null
  readonly head_name: string | null
  readonly members: string
  readonly version: number
}

const toDepartment = (row: DepartmentRow): Department => ({
  departmentId: row.department_id, name: row.name, members: Number(row.members), version: row.version,
  ...(row.code === null ? {} : { code: row.code }), ...(row.phone === null ? {} : { phone: row.phone }), ...(row.parent_id === null ? {} : { parentId: row.parent_id }),
  ...(row.head_id === null ? {} : { head: { membershipId: row.head_id, name: row.head_name ?? '' } }),
})

function departments(db: Db, organisationId: string) {
  return db('department').where('department.organisation_id', organisationId)
    .leftJoin('membership', 'membership.membership_id', 'department.head_id').leftJoin('account', 'account.account_id', 'membership.account_id')
    .select<DepartmentRow[]>('department.department_id', 'department.name', 'department.code', 'department.phone', 'department.parent_id', 'department.head_id', 'department.version', 'account.name as head_name',
      db.raw('(select count(*) from membership as staff where staff.organisation_id = department.organisation_id and staff.department_id = department.department_id) as members'))
}

export function createDepartments({ db }: { readonly db: Db }): Departments {
  const find = async (db: Db, access: Access, departmentId: string): Promise<Department> => {
    const [row] = await departments(db, access.organisationId).where('department.department_id', departmentId)
    if (row === undefined) throw noSuchDepartment('No department of your organisation has this id.')
    return toDepartment(row)
  }
  /** Columns of what was asked for, with parent and head of the same organisation. */
  const columnsOf = async (trx: Trx, { organisationId }: Access, { name, code, phone, parentId, headId }: DepartmentPatch): Promise<Record<string, unknown>> => {
    if (parentId !== undefined && parentId !== '' && await trx('department').where({ organisation_id: organisationId, department_id: parentId }).first<object | undefined>('department_id') === undefined) {
      throw noSuchDepartment('No department of your organisation has the id "parentId".')
    }
    if (headId !== undefined
      && headId !== ''
      && await trx('membership')
        .where({ organisation_id: organisationId, membership_id: headId })
        .whereNot({ state: 'removed' })
        .first<object | undefined>('membership_id') === undefined) {
      throw noSuchMember('No member of your organisation has the id "headId".')
    }
    const word = (text: string | undefined) => (text === undefined ? undefined : orNull(text))
    return given({ name: name?.trim(), code: word(code), phone: word(phone), parent_id: word(parentId), head_id: word(headId) })
  }

  return {
    list: async ({ organisationId }) => ({ items: (await departments(db, organisationId).orderBy(['department.name', 'department.department_id'])).map(toDepartment) }),

    create: (access, request) => db.transaction(async (trx) => {
      await lockOwn(trx, access, 'hospital')
      const { count } = await trx('department').where({ organisation_id: access.organisationId }).count().first<{ count: string }>()
      if (Number(count) >= maxDepartments) throw tooMany(`A hospital has at most ${maxDepartments} departments.`)
      const columns = await columnsOf(trx, access, request)
      const [row] = await withOwnName(trx, (trx) => trx('department').insert({ organisation_id: access.organisationId, ...columns }).returning<{ department_id: string }[]>('department_id'))
      const departmentId = String(row?.department_id)
      await note(trx, access, 'department.change', { departmentId, change: 'created' })
      return find(trx, access, departmentId)
    }),

    change: (access, departmentId, patch, version) => db.transaction(async (trx) => {
      await lockOwn(trx, access, 'hospital')
      assertVersion((await find(trx, access, departmentId)).version, version)
      const columns = await columnsOf(trx, access, patch)
      if (typeof columns['parent_id'] === 'string') {
        const below = await rows<{ department_id: string }>(trx, `
          with recursive below as (
            select department_id from department where organisation_id = ? and department_id = ?
            union select department.department_id from department join below on department.parent_id = below.department_id where organisation_id = ?)
          select department_id from below`, [access.organisationId, departmentId, access.organisationId])
        if (below.some(({ department_id }) => department_id === columns['parent_id'])) throw invalidDepartment('A department is not below itself.')
      }
      await withOwnName(trx, (trx) => trx('department').where({ organisation_id: access.organisationId, department_id: departmentId }).update({ ...columns, version: trx.raw('version + 1') }))
      await note(trx, access, 'department.change', { departmentId, change: 'changed' })
      return find(trx, access, departmentId)
    }),

    remove: (access, departmentId) => db.transaction(async (trx) => {
      await lockOwn(trx, access, 'hospital')
      const { members } = await find(trx, access, departmentId)
      const own = { organisation_id: access.organisationId }
      const below = Number((await trx('department').where({ ...own, parent_id: departmentId }).count().first<{ count: string }>()).count)
      if (members + below > 0) throw departmentInUse('Move its people and the departments below it first.', { members, departments: below })
      await trx('department').where({ ...own, department_id: departmentId }).delete()
      await note(trx, access, 'department.change', { departmentId, change: 'deleted' })
    }),
  }
}
