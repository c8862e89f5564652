import { roles as rolesOf } from '@isocenter/api-client'
import type { PermissionDescription, Role, RolePermission } from '@isocenter/contracts'
import { FormDrawer } from '@isocenter/design-system'
import { Alert, Form, Input, Select, type FormInstance } from 'antd'
import { useAdmin } from '../parts/admin.ts'
import { changing } from '../parts/use-change.ts'
import { useCommonWords } from '../words/common.ts'
import { PermissionMatrix } from './permission-matrix.tsx'
import { usePeopleWords, useRoleName } from './words.ts'

interface RoleValues { readonly name: string; readonly description: string; readonly permissions: readonly RolePermission[] }

/** Makes a role, or changes one; the full role is shown and stays as it is. */
export function RoleForm({ role, roles, permissions, onClose, onChanged }: {
  readonly role?: Role
  readonly roles: readonly Role[]
  readonly permissions: readonly PermissionDescription[]
  readonly onClose: () => void
  readonly onChanged: () => void
}) {
  const words = usePeopleWords()
  const common = useCommonWords()
  const roleName = useRoleName()
  const { api } = useAdmin()
  const isFull = role?.builtIn === 'full'
  const mayEdit = role === undefined || role.actions.includes('edit')
  const mayRename = role === undefined || role.actions.includes('rename') || mayEdit
  const submit = async ({ name, description, permissions: chosen }: RoleValues) => {
    const named = { name: name.trim(), description: description.trim() }
    if (role === undefined) await rolesOf(api).create({ ...named, permissions: [...chosen] })
    else await changing(() => rolesOf(api).change(role.roleId, mayEdit && !isFull ? { ...named, permissions: [...chosen] } : named, role.version), onChanged)
    onChanged()
  }
  return (
    <FormDrawer<RoleValues>
      title={role === undefined ? words.addRole : mayRename ? words.editRole : roleName(role)}
      width={720}
      onClose={onClose}
      onSubmit={submit}
      problemFields={{ 'name-taken': 'name', 'role-beyond-own': 'permissions', 'self-elevation': 'permissions', 'invalid-role': 'permissions' }}
      initialValues={{ name: role?.name ?? '', description: role?.description ?? '', permissions: role?.permissions ?? [] }}
    >
      {(form: FormInstance<RoleValues>) => (
        <>
          {isFull && <Alert type="info" showIcon title={words.fullRoleHint} className="modal-alert" />}
          <Form.Item name="name" label={common.name} rules={[{ required: true, whitespace: true, message: common.missingName }]}><Input autoFocus={role === undefined} maxLength={100} disabled={!mayRename} /></Form.Item>
          <Form.Item name="description" label={words.description}><Input.TextArea rows={2} maxLength={500} disabled={!mayRename} /></Form.Item>
          {role === undefined && (
            <Form.Item label={words.copyOf} htmlFor="role-copy">
              <Select
                id="role-copy"
                allowClear
                options={roles.map((one) => ({ value: one.roleId, label: roleName(one) }))}
                onChange={(roleId: string | undefined) => {
                  form.setFieldValue('permissions', roles.find((one) => one.roleId === roleId)?.permissions ?? [])
                }}
              />
            </Form.Item>
          )}
          <Form.Item name="permissions" label={words.permissions} className="matrix-field"><PermissionMatrix all={permissions} isFull={isFull} isReadOnly={!mayEdit || isFull} /></Form.Item>
        </>
      )}
    </FormDrawer>
  )
}
