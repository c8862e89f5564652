import { roles, session } from '@isocenter/api-client'
import type { PermissionDescription, Role } from '@isocenter/contracts'
import { Loaded, Page, useLanguage, useResource } from '@isocenter/design-system'
import { Button, Card, Tag } from 'antd'
import { useState } from 'react'
import { useAdmin } from '../parts/admin.ts'
import { DataTable, type Column } from '../parts/data-table.tsx'
import { useRecord } from '../parts/use-filters.ts'
import { useCommonWords } from '../words/common.ts'
import { RoleDeletion } from './role-deletion.tsx'
import { RoleForm } from './role-form.tsx'
import { usePeopleWords, useRoleName } from './words.ts'

interface RolesAndPermissions { readonly items: readonly Role[]; readonly permissions: readonly PermissionDescription[] }

/** Roles of the organisation and what they hold (ROLE-01 to ROLE-04). */
export function Roles() {
  const words = usePeopleWords()
  const common = useCommonWords()
  const roleName = useRoleName()
  const { formats } = useLanguage()
  const { api } = useAdmin()
  const { record, open, close } = useRecord()
  const [isAdding, setAdding] = useState(false)
  const [deleting, setDeleting] = useState<Role>()
  const list = useResource<RolesAndPermissions>('roles', async (signal) => {
    const [{ items }, permissions] = await Promise.all([roles(api).list(signal), roles(api).permissions(signal)])
    return { items, permissions: permissions.items }
  })
  const changed = () => {
    list.reload()
    // It may be one's own role: navigation and buttons follow it.
    void session.refresh()
  }
  const all = list.value?.permissions.length ?? 0
  const columns: Column<Role>[] = [
    { key: 'name', title: words.role, isMain: true, cell: (role) => <strong>{roleName(role)}</strong> },
    { key: 'description', title: words.description, cell: ({ description, builtIn }) => (builtIn === undefined ? description : words.builtInDescriptions[description] ?? description) },
    {
      key: 'permissions',
      title: words.permissions,
      isNumber: true,
      cell: ({ builtIn, permissions }) => (
        builtIn === 'full'
          ? <Tag color="processing">{words.fullRole}</Tag>
          : words.permissionCount(formats.number(permissions.length), formats.number(all))
      ),
    },
    { key: 'members', title: words.holders, isNumber: true, cell: ({ members }) => formats.number(members) },
    {
      key: 'actions', title: common.actions, isActions: true, cell: (role) => (
        <span className="row-actions">
          <Button
            size="small"
            aria-label={`${role.actions.includes('edit') || role.actions.includes('rename') ? common.edit : words.viewRole}: ${roleName(role)}`}
            onClick={() => { open(role.roleId) }}
          >
            {role.actions.includes('edit') || role.actions.includes('rename') ? common.edit : words.viewRole}
          </Button>
          {role.actions.includes('delete') && <Button size="small" danger aria-label={`${common.remove}: ${roleName(role)}`} onClick={() => { setDeleting(role) }}>{common.remove}</Button>}
        </span>
      ),
    },
  ]
  const edited = list.value?.items.find(({ roleId }) => roleId === record)
  return (
    <Page
      title={words.roles}
      intro={words.rolesIntro}
      actions={(
        <div className="page-actions">
          <Button type="primary" disabled={list.value === undefined} onClick={() => { setAdding(true) }}>{words.addRole}</Button>
        </div>
      )}
    >
      <Card><Loaded resource={list}>{({ items }) => <DataTable label={words.roles} items={items} columns={columns} rowKey={({ roleId }) => roleId} />}</Loaded></Card>
      {edited && <RoleForm key={edited.roleId} role={edited} roles={list.value?.items ?? []} permissions={list.value?.permissions ?? []} onClose={close} onChanged={changed} />}
      {isAdding && <RoleForm roles={list.value?.items ?? []} permissions={list.value?.permissions ?? []} onClose={() => { setAdding(false) }} onChanged={changed} />}
      {deleting && <RoleDeletion role={deleting} roles={list.value?.items ?? []} onClose={() => { setDeleting(undefined) }} onDeleted={changed} />}
    </Page>
  )
}
